import type { DType } from '../../tensor/index.js';
import { elementCount } from '../../tensor/index.js';
import type { ReferenceArray } from '../operation.js';
import { broadcastShapes } from '../shapes.js';

/** A reference array whose elements are f(multi-index). The index is reused between calls. */
export function buildArray(
  dtype: DType,
  shape: readonly number[],
  element: (index: readonly number[]) => number,
): ReferenceArray {
  const data = new Float64Array(elementCount(shape));
  let i = 0;
  for (const index of indices(shape)) data[i++] = element(index);
  return { dtype, shape, data };
}

/** The element of an array at an index of a shape it broadcasts to (leading axes are dropped, sizes of 1 repeat). */
export function at({ shape, data }: ReferenceArray, index: readonly number[]): number {
  let offset = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis]!;
    offset = offset * size + (size === 1 ? 0 : index[index.length - shape.length + axis]!);
  }
  return data[offset]!;
}

/** Element-wise function of arrays that broadcast together. */
export function mapArrays(
  arrays: readonly ReferenceArray[],
  f: (...elements: number[]) => number,
  dtype: DType = arrays[0]!.dtype,
): ReferenceArray {
  const shape = broadcastShapes(...arrays.map((array) => array.shape)).map(Number);
  return buildArray(dtype, shape, (index) => f(...arrays.map((array) => at(array, index))));
}

/** All multi-indices of a shape, in row-major order. The array is reused from one to the next. */
export function* indices(shape: readonly number[]): Generator<readonly number[]> {
  const index = shape.map(() => 0);
  const count = elementCount(shape);
  for (let i = 0; i < count; i++) {
    yield index;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** Row-major position of an index. */
export function offsetOf(shape: readonly number[], index: readonly number[]): number {
  let offset = 0;
  for (let axis = 0; axis < shape.length; axis++) offset = offset * shape[axis]! + index[axis]!;
  return offset;
}
