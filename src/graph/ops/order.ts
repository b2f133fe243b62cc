import { scatterElements } from '../functions/shaping.js';
import { flagAttribute, intAttribute, required } from '../operation.js';
import type { Operation, ReferenceArray } from '../operation.js';
import { normalAxis } from '../shapes.js';
import type { Attributes, Dim, Shape } from '../types.js';
import { onlyAdjoint, zerosLike } from './adjoints.js';
import { knownNumbers } from './inference.js';
import { ShapeError } from '../../errors/index.js';
import { at, buildArray, indices, offsetOf } from './reference-arrays.js';
import { largestOf, reducedShape, reduceReference, smallestOf } from './reduction.js';

/** ArgMax and ArgMin: the first of several, or the last (`select_last_index`); no derivative. */
const argOperations = (['ArgMax', 'ArgMin'] as const).map((op): Operation => ({
  op,
  flat: true,
  infer: ({ inputs, attributes }) => {
    const { shape } = required(inputs, 0);
    const keep = flagAttribute(attributes, 'keepdims', true);
    return [{ dtype: 'int64', shape: reducedShape(shape, [axisOf(attributes, shape, 0)], keep) }];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const last = flagAttribute(attributes, 'select_last_index');
    const best = (elements: readonly number[]): number => {
      const extreme = op === 'ArgMax' ? largestOf(elements) : smallestOf(elements);
      return last ? elements.lastIndexOf(extreme) : elements.indexOf(extreme);
    };
    const axis = axisOf(attributes, x.shape, 0);
    const result = reduceReference(x, [axis], flagAttribute(attributes, 'keepdims', true), best);
    return [{ ...result, dtype: 'int64' }];
  },
}));

/** TopK(x, k): the k largest (or smallest) along an axis in order, the first of equal ones first, and their indices. */
const topKOperation: Operation = {
  op: 'TopK',
  infer: ({ inputs, attributes, fresh }) => {
    const [x, k] = [required(inputs, 0), required(inputs, 1)];
    const axis = axisOf(attributes, x.shape, -1);
    const count: Dim = knownNumbers(k)?.[0] ?? fresh();
    const size = x.shape[axis]!;
    if (typeof count === 'number' && typeof size === 'number' && count > size) {
      throw new ShapeError({ what: 'TopK: k', expected: `at most ${size}`, got: `${count}` });
    }
    const shape = x.shape.with(axis, count);
    return [
      { dtype: x.dtype, shape },
      { dtype: 'int64', shape },
    ];
  },
  evaluate: ({ inputs, attributes }) => {
    const [x, k] = [required(inputs, 0), required(inputs, 1)];
    const axis = axisOf(attributes, x.shape, -1);
    const picks = topIndices(x, axis, k.data[0]!, flagAttribute(attributes, 'largest', true) ? -1 : 1);
    const values = buildArray(x.dtype, picks.shape, (index) => at(x, index.with(axis, at(picks, index))));
    return [values, picks];
  },
  gradient: ({ inputs, outputs, adjoints, attributes }) => {
    const [x, k] = [required(inputs, 0), required(inputs, 1)];
    const axis = axisOf(attributes, x.shape, -1);
    const picks = outputs[1] ?? x.builder.apply('TopK', [x, k], attributes, { outputs: 2 })[1]!;
    const adjoint = onlyAdjoint(adjoints);
    return [scatterElements(zerosLike(x), picks, adjoint, { axis, accumulate: true }), undefined];
  },
};

/** `order`: 1 for the smallest first, -1 for the largest. */
function topIndices(x: ReferenceArray, axis: number, k: number, order: 1 | -1): ReferenceArray {
  const shape = x.shape.with(axis, k);
  const picks = new Float64Array(shape.reduce((product, size) => product * size, 1));
  for (const line of indices(x.shape.with(axis, 1))) {
    const position = (i: number): number => at(x, line.with(axis, i));
    const sorted = Array.from({ length: x.shape[axis]! }, (_, i) => i).toSorted(
      (i, j) => order * (position(i) - position(j)) || i - j,
    );
    for (let rank = 0; rank < k; rank++) picks[offsetOf(shape, line.with(axis, rank))] = sorted[rank]!;
  }
  return { dtype: 'int64', shape, data: picks };
}

function axisOf(attributes: Attributes, shape: Shape, fallback: number): number {
  return normalAxis(intAttribute(attributes, 'axis', fallback), shape.length);
}

export const orderOperations: readonly Operation[] = [...argOperations, topKOperation];
