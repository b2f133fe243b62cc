import { erf, log1pExp, sigmoid as logistic } from '../../linalg/index.js';
import {
  abs,
  add,
  cast,
  constantLike,
  div,
  exp,
  greater,
  greaterOrEqual,
  less,
  mul,
  sigmoid,
  softplus,
  sub,
  tanh,
  where,
} from '../functions/arithmetic.js';
import { floatAttribute, required, textAttribute } from '../operation.js';
import type { Operation } from '../operation.js';
import type { Attributes, Value } from '../types.js';
import { sumTo } from './adjoints.js';
import { unaryOperation } from './elementwise.js';
import type { UnaryRule } from './elementwise.js';
import { checkTypes } from './inference.js';
import { mapArrays } from './reference-arrays.js';
import { broadcastShapes } from '../shapes.js';

const alphaOf = (attributes: Attributes, fallback: number): number =>
  floatAttribute(attributes, 'alpha', fallback);
const indicator = (condition: Value, like: Value): Value => cast(condition, like.dtype);
const one = (like: Value): Value => constantLike(like, 1);
const zero = (like: Value): Value => constantLike(like, 0);
const times = (x: Value, factor: number): Value => mul(x, constantLike(x, factor));

/** At a kink the derivative is that which PyTorch takes: from the left at 0 (relu'(0) = 0), from within at HardSwish's bends. */
const rules: Readonly<Record<string, UnaryRule>> = {
  Relu: {
    f: (x) => Math.max(x, 0),
    types: 'number',
    derivative: (_x, adjoint, y) => mul(adjoint, indicator(greater(y, zero(y)), y)),
  },
  LeakyRelu: {
    f: (x, attributes) => (x < 0 ? alphaOf(attributes, 0.01) * x : x),
    derivative: (x, adjoint, _y, attributes) =>
      where(greater(x, zero(x)), adjoint, times(adjoint, alphaOf(attributes, 0.01))),
  },
  ThresholdedRelu: {
    f: (x, attributes) => (x > alphaOf(attributes, 1) ? x : 0),
    derivative: (x, adjoint, _y, attributes) =>
      mul(adjoint, indicator(greater(x, constantLike(x, alphaOf(attributes, 1))), x)),
  },
  Elu: {
    f: (x, attributes) => (x < 0 ? alphaOf(attributes, 1) * Math.expm1(x) : x),
    derivative: (x, adjoint, y, attributes) =>
      where(greater(x, zero(x)), adjoint, mul(adjoint, add(y, constantLike(x, alphaOf(attributes, 1))))),
  },
  Celu: {
    f: (x, attributes) => (x < 0 ? alphaOf(attributes, 1) * Math.expm1(x / alphaOf(attributes, 1)) : x),
    derivative: (x, adjoint, y, attributes) => {
      const slope = add(div(y, constantLike(x, alphaOf(attributes, 1))), one(x));
      return where(greater(x, zero(x)), adjoint, mul(adjoint, slope));
    },
  },
  Selu: {
    f: (x, attributes) => {
      const { alpha, gamma } = seluOf(attributes);
      return gamma * (x < 0 ? alpha * Math.expm1(x) : x);
    },
    derivative: (x, adjoint, y, attributes) => {
      const { alpha, gamma } = seluOf(attributes);
      const slope = where(
        greater(x, zero(x)),
        constantLike(x, gamma),
        add(y, constantLike(x, alpha * gamma)),
      );
      return mul(adjoint, slope);
    },
  },
  Sigmoid: { f: logistic, derivative: (_x, adjoint, y) => mul(adjoint, mul(y, sub(one(y), y))) },
  HardSigmoid: {
    f: (x, attributes) =>
      Math.min(1, Math.max(0, alphaOf(attributes, 0.2) * x + floatAttribute(attributes, 'beta', 0.5))),
    derivative: (_x, adjoint, y, attributes) => {
      const inside = mul(indicator(greater(y, zero(y)), y), indicator(less(y, one(y)), y));
      return mul(adjoint, times(inside, alphaOf(attributes, 0.2)));
    },
  },
  HardSwish: {
    f: (x) => x * Math.min(1, Math.max(0, x / 6 + 0.5)),
    derivative: (x, adjoint) => {
      const slope = add(div(x, constantLike(x, 3)), constantLike(x, 0.5));
      const above = indicator(greater(x, constantLike(x, 3)), x);
      const inside = mul(indicator(greaterOrEqual(x, constantLike(x, -3)), x), sub(one(x), above));
      return mul(adjoint, add(mul(inside, slope), above));
    },
  },
  Tanh: { f: Math.tanh, derivative: (_x, adjoint, y) => mul(adjoint, sub(one(y), mul(y, y))) },
  Softplus: { f: log1pExp, derivative: (x, adjoint) => mul(adjoint, sigmoid(x)) },
  Softsign: {
    f: (x) => x / (1 + Math.abs(x)),
    derivative: (x, adjoint) => {
      const denominator = add(one(x), abs(x));
      return div(adjoint, mul(denominator, denominator));
    },
  },
  Mish: {
    f: (x) => x * Math.tanh(log1pExp(x)),
    derivative: (x, adjoint) => {
      const t = tanh(softplus(x));
      return mul(adjoint, add(t, mul(mul(x, sigmoid(x)), sub(one(x), mul(t, t)))));
    },
  },
  Swish: {
    f: (x, attributes) => x * logistic(alphaOf(attributes, 1) * x),
    derivative: (x, adjoint, _y, attributes) => {
      const alpha = alphaOf(attributes, 1);
      const gate = sigmoid(times(x, alpha));
      return mul(adjoint, mul(gate, add(one(x), times(mul(x, sub(one(x), gate)), alpha))));
    },
  },
  Gelu: {
    f: (x, attributes) =>
      isTanhGelu(attributes)
        ? 0.5 * x * (1 + Math.tanh(geluInner(x)))
        : 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
    derivative: (x, adjoint, _y, attributes) =>
      mul(adjoint, isTanhGelu(attributes) ? tanhGeluSlope(x) : geluSlope(x)),
  },
  Shrink: {
    f: (x, attributes) => {
      const [threshold, bias] = [
        floatAttribute(attributes, 'lambd', 0.5),
        floatAttribute(attributes, 'bias', 0),
      ];
      return x < -threshold ? x + bias : x > threshold ? x - bias : 0;
    },
    derivative: (x, adjoint, _y, attributes) => {
      const threshold = constantLike(x, floatAttribute(attributes, 'lambd', 0.5));
      return mul(adjoint, indicator(greater(abs(x), threshold), x));
    },
  },
};

