import { GraphError, ShapeError } from '../../errors/index.js';
import { int64s } from '../functions/arithmetic.js';
import { concat, expand, reshape, scatterElements, shapeOf, unsqueeze } from '../functions/shaping.js';
import { intAttribute, required } from '../operation.js';
import type { Operation, ReferenceArray } from '../operation.js';
import { normalAxis } from '../shapes.js';
import { formatShape, int, text } from '../types.js';
import type { Attributes, Dim, Shape, TensorType, Value } from '../types.js';
import { zerosLike } from './adjoints.js';
import { knownNumbers } from './inference.js';
import { at, buildArray, offsetOf } from './reference-arrays.js';

/** Gather(x, indices): slices of x along an axis. */
const gatherOperation: Operation = {
  op: 'Gather',
  onContent: true,
  infer: ({ inputs, attributes }) => {
    const [x, picks] = [required(inputs, 0), required(inputs, 1)];
    const axis = axisOf(attributes, x.shape);
    const content = x.shape.length === 1 ? picked(x, knownNumbers(picks)) : undefined;
    const shape = [...x.shape.slice(0, axis), ...picks.shape, ...x.shape.slice(axis + 1)];
    return [{ dtype: x.dtype, shape, ...(content && { content }) }];
  },
  evaluate: ({ inputs, attributes }) => {
    const [x, picks] = [required(inputs, 0), required(inputs, 1)];
    const axis = axisOf(attributes, x.shape);
    const shape = [...x.shape.slice(0, axis), ...picks.shape, ...x.shape.slice(axis + 1)];
    const rank = picks.shape.length;
    return [
      buildArray(x.dtype, shape, (index) => {
        const position = fromFront(at(picks, index.slice(axis, axis + rank)), x.shape[axis]!);
        return x.data[offsetOf(x.shape, [...index.slice(0, axis), position, ...index.slice(axis + rank)])]!;
      }),
    ];
  },
  gradient: ({ inputs, adjoints, attributes }) => {
    const [x, picks] = [required(inputs, 0), required(inputs, 1)];
    const axis = axisOf(attributes, x.shape);
    // One axis of picks, so that they can be scattered along x's axis.
    const adjoint = inOneAxis(adjoints[0]!, x, picks, axis);
    const line = reshape(
      picks,
      x.shape.map((_, i) => (i === axis ? -1 : 1)),
    );
    const spread = expand(line, shapeOf(adjoint));
    return [scatterElements(zerosLike(x), spread, adjoint, { axis, accumulate: true }), undefined];
  },
};

function picked({ content }: TensorType, picks: readonly number[] | undefined): readonly Dim[] | undefined {
  const dims = picks?.map((pick) => content?.at(pick)).filter((dim) => dim !== undefined);
  return dims?.length === picks?.length ? dims : undefined;
}

function inOneAxis(adjoint: Value, x: Value, picks: Value, axis: number): Value {
  if (picks.shape.length === 1) return adjoint;
  if (picks.shape.length === 0) return unsqueeze(adjoint, [axis]);
  const sizes = x.shape.with(axis, -1);
  if (sizes.every((dim) => typeof dim === 'number')) return reshape(adjoint, sizes);
  const { builder } = x;
  const part = (start: number, end: number): Value =>
    builder.apply('Shape', [x], { start: int(start), end: int(end) })[0]!;
  return reshape(adjoint, concat([part(0, axis), int64s(builder, [-1]), part(axis + 1, x.shape.length)], 0));
}

