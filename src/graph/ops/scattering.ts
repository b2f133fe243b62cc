import { GraphError } from '../../errors/index.js';
import { gatherElements, scatterElements } from '../functions/shaping.js';
import { intAttribute, required, textAttribute } from '../operation.js';
import type { Operation } from '../operation.js';
import { normalAxis } from '../shapes.js';
import type { Attributes, Value } from '../types.js';
import { zerosLike } from './adjoints.js';
import { fromFront, positionsAt, sameRank } from './gathering.js';
import { checkTypes } from './inference.js';
import { at, indices, offsetOf } from './reference-arrays.js';

/** What becomes of an element that is there and one that is scattered onto it. */
const reductions: Readonly<Record<string, (present: number, update: number) => number>> = {
  none: (_present, update) => update,
  add: (present, update) => present + update,
  mul: (present, update) => present * update,
  max: Math.max,
  min: Math.min,
};

function reductionOf(attributes: Attributes): (present: number, update: number) => number {
  const name = textAttribute(attributes, 'reduction', 'none');
  const reduction = Object.hasOwn(reductions, name) ? reductions[name] : undefined;
  if (reduction !== undefined) return reduction;
  throw new GraphError({
    what: 'reduction',
    expected: Object.keys(reductions).join(', '),
    got: `'${name}'`,
  });
}

/** ScatterElements(x, indices, updates): x with element indices[..] along an axis replaced by, or joined with, updates[..]. */
const scatterElementsOperation: Operation = {
  op: 'ScatterElements',
  onContent: true,
  infer: ({ inputs, attributes }) => {
    const [x, picks, updates] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    checkTypes('ScatterElements', [x, updates]);
    reductionOf(attributes);
    for (const other of [picks, updates]) sameRank('ScatterElements', x.shape, other.shape);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: ({ inputs, attributes }) => {
    const [x, picks, updates] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    const axis = normalAxis(intAttribute(attributes, 'axis', 0), x.shape.length);
    const reduce = reductionOf(attributes);
    const data = x.data.slice();
    for (const index of indices(picks.shape)) {
      const target = offsetOf(x.shape, index.with(axis, fromFront(at(picks, index), x.shape[axis]!)));
      data[target] = reduce(data[target]!, at(updates, index));
    }
    return [{ ...x, data }];
  },
  gradient: ({ inputs, adjoints, attributes, wanted }) => {
    const [adjoint, picks, updates] = [adjoints[0]!, required(inputs, 1), required(inputs, 2)];
    const axis = intAttribute(attributes, 'axis', 0);
    const uncovered = (): Value => scatterElements(adjoint, picks, zerosLike(updates), { axis });
    const byX = wanted[0] ? (addsOrReplaces(attributes) === 'add' ? adjoint : uncovered()) : undefined;
    return [byX, undefined, wanted[2] ? gatherElements(adjoint, picks, axis) : undefined];
  },
};

/** ScatterND(x, indices, updates): x with its slices at the indices (.., k) replaced by, or joined with, the updates. */
const scatterNDOperation: Operation = {
  op: 'ScatterND',
  onContent: true,
  infer: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    required(inputs, 1);
    checkTypes('ScatterND', [x, required(inputs, 2)]);
    reductionOf(attributes);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: ({ inputs, attributes }) => {
    const [x, picks, updates] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    const reduce = reductionOf(attributes);
    const lead = picks.shape.length - 1;
    const data = x.data.slice();
    for (const index of indices(updates.shape)) {
      const place = positionsAt(picks, index.slice(0, lead), x.shape);
      const target = offsetOf(x.shape, [...place, ...index.slice(lead)]);
      data[target] = reduce(data[target]!, at(updates, index));
    }
    return [{ ...x, data }];
  },
  gradient: ({ inputs, adjoints, attributes, wanted }) => {
    const [adjoint, picks, updates] = [adjoints[0]!, required(inputs, 1), required(inputs, 2)];
    const { builder } = adjoint;
    const uncovered = (): Value => builder.apply('ScatterND', [adjoint, picks, zerosLike(updates)])[0]!;
    const byX = wanted[0] ? (addsOrReplaces(attributes) === 'add' ? adjoint : uncovered()) : undefined;
    return [byX, undefined, wanted[2] ? builder.apply('GatherND', [adjoint, picks])[0] : undefined];
  },
};

/** Replacing has a derivative where no two updates meet in one element. @throws GraphError on other reductions. */
function addsOrReplaces(attributes: Attributes): 'add' | 'none' {
  const reduction = textAttribute(attributes, 'reduction', 'none');
  if (reduction === 'add' || reduction === 'none') return reduction;
  throw new GraphError({
    what: 'derivative of scattering',
    expected: "'add' or 'none'",
    got: `'${reduction}'`,
  });
}

export const scatteringOperations: readonly Operation[] = [scatterElementsOperation, scatterNDOperation];
