import { permutation } from '../random/index.js';
import type { Key } from '../random/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';

/** Two halves of n examples, drawn by the key, each in ascending order; the second has one more of an odd n. */
export function halves(key: Key, n: number): readonly [Uint32Array, Uint32Array] {
  const order = permutation(key, n);
  const cut = n >> 1;
  return [order.slice(0, cut).sort(), order.slice(cut).sort()];
}

/** Rows of (n, ...), in the order asked for. */
export function takeRows<T extends 'float32' | 'int32'>(value: Tensor<T>, rows: Uint32Array): Tensor<T> {
  const [, ...rest] = value.shape;
  const width = elementCount(rest);
  const data = value.data.slice(0, rows.length * width) as typeof value.data;
  rows.forEach((row, i) => data.set(value.data.subarray(row * width, (row + 1) * width), i * width));
  return tensor(value.dtype, [rows.length, ...rest], data);
}
