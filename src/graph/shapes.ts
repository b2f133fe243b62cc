import { ShapeError } from '../errors/index.js';
import { formatShape } from './types.js';
import type { Dim, Shape, TensorType } from './types.js';

/**
 * The shape of an element-wise operation on these (ONNX's multidirectional broadcasting). Two names, or a name and a
 * size other than 1, are taken to be equal: a name stands for a size above 1 or is 1 on both sides.
 * @throws ShapeError
 */
export function broadcastShapes(...shapes: readonly Shape[]): Dim[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let result: Dim = 1;
    for (const shape of shapes) {
      const dim = shape[axis - rank + shape.length] ?? 1;
      if (dim === 1 || dim === result) continue;
      if (typeof dim === 'number' && typeof result === 'number' && result !== 1) {
        throw new ShapeError({
          what: 'broadcasting',
          expected: 'sizes that are equal or 1',
          got: shapes.map(formatShape).join(' and '),
        });
      }
      if (typeof dim === 'number' || result === 1) result = dim;
    }
    return result;
  });
}

/** An axis of [-rank, rank) counted from the front. @throws ShapeError */
export function normalAxis(axis: number, rank: number): number {
  if (axis < -rank || axis >= rank) {
    throw new ShapeError({ what: 'axis', expected: `an integer of [${-rank}, ${rank})`, got: `${axis}` });
  }
  return axis < 0 ? axis + rank : axis;
}

/** The number of elements, or undefined when a dimension is only a name. */
export function knownCount(shape: Shape): number | undefined {
  let count = 1;
  for (const dim of shape) {
    if (typeof dim !== 'number') return undefined;
    count *= dim;
  }
  return count;
}

/** Elements of a table that a derivative writes into its graph: more than any model needs, 128 MB in float64. */
const LARGEST_TABLE = 2 ** 24;

/** Before something is allocated, or looped over, for sizes that a file states. @throws ShapeError */
export function checkTable(what: string, shape: readonly number[]): void {
  const count = shape.reduce((product, size) => product * Math.max(1, size), 1);
  if (count <= LARGEST_TABLE) return;
  throw new ShapeError({
    what,
    expected: `a table of at most ${LARGEST_TABLE} elements`,
    got: formatShape(shape),
  });
}

/** The sizes as numbers. @throws ShapeError when one is only a name. */
export function staticShape(what: string, shape: Shape): number[] {
  return shape.map((dim) => {
    if (typeof dim !== 'number') {
      throw new ShapeError({
        what,
        expected: 'sizes known when the graph is built',
        got: formatShape(shape),
      });
    }
    return dim;
  });
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** More axes than any tensor has: a hostile file could otherwise make them grow from node to node. */
const MAXIMUM_RANK = 64;

/** @throws ShapeError when the shape is not one a tensor can have. */
export function checkShape(what: string, shape: Shape): void {
  const whole = shape.every((dim) => typeof dim === 'string' || (Number.isSafeInteger(dim) && dim >= 0));
  if (whole && shape.length <= MAXIMUM_RANK) return;
  throw new ShapeError({
    what,
    expected: `at most ${MAXIMUM_RANK} axes of sizes of at least 0`,
    got: shape.length <= MAXIMUM_RANK ? formatShape(shape) : `${shape.length} axes`,
  });
}

/** Gives the dimensions that inference made up ('?0') new names, each the same one wherever it stands. */
export function unknownDimsRenamer(fresh: () => string): <T extends TensorType>(type: T) => T {
  const names = new Map<string, string>();
  const renamed = (dim: Dim): Dim => {
    if (typeof dim === 'number' || !dim.startsWith('?')) return dim;
    const name = names.get(dim) ?? fresh();
    names.set(dim, name);
    return name;
  };
  return (type) => ({
    ...type,
    shape: type.shape.map(renamed),
    ...(type.content && { content: type.content.map(renamed) }),
  });
}
