import { GraphError } from '../../errors/index.js';
import { elementCount } from '../../tensor/index.js';
import type { DType } from '../../tensor/index.js';
import { numbersIn } from '../elements.js';
import { intAttribute, required } from '../operation.js';
import type { Operation } from '../operation.js';
import { normalAxis } from '../shapes.js';
import type { Attributes, Dim, Shape } from '../types.js';
import { checkRank, checkTypes, knownNumbers, sizesOf } from './inference.js';
import { at, buildArray } from './reference-arrays.js';

/** The sizes of a value, those of the axes from `start` (inclusive) to `end` (exclusive). */
const shapeOperation: Operation = {
  op: 'Shape',
  infer: ({ inputs, attributes }) => {
    const content = sizesBetween(required(inputs, 0).shape, attributes);
    return [{ dtype: 'int64', shape: [content.length], content }];
  },
  evaluate: ({ inputs, attributes }) => {
    const sizes = sizesBetween(required(inputs, 0).shape, attributes).map(Number);
    return [{ dtype: 'int64', shape: [sizes.length], data: Float64Array.from(sizes) }];
  },
};

function sizesBetween(shape: Shape, attributes: Attributes): Shape {
  return shape.slice(intAttribute(attributes, 'start', 0), intAttribute(attributes, 'end', shape.length));
}

/** The number of elements. */
const sizeOperation: Operation = {
  op: 'Size',
  infer: ({ inputs }) => {
    const { shape } = required(inputs, 0);
    const sizes = shape.filter((dim) => typeof dim === 'number');
    const content = sizes.length === shape.length ? [elementCount(sizes)] : undefined;
    return [{ dtype: 'int64', shape: [], ...(content && { content }) }];
  },
  evaluate: ({ inputs }) => [
    { dtype: 'int64', shape: [], data: Float64Array.of(required(inputs, 0).data.length) },
  ],
};

/** ConstantOfShape(shape): one number everywhere, the attribute `value` (float32 0 unless given). */
const constantOfShape: Operation = {
  op: 'ConstantOfShape',
  onContent: true,
  infer: ({ inputs, attributes, fresh }) => {
    const shape = sizesOf(required(inputs, 0), fresh);
    return [shape && { dtype: fillOf(attributes).dtype, shape }];
  },
  evaluate: ({ inputs, attributes }) => {
    const { dtype, value } = fillOf(attributes);
    return [buildArray(dtype, [...required(inputs, 0).data], () => value)];
  },
};

function fillOf(attributes: Attributes): { dtype: DType; value: number } {
  const attribute = attributes['value'];
  if (attribute?.type !== 'tensor') return { dtype: 'float32', value: 0 };
  return { dtype: attribute.value.dtype, value: numbersIn(attribute.value)[0] ?? 0 };
}

/** Range(start, limit, delta): start, start + delta, ... up to the limit (exclusive). */
const rangeOperation: Operation = {
  op: 'Range',
  onContent: true,
  infer: ({ inputs, fresh }) => {
    const bounds = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    checkTypes('Range', bounds);
    const [start, limit, delta] = bounds.map((bound) => knownNumbers(bound)?.[0]);
    const known = start !== undefined && limit !== undefined && delta !== undefined;
    return [{ dtype: bounds[0]!.dtype, shape: [known ? rangeCount(start, limit, delta) : fresh()] }];
  },
  evaluate: ({ inputs }) => {
    const [start, limit, delta] = [0, 1, 2].map((i) => required(inputs, i).data[0]!) as [
      number,
      number,
      number,
    ];
    const data = Float64Array.from({ length: rangeCount(start, limit, delta) }, (_, i) => start + i * delta);
    return [{ dtype: required(inputs, 0).dtype, shape: [data.length], data }];
  },
};

function rangeCount(start: number, limit: number, delta: number): number {
  if (delta === 0)
    throw new GraphError({ what: 'Range: delta', expected: 'a number other than 0', got: '0' });
  return Math.max(0, Math.ceil((limit - start) / delta));
}

/** OneHot(indices, depth, [off, on]): a new axis of size `depth`, on at the index; negative ones count from the end. */
const oneHotOperation: Operation = {
  op: 'OneHot',
  infer: ({ inputs, attributes, fresh }) => {
    const [indices, depth, values] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    const axis = normalAxis(intAttribute(attributes, 'axis', -1), indices.shape.length + 1);
    const size: Dim = knownNumbers(depth)?.[0] ?? fresh();
    return [{ dtype: values.dtype, shape: indices.shape.toSpliced(axis, 0, size) }];
  },
  evaluate: ({ inputs, attributes }) => {
    const [picks, depth, values] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    const axis = normalAxis(intAttribute(attributes, 'axis', -1), picks.shape.length + 1);
    const size = Math.trunc(depth.data[0]!);
    return [
      buildArray(values.dtype, picks.shape.toSpliced(axis, 0, size), (index) => {
        const pick = at(picks, index.toSpliced(axis, 1));
        return values.data[(pick < 0 ? pick + size : pick) === index[axis] ? 1 : 0]!;
      }),
    ];
  },
  gradient: ({ wanted }) => {
    if (wanted[2])
      throw new GraphError({ what: 'derivative of OneHot', expected: 'fixed values', got: 'varying ones' });
    return [];
  },
};

/** EyeLike(x): ones on the k-th diagonal of a matrix of x's shape. */
const eyeLikeOperation: Operation = {
  op: 'EyeLike',
  flat: true,
  infer: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    checkRank('EyeLike', x, 2);
    // Another element type than x's is left to the runtime.
    return [attributes['dtype'] === undefined ? { dtype: x.dtype, shape: x.shape } : undefined];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const k = intAttribute(attributes, 'k', 0);
    return [buildArray(x.dtype, x.shape, ([row, column]) => Number(row! + k === column))];
  },
};

/** NonZero(x): the indices of what is not 0, (rank, how many). */
const nonZeroOperation: Operation = {
  op: 'NonZero',
  flat: true,
  infer: ({ inputs, fresh }) => [{ dtype: 'int64', shape: [required(inputs, 0).shape.length, fresh()] }],
  evaluate: ({ inputs }) => {
    const x = required(inputs, 0);
    const found = [...x.data.keys()].filter((i) => x.data[i] !== 0);
    let stride = x.data.length;
    const rows = x.shape.map((size) => {
      stride /= size;
      const step = stride;
      return found.map((i) => Math.floor(i / step) % size);
    });
    return [{ dtype: 'int64', shape: [x.shape.length, found.length], data: Float64Array.from(rows.flat()) }];
  },
};

/** What makes values from sizes and indices. */
export const generatorOperations: readonly Operation[] = [
  shapeOperation,
  sizeOperation,
  constantOfShape,
  rangeOperation,
  oneHotOperation,
  eyeLikeOperation,
  nonZeroOperation,
];