/** GatherElements(x, indices): x[.., indices[..], ..] along an axis. */
const gatherElementsOperation: Operation = {
  op: 'GatherElements',
  onContent: true,
  infer: ({ inputs, attributes }) => {
    const [x, picks] = [required(inputs, 0), required(inputs, 1)];
    axisOf(attributes, x.shape);
    sameRank('GatherElements: indices', x.shape, picks.shape);
    return [{ dtype: x.dtype, shape: picks.shape }];
  },
  evaluate: ({ inputs, attributes }) => {
    const [x, picks] = [required(inputs, 0), required(inputs, 1)];
    const axis = axisOf(attributes, x.shape);
    return [
      buildArray(x.dtype, picks.shape, (index) => {
        const pick = fromFront(at(picks, index), x.shape[axis]!);
        return x.data[offsetOf(x.shape, index.with(axis, pick))]!;
      }),
    ];
  },
  gradient: ({ inputs, adjoints, attributes }) => {
    const [x, picks] = [required(inputs, 0), required(inputs, 1)];
    const axis = axisOf(attributes, x.shape);
    return [scatterElements(zerosLike(x), picks, adjoints[0]!, { axis, accumulate: true }), undefined];
  },
};

/** GatherND(x, indices): slices of x at the indices (.., k) of its first k axes (behind `batch_dims` common ones). */
const gatherNDOperation: Operation = {
  op: 'GatherND',
  onContent: true,
  infer: ({ inputs, attributes }) => {
    const [x, picks] = [required(inputs, 0), required(inputs, 1)];
    const depth = picks.shape.at(-1);
    const batch = intAttribute(attributes, 'batch_dims', 0);
    const lead = picks.shape.slice(0, -1);
    if (typeof depth !== 'number') return [undefined];
    if (depth < 1 || batch < 0 || batch + depth > x.shape.length || batch > lead.length) {
      throw new ShapeError({
        what: 'GatherND: indices',
        expected: `at most ${x.shape.length - batch} along the last axis`,
        got: formatShape(picks.shape),
      });
    }
    return [{ dtype: x.dtype, shape: [...lead, ...x.shape.slice(batch + depth)] }];
  },
  evaluate: ({ inputs, attributes }) => {
    const [x, picks] = [required(inputs, 0), required(inputs, 1)];
    const batch = intAttribute(attributes, 'batch_dims', 0);
    const lead = picks.shape.slice(0, -1);
    const depth = picks.shape.at(-1)!;
    return [
      buildArray(x.dtype, [...lead, ...x.shape.slice(batch + depth)], (index) => {
        const place = positionsAt(picks, index.slice(0, lead.length), x.shape.slice(batch));
        const source = [...index.slice(0, batch), ...place, ...index.slice(lead.length)];
        return x.data[offsetOf(x.shape, source)]!;
      }),
    ];
  },
  gradient: ({ inputs, adjoints, attributes }) => {
    const [x, picks] = [required(inputs, 0), required(inputs, 1)];
    if (intAttribute(attributes, 'batch_dims', 0) !== 0) {
      throw new GraphError({ what: 'derivative of GatherND', expected: 'batch_dims 0', got: 'others' });
    }
    const scattered = x.builder.apply('ScatterND', [zerosLike(x), picks, adjoints[0]!], {
      reduction: text('add'),
    });
    return [scattered[0], undefined];
  },
};

/** The index list that stands at a position of GatherND's or ScatterND's indices. */
export function positionsAt(
  picks: ReferenceArray,
  position: readonly number[],
  sizes: readonly number[],
): number[] {
  const depth = picks.shape.at(-1)!;
  return Array.from({ length: depth }, (_, i) => fromFront(at(picks, [...position, i]), sizes[i]!));
}

/** An index counted from the front. */
export function fromFront(index: number, size: number): number {
  return index < 0 ? index + size : index;
}

/** @throws ShapeError unless the ranks are the same. */
export function sameRank(what: string, x: Shape, other: Shape): void {
  if (x.length === other.length) return;
  throw new ShapeError({ what, expected: `the rank of ${formatShape(x)}`, got: formatShape(other) });
}

function axisOf(attributes: Attributes, shape: Shape): number {
  return normalAxis(intAttribute(attributes, 'axis', 0), shape.length);
}

export const gatheringOperations: readonly Operation[] = [
  gatherOperation,
  gatherElementsOperation,
  gatherNDOperation,
];
