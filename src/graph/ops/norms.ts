import {
  add,
  constantLike,
  div,
  equal,
  int64s,
  mul,
  neg,
  pow,
  sign,
  sub,
  where,
} from '../functions/arithmetic.js';
import { reduceSum } from '../functions/shaping.js';
import { floatAttribute, intAttribute, required } from '../operation.js';
import type { Operation } from '../operation.js';
import { normalAxis, staticShape } from '../shapes.js';
import type { Attributes, Shape, Value } from '../types.js';
import { checkElements } from './elementwise.js';
import { mapArrays } from './reference-arrays.js';
import { euclideanNormOf, reduceReference } from './reduction.js';
import { axisMap, mapAxis, mapAxisBack } from './resampling.js';
import type { AxisMap } from './resampling.js';

/** LpNormalization: x / its 1- or 2-norm along an axis. */
const lpNormalization: Operation = {
  op: 'LpNormalization',
  infer: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    checkElements('LpNormalization', x, 'float');
    axisOf(attributes, x.shape);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const norm = reduceReference(x, [axisOf(attributes, x.shape)], true, (elements) =>
      isManhattan(attributes) ? elements.reduce((sum, e) => sum + Math.abs(e), 0) : euclideanNormOf(elements),
    );
    return [mapArrays([x, norm], (value, size) => (size === 0 ? 0 : value / size))];
  },
  gradient: ({ inputs, outputs, adjoints, attributes }) => {
    const [x, y, adjoint] = [required(inputs, 0), outputs[0]!, adjoints[0]!];
    const axis = axisOf(attributes, x.shape);
    const op = isManhattan(attributes) ? 'ReduceL1' : 'ReduceL2';
    const norm = x.builder.apply(op, [x, int64s(x.builder, [axis])])[0]!;
    const inner = reduceSum(mul(adjoint, y), [axis], { keepDimensions: true });
    const slope = div(sub(adjoint, mul(inner, isManhattan(attributes) ? sign(x) : y)), norm);
    // Zeros stay zeros, as the runtime has it.
    return [where(equal(norm, constantLike(norm, 0)), constantLike(x, 0), slope)];
  },
};

function isManhattan(attributes: Attributes): boolean {
  return intAttribute(attributes, 'p', 2) === 1;
}

function axisOf(attributes: Attributes, shape: Shape): number {
  return normalAxis(intAttribute(attributes, 'axis', -1), shape.length);
}

/** LRN: x / (bias + alpha / size times the sum of squares of the channels around)^beta (Krizhevsky et al., 2012). */
const localResponseNormalization: Operation = {
  op: 'LRN',
  infer: ({ inputs }) => {
    const x = required(inputs, 0);
    checkElements('LRN', x, 'float');
    normalAxis(1, x.shape.length);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const { beta, bias, share } = lrnOf(attributes);
    const squares = { ...x, data: x.data.map((value) => value * value) };
    const sums = mapAxis(squares, neighbours(x.shape[1]!, attributes, 'forward'), 1);
    return [mapArrays([x, sums], (value, total) => value / (bias + share * total) ** beta)];
  },
  gradient: ({ inputs, adjoints, attributes }) => {
    const [x, adjoint] = [required(inputs, 0), adjoints[0]!];
    const { beta, bias, share } = lrnOf(attributes);
    const channels = staticShape('derivative of LRN', [x.shape[1]!])[0]!;
    const scaled = (value: Value, factor: number): Value => mul(value, constantLike(value, factor));
    const sums = mapAxisBack(mul(x, x), neighbours(channels, attributes, 'back'), 1);
    const base = add(scaled(sums, share), constantLike(x, bias));
    const shrunk = div(adjoint, pow(base, constantLike(x, beta)));
    const around = mapAxisBack(div(mul(shrunk, x), base), neighbours(channels, attributes, 'forward'), 1);
    return [add(shrunk, neg(scaled(mul(x, around), 2 * beta * share)))];
  },
};

function lrnOf(attributes: Attributes): { beta: number; bias: number; share: number } {
  return {
    beta: floatAttribute(attributes, 'beta', 0.75),
    bias: floatAttribute(attributes, 'bias', 1),
    share: floatAttribute(attributes, 'alpha', 1e-4) / intAttribute(attributes, 'size', 1),
  };
}

/** The sum of the channels around each ('forward'), or its transpose. */
function neighbours(channels: number, attributes: Attributes, way: 'forward' | 'back'): AxisMap {
  const size = intAttribute(attributes, 'size', 1);
  const before = way === 'forward' ? Math.floor((size - 1) / 2) : Math.ceil((size - 1) / 2);
  return axisMap(channels, channels, function* (output) {
    const end = Math.min(channels, output - before + size);
    for (let input = Math.max(0, output - before); input < end; input++) yield [input, 1];
  });
}

export const normOperations: readonly Operation[] = [lpNormalization, localResponseNormalization];
