import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { sha256OfFile } from '../../files/index.js';
import type { DataSource } from '../../sources/index.js';
import type { Tensor } from '../../tensor/index.js';
import type { DataProvenance, Provenance } from '../index.js';

/** A data set that something was fitted on. */
export interface FittedSet extends Pick<DataProvenance, 'role' | 'preprocess'> {
  readonly source: DataSource;
  /** That of the source unless given. */
  readonly name?: string;
}

export interface ProvenanceOptions {
  /** ISO 8601; now unless given. */
  readonly date?: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Of what an export is made: the SHA-256 of the model's file, and of each set's examples as the model reads them, all
 * inputs, then all labels. Each set is read once.
 * @throws FileError; what the sources throw; the signal's reason.
 */
export async function provenanceOf(
  model: string,
  sets: readonly FittedSet[],
  { date = new Date().toISOString(), signal }: ProvenanceOptions = {},
): Promise<Provenance> {
  const data: DataProvenance[] = [];
  for (const set of sets) data.push(await dataProvenance(set, signal));
  return { date, model: { name: basename(model), sha256: await sha256OfFile(model) }, data };
}

async function dataProvenance(
  { source, name = source.name, role, preprocess }: FittedSet,
  signal: AbortSignal | undefined,
): Promise<DataProvenance> {
  const hash = createHash('sha256');
  const labels: Uint8Array[] = [];
  let examples = 0;
  for await (const batch of source.batches(250, signal && { signal })) {
    hash.update(bytesOf(batch.inputs));
    if (batch.labels !== undefined) labels.push(bytesOf(batch.labels).slice());
    examples += batch.inputs.shape[0]!;
  }
  for (const bytes of labels) hash.update(bytes);
  return {
    role,
    name,
    sha256: hash.digest('hex'),
    examples,
    ...(preprocess !== undefined && { preprocess }),
  };
}

function bytesOf({ data: { buffer, byteOffset, byteLength } }: Tensor): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
