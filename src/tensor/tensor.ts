import { DataError, ShapeError } from '../errors/index.js';

/** The array that holds the elements of each type. Booleans are bytes of 0 and 1; float16 keeps its bits. */
interface Arrays {
  float32: Float32Array;
  float64: Float64Array;
  float16: Uint16Array;
  int8: Int8Array;
  uint8: Uint8Array;
  int16: Int16Array;
  uint16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
}

/** Element types, by their ONNX names ('float32' is ONNX's `float`, 'float64' its `double`). */
export type DType = keyof Arrays;
export type DataOf<T extends DType> = Arrays[T];

/** A dense array in row-major order. Treat it as a value: what receives one does not write to it. */
export interface Tensor<T extends DType = DType> {
  readonly dtype: T;
  readonly shape: readonly number[];
  readonly data: DataOf<T>;
}

/** The constructor of the arrays of an element type. */
export interface ArrayConstructor<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): T;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): T;
}

const constructors: { readonly [T in DType]: ArrayConstructor<Arrays[T]> } = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};

/** The array that holds elements of a type. */
export function arrayOf<T extends DType>(dtype: T): ArrayConstructor<DataOf<T>> {
  return constructors[dtype];
}

/** The product of the dimensions; 1 for a scalar `()`. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}

/**
 * A tensor over existing data, not copied.
 * @throws ShapeError when the data's length is not the product of the shape.
 */
export function tensor<T extends DType>(dtype: T, shape: readonly number[], data: DataOf<T>): Tensor<T> {
  if (shape.some((size) => !Number.isInteger(size) || size < 0)) {
    throw new ShapeError({
      what: 'tensor: shape',
      expected: 'integers of at least 0',
      got: `(${shape.join(', ')})`,
    });
  }
  if (data.length !== elementCount(shape)) {
    throw new ShapeError({
      what: 'tensor: data',
      expected: `${elementCount(shape)} elements for shape (${shape.join(', ')})`,
      got: `${data.length}`,
    });
  }
  return { dtype, shape, data };
}

/** A tensor of zeros; with `shared`, in memory that threads share. */
export function zeros<T extends DType>(
  dtype: T,
  shape: readonly number[],
  { shared = false }: { shared?: boolean } = {},
): Tensor<T> {
  const array = constructors[dtype];
  const count = elementCount(shape);
  if (!shared) return tensor(dtype, shape, new array(count));
  return tensor(dtype, shape, new array(new SharedArrayBuffer(count * array.BYTES_PER_ELEMENT)));
}

/** Rows `start` (inclusive) to `end` (exclusive) of the first dimension, sharing the memory. */
export function sliceRows<T extends DType>(value: Tensor<T>, start: number, end: number): Tensor<T> {
  const [rows, ...rest] = value.shape;
  const fits = rows !== undefined && start >= 0 && start <= end && end <= rows;
  if (!fits || !Number.isInteger(start) || !Number.isInteger(end)) {
    throw new ShapeError({
      what: 'sliceRows: range',
      expected: `within 0..${rows ?? 'a scalar has no rows'}`,
      got: `${start}..${end}`,
    });
  }
  const stride = elementCount(rest);
  const data = value.data.subarray(start * stride, end * stride) as DataOf<T>;
  return { dtype: value.dtype, shape: [end - start, ...rest], data };
}

/** @throws DataError naming the first element of a floating-point tensor that is NaN or infinite. */
export function assertFinite(what: string, value: Tensor): void {
  if (value.dtype !== 'float32' && value.dtype !== 'float64') return;
  const { data } = value as Tensor<'float32' | 'float64'>;
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      throw new DataError({
        what,
        expected: 'finite numbers',
        got: `${data[i]}`,
        where: `element ${i} of shape (${value.shape.join(', ')})`,
      });
    }
  }
}
