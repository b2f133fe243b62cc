/**
 * Functions that move, pick or reduce elements. Axes may count from the end (negative). All throw a GraphError where axes,
 * shapes or types do not fit.
 */
import { int, ints, text } from '../types.js';
import type { Value } from '../types.js';
import { cast, int64s } from './arithmetic.js';

/** Over `axes`, all of them unless given, which go or stay as 1. */
type Reduction = (x: Value, axes?: readonly number[], options?: { keepDimensions?: boolean }) => Value;

// Since opset 18 the axes of all reductions are an input.
const reduction =
  (op: string): Reduction =>
  (x, axes, { keepDimensions = false } = {}) =>
    x.builder.apply(op, [x, axes && int64s(x.builder, axes)], { keepdims: int(keepDimensions ? 1 : 0) })[0]!;

export const reduceSum: Reduction = reduction('ReduceSum');
export const reduceMean: Reduction = reduction('ReduceMean');
export const reduceMax: Reduction = reduction('ReduceMax');
export const reduceMin: Reduction = reduction('ReduceMin');
/** The sum of squares. */
export const reduceSquares: Reduction = reduction('ReduceSumSquare');
export const reduceProduct: Reduction = reduction('ReduceProd');
/** The Euclidean norm. */
export const reduceNorm: Reduction = reduction('ReduceL2');
/** log sum exp(x), without overflow. */
export const reduceLogSumExp: Reduction = reduction('ReduceLogSumExp');

/** Index of the largest element along an axis (the first of several), int64. */
export function argMax(
  x: Value,
  axis: number,
  { keepDimensions = false }: { keepDimensions?: boolean } = {},
): Value {
  return x.builder.apply('ArgMax', [x], { axis: int(axis), keepdims: int(keepDimensions ? 1 : 0) })[0]!;
}

/** The k largest (or smallest) elements along an axis, in order, and their indices, int64; of equal ones the first. */
export function topK(
  x: Value,
  k: number,
  { axis = -1, largest = true }: { axis?: number; largest?: boolean } = {},
): { values: Value; indices: Value } {
  const attributes = { axis: int(axis), largest: int(largest ? 1 : 0) };
  const [values, indices] = x.builder.apply('TopK', [x, int64s(x.builder, [k])], attributes, { outputs: 2 });
  return { values: values!, indices: indices! };
}

/** Sums of the elements up to each one along an axis. */
export function cumulativeSum(x: Value, axis: number): Value {
  return x.builder.apply('CumSum', [x, int64s(x.builder, [axis])])[0]!;
}

/** `shape`: sizes as ONNX's Reshape takes them (0 keeps a dimension, -1 is worked out), or an int64 value (rank,). */
export function reshape(x: Value, shape: readonly number[] | Value): Value {
  const target = 'builder' in shape ? shape : int64s(x.builder, shape);
  return x.builder.apply('Reshape', [x, target])[0]!;
}

/** All dimensions from `axis` on become one. */
export function flatten(x: Value, axis = 1): Value {
  return x.builder.apply('Flatten', [x], { axis: int(axis) })[0]!;
}

/** Axis i of the result is axis `permutation[i]` of x. */
export function transpose(x: Value, permutation: readonly number[]): Value {
  return x.builder.apply('Transpose', [x], { perm: ints(permutation) })[0]!;
}

/** Without these axes, which are of size 1. */
export function squeeze(x: Value, axes: readonly number[]): Value {
  return x.builder.apply('Squeeze', [x, int64s(x.builder, axes)])[0]!;
}

/** With new axes of size 1, which the result has at these places. */
export function unsqueeze(x: Value, axes: readonly number[]): Value {
  return x.builder.apply('Unsqueeze', [x, int64s(x.builder, axes)])[0]!;
}

/** The sizes of x, int64 (rank,). */
export function shapeOf(x: Value): Value {
  return x.builder.apply('Shape', [x])[0]!;
}

/** Broadcasts x to a shape: sizes, or an int64 value (rank,). */
export function expand(x: Value, shape: readonly number[] | Value): Value {
  return x.builder.apply('Expand', [x, 'builder' in shape ? shape : int64s(x.builder, shape)])[0]!;
}

/** Copies of x side by side, as many along each axis as `repeats` says. */
export function tile(x: Value, repeats: readonly number[]): Value {
  return x.builder.apply('Tile', [x, int64s(x.builder, repeats)])[0]!;
}

/** Elements starts (inclusive) to ends (exclusive) along the axes, every `steps`-th; negative bounds count from the end. */
export function slice(
  x: Value,
  starts: readonly number[],
  ends: readonly number[],
  axes: readonly number[],
  steps?: readonly number[],
): Value {
  const list = (values: readonly number[]): Value => int64s(x.builder, values);
  return x.builder.apply('Slice', [x, list(starts), list(ends), list(axes), steps && list(steps)])[0]!;
}

/** Values behind one another along an axis; their other sizes are equal. */
export function concat(values: readonly [Value, ...Value[]], axis: number): Value {
  return values[0].builder.apply('Concat', values, { axis: int(axis) })[0]!;
}

/** Consecutive pieces of these sizes, which add up to x's, along an axis. */
export function split(x: Value, sizes: readonly number[], axis = 0): Value[] {
  return x.builder.apply(
    'Split',
    [x, int64s(x.builder, sizes)],
    { axis: int(axis) },
    { outputs: sizes.length },
  );
}

/** Slices of x along an axis at integer indices, whose shape takes the place of the axis; negative ones count from the end. */
export function gather(x: Value, indices: Value, axis = 0): Value {
  return x.builder.apply('Gather', [x, indices], { axis: int(axis) })[0]!;
}

/** x[.., indices[..], ..] along an axis: one element of x for each index, in the shape of the indices. */
export function gatherElements(x: Value, indices: Value, axis: number): Value {
  return x.builder.apply('GatherElements', [x, indices], { axis: int(axis) })[0]!;
}

/**
 * A copy of x in which element indices[..] along an axis is updates[..], or has it added (`accumulate`). Indices and updates are
 * of one shape, of x's rank. Where two updates meet in one element and are not added, either may win.
 */
export function scatterElements(
  x: Value,
  indices: Value,
  updates: Value,
  { axis = 0, accumulate = false }: { axis?: number; accumulate?: boolean } = {},
): Value {
  if (accumulate && x.dtype === 'float16') {
    // ONNX Runtime adds no half floats.
    const [wide, added] = [cast(x, 'float32'), cast(updates, 'float32')];
    return cast(scatterElements(wide, indices, added, { axis, accumulate }), 'float16');
  }
  const attributes = accumulate ? { axis: int(axis), reduction: text('add') } : { axis: int(axis) };
  return x.builder.apply('ScatterElements', [x, indices, updates], attributes)[0]!;
}

/** Zeros before and after along every axis, or another constant; negative numbers crop. */
export function pad(x: Value, before: readonly number[], after: readonly number[], fill?: Value): Value {
  return x.builder.apply('Pad', [x, int64s(x.builder, [...before, ...after]), fill])[0]!;
}

/** Repeats every element of an image (N, C, H, W) in a block of `factor`: (N, C, H h, W w). */
export function upsampleNearest(x: Value, factor: readonly [number, number]): Value {
  const { builder } = x;
  const scales = builder.constant({ dtype: 'float32', shape: [4], data: Float32Array.of(1, 1, ...factor) });
  return builder.apply('Resize', [x, undefined, scales], {
    mode: text('nearest'),
    coordinate_transformation_mode: text('asymmetric'),
    nearest_mode: text('floor'),
  })[0]!;
}
