import { int64s } from '../functions/arithmetic.js';
import { expand, reduceSum, reshape, shapeOf } from '../functions/shaping.js';
import { sameShape } from '../shapes.js';
import type { Shape, Value } from '../types.js';

/** The adjoint of broadcasting: sums over the axes along which `target` was repeated. Result: the target's shape. */
export function sumTo(adjoint: Value, target: Value): Value {
  if (sameShape(adjoint.shape, target.shape)) return adjoint;
  const extra = adjoint.shape.length - target.shape.length;
  const axes = adjoint.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < extra || (target.shape[axis - extra] === 1 && adjoint.shape[axis] !== 1));
  if (axes.length === 0) return adjoint;
  const kept = reduceSum(adjoint, axes, { keepDimensions: true });
  return extra === 0 ? kept : reshapeLike(kept, target);
}

/** Reshapes to the shape of another value with as many elements. */
export function reshapeLike(x: Value, like: Value): Value {
  if (sameShape(x.shape, like.shape)) return x;
  const named = like.shape.filter((dim) => typeof dim !== 'number').length;
  if (named > 1 || like.shape.includes(0)) return reshape(x, shapeOf(like));
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

/** The shape with 1 on the given axes: what a reduction that keeps its dimensions returns. */
export function withOnes(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
}

function isStatic(shape: Shape): shape is readonly number[] {
  return shape.every((dim) => typeof dim === 'number');
}