function seluOf(attributes: Attributes): { alpha: number; gamma: number } {
  return {
    alpha: alphaOf(attributes, 1.67326319217681884765625),
    gamma: floatAttribute(attributes, 'gamma', 1.05070102214813232421875),
  };
}

const GELU_SCALE = Math.sqrt(2 / Math.PI);
const GELU_CUBIC = 0.044715;

function isTanhGelu(attributes: Attributes): boolean {
  return textAttribute(attributes, 'approximate', 'none') === 'tanh';
}

function geluInner(x: number): number {
  return GELU_SCALE * (x + GELU_CUBIC * x ** 3);
}

/** Phi(x) + x phi(x), with the standard normal's distribution and density. */
function geluSlope(x: Value): Value {
  const distribution = times(add(x.builder.apply('Erf', [times(x, Math.SQRT1_2)])[0]!, one(x)), 0.5);
  const density = times(exp(times(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return add(distribution, mul(x, density));
}

function tanhGeluSlope(x: Value): Value {
  const square = mul(x, x);
  const inner = times(mul(x, add(one(x), times(square, GELU_CUBIC))), GELU_SCALE);
  const t = tanh(inner);
  const innerSlope = times(add(one(x), times(square, 3 * GELU_CUBIC)), GELU_SCALE);
  const bend = mul(mul(x, sub(one(x), mul(t, t))), innerSlope);
  return times(add(add(t, one(x)), bend), 0.5);
}

/** PRelu(x, slope): the slope of the negative side is a value that broadcasts to x. */
const preluOperation: Operation = {
  op: 'PRelu',
  infer: ({ inputs }) => {
    const [x, slope] = [required(inputs, 0), required(inputs, 1)];
    checkTypes('PRelu', [x, slope]);
    return [{ dtype: x.dtype, shape: broadcastShapes(x.shape, slope.shape) }];
  },
  evaluate: ({ inputs }) => [
    mapArrays([required(inputs, 0), required(inputs, 1)], (x, slope) => (x < 0 ? slope * x : x)),
  ],
  gradient: ({ inputs, adjoints, wanted }) => {
    const [x, slope] = [required(inputs, 0), required(inputs, 1)];
    const adjoint = adjoints[0]!;
    const above = greater(x, zero(x));
    return [
      wanted[0] ? sumTo(where(above, adjoint, mul(adjoint, slope)), x) : undefined,
      wanted[1] ? sumTo(where(above, zero(x), mul(adjoint, x)), slope) : undefined,
    ];
  },
};

/** The activation functions of networks. */
export const activationOperations: readonly Operation[] = [
  ...Object.entries(rules).map(([op, rule]) => unaryOperation(op, rule)),
  preluOperation,
];
