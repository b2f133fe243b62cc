import { permutation } from '../random/index.js';
import type { Key } from '../random/index.js';
import { tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';

/**
 * At most `size` of these, drawn without replacement and kept in order; all of them where there are no more.
 */
export function subsample(indices: readonly number[], size: number, key: Key): number[] {
  if (indices.length <= size) return [...indices];
  return Array.from(permutation(key, indices.length).subarray(0, size))
    .toSorted((a, b) => a - b)
    .map((position) => indices[position]!);
}

/** Rows of (n, d), copied. */
export function rowsAt({ shape, data }: Tensor<'float32'>, indices: readonly number[]): Tensor<'float32'> {
  const d = shape[1]!;
  const picked = new Float32Array(indices.length * d);
  indices.forEach((index, i) => picked.set(data.subarray(index * d, (index + 1) * d), i * d));
  return tensor('float32', [indices.length, d], picked);
}
