import { GraphError } from '../../errors/index.js';
import { constantLike, int64s } from '../functions/arithmetic.js';
import { expand, reduceSum, reshape, shapeOf, squeeze } from '../functions/shaping.js';
import { sameShape } from '../shapes.js';
import { int } from '../types.js';
import type { Shape, Value } from '../types.js';

/** The adjoint of broadcasting: sums over the axes along which `target` was repeated. Result: the target's shape. */
export function sumTo(adjoint: Value, target: Value): Value {
  if (sameShape(adjoint.shape, target.shape)) return adjoint;
  const extra = adjoint.shape.length - target.shape.length;
  const axes = firstAxes(adjoint.shape.length).filter(
    (axis) => axis < extra || (target.shape[axis - extra] === 1 && adjoint.shape[axis] !== 1),
  );
  if (axes.length === 0) return adjoint;
  const kept = reduceSum(adjoint, axes, { keepDimensions: true });
  return extra === 0 ? kept : squeeze(kept, firstAxes(extra));
}

/** Reshapes to the shape of another value with as many elements. */
export function reshapeLike(x: Value, like: Value): Value {
  if (sameShape(x.shape, like.shape)) return x;
  const named = like.shape.filter((dim) => typeof dim !== 'number').length;
  if (named > 1 || like.shape.includes(0)) {
    // A size of 0 is a size here, not ONNX's 'as before'.
    return x.builder.apply('Reshape', [x, shapeOf(like)], { allowzero: int(1) })[0]!;
  }
  return reshape(
    x,
    like.shape.map((dim) => (typeof dim === 'number' ? dim : -1)),
  );
}

/** Repeats x along its axes of size 1 to the shape of another value. */
export function expandLike(x: Value, like: Value): Value {
  if (sameShape(x.shape, like.shape)) return x;
  return expand(x, isStatic(like.shape) ? int64s(x.builder, like.shape) : shapeOf(like));
}

/** Zeros of the type and shape of a value. */
export function zerosLike(like: Value): Value {
  return expandLike(constantLike(like, 0), like);
}

/** The shape with 1 on the given axes: what a reduction that keeps its dimensions returns. */
export function withOnes(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
}

/** 0, 1, ..., n - 1. */
export function firstAxes(n: number): number[] {
  return Array.from({ length: n }, (_, axis) => axis);
}

/** The adjoint of the first output, where nothing depends on the others. @throws GraphError when something does. */
export function onlyAdjoint(adjoints: readonly (Value | undefined)[]): Value {
  const [adjoint, ...others] = adjoints;
  if (adjoint === undefined || others.some((other) => other !== undefined)) {
    throw new GraphError({
      what: 'derivative',
      expected: 'one of the first output',
      got: 'one of another output',
    });
  }
  return adjoint;
}

function isStatic(shape: Shape): shape is readonly number[] {
  return shape.every((dim) => typeof dim === 'number');
}
