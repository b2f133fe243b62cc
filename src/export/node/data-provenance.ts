import { createHash } from 'node:crypto';
import type { DataSource } from '../../sources/index.js';
import type { Tensor } from '../../tensor/index.js';
import type { DataProvenance } from '../index.js';

/**
 * What an export says of a data set: the SHA-256 of its examples as the model reads them, all inputs, then all labels. The
 * set is read once. @throws what the source throws; the signal's reason.
 */
export async function dataProvenance(
  source: DataSource,
  {
    signal,
    ...own
  }: Pick<DataProvenance, 'role' | 'name' | 'preprocess'> & { readonly signal?: AbortSignal | undefined },
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
  return { ...own, sha256: hash.digest('hex'), examples };
}

function bytesOf({ data: { buffer, byteOffset, byteLength } }: Tensor): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
