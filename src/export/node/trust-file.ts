import { writeFileAtomic } from '../../files/index.js';
import { openModel } from '../../inspection/node/index.js';
import type { Provenance, TrustOptions } from '../index.js';
import { Trust } from '../index.js';

/**
 * Writes a trust as one ONNX file, whole or not at all.
 * @param provenance of what it was made; where it was loaded, as it said unless given.
 * @throws FileError when it can't be written; ConfigurationError on a provenance that makes no sense, or none.
 */
export async function saveTrust(trust: Trust, path: string, provenance?: Provenance): Promise<void> {
  await writeFileAtomic(path, trust.toBytes(provenance));
}

/** Reads the file of an export. @throws FileError; FormatError when it is no export, or damaged. */
export async function loadTrust(path: string, options: TrustOptions = {}): Promise<Trust> {
  return Trust.fromGraph(await openModel(path), options);
}
