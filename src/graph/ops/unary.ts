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
  neg,
  sigmoid,
  sign,
  sub,
  where,
} from '../functions/arithmetic.js';
import { floatAttribute, intAttribute, required } from '../operation.js';
import type { GradientCall, Operation } from '../operation.js';
import { ELEMENT_TYPES } from '../functions/arithmetic.js';
import { GraphError } from '../../errors/index.js';
import type { DType } from '../../tensor/index.js';
import type { Attributes, Value } from '../types.js';
import { mapArrays } from './reference-arrays.js';

interface UnaryRule {
  readonly f: (x: number, attributes: Attributes) => number;
  /** d(of)/dx from x, the adjoint of the output and the output; absent where the derivative is zero or undefined. */
  readonly derivative?: (x: Value, adjoint: Value, output: Value, attributes: Attributes) => Value;
}

const one = (like: Value): Value => constantLike(like, 1);
const indicator = (condition: Value, like: Value): Value => cast(condition, like.dtype);

/** Derivatives at a kink follow PyTorch: relu'(0) = 0, abs'(0) = 0, clips pass at their bounds. */
const rules: Readonly<Record<string, UnaryRule>> = {
  Identity: { f: (x) => x, derivative: (_x, adjoint) => adjoint },
  Neg: { f: (x) => -x, derivative: (_x, adjoint) => neg(adjoint) },
  Abs: { f: Math.abs, derivative: (x, adjoint) => mul(adjoint, sign(x)) },
  Sign: { f: Math.sign },
  Floor: { f: Math.floor },
  Ceil: { f: Math.ceil },
  Round: { f: (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)) },
  Not: { f: (x) => Number(x === 0) },
  Exp: { f: Math.exp, derivative: (_x, adjoint, y) => mul(adjoint, y) },
  Log: { f: Math.log, derivative: (x, adjoint) => div(adjoint, x) },
  Sqrt: { f: Math.sqrt, derivative: (_x, adjoint, y) => div(mul(adjoint, constantLike(y, 0.5)), y) },
  Reciprocal: { f: (x) => 1 / x, derivative: (_x, adjoint, y) => neg(mul(adjoint, mul(y, y))) },
  Relu: {
    f: (x) => Math.max(x, 0),
    derivative: (_x, adjoint, y) => mul(adjoint, indicator(greater(y, constantLike(y, 0)), y)),
  },
  LeakyRelu: {
    f: (x, attributes) => (x < 0 ? floatAttribute(attributes, 'alpha', 0.01) * x : x),
    derivative: (x, adjoint, _y, attributes) => {
      const slope = constantLike(x, floatAttribute(attributes, 'alpha', 0.01));
      return where(less(x, constantLike(x, 0)), mul(adjoint, slope), adjoint);
    },
  },
  Elu: {
    f: (x, attributes) => (x < 0 ? floatAttribute(attributes, 'alpha', 1) * Math.expm1(x) : x),
    derivative: (x, adjoint, y, attributes) => {
      const alpha = constantLike(x, floatAttribute(attributes, 'alpha', 1));
      return where(less(x, constantLike(x, 0)), mul(adjoint, add(y, alpha)), adjoint);
    },
  },
  Sigmoid: {
    f: (x) => 1 / (1 + Math.exp(-x)),
    derivative: (_x, adjoint, y) => mul(adjoint, mul(y, sub(one(y), y))),
  },
  HardSigmoid: {
    f: (x, attributes) =>
      Math.min(1, Math.max(0, slopeOf(attributes) * x + floatAttribute(attributes, 'beta', 0.5))),
    derivative: (x, adjoint, y, attributes) => {
      const inside = mul(indicator(greater(y, constantLike(y, 0)), y), indicator(less(y, one(y)), y));
      return mul(adjoint, mul(inside, constantLike(x, slopeOf(attributes))));
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
  Softplus: {
    f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    derivative: (x, adjoint) => mul(adjoint, sigmoid(x)),
  },
  Softsign: {
    f: (x) => x / (1 + Math.abs(x)),
    derivative: (x, adjoint) => {
      const denominator = add(one(x), abs(x));
      return div(adjoint, mul(denominator, denominator));
    },
  },
  Erf: {
    f: erf,
    derivative: (x, adjoint) =>
      mul(adjoint, mul(constantLike(x, 2 / Math.sqrt(Math.PI)), exp(neg(mul(x, x))))),
  },
  Sin: { f: Math.sin, derivative: (x, adjoint) => mul(adjoint, x.builder.apply('Cos', [x])[0]!) },
  Cos: { f: Math.cos, derivative: (x, adjoint) => neg(mul(adjoint, x.builder.apply('Sin', [x])[0]!)) },
};

function slopeOf(attributes: Attributes): number {
  return floatAttribute(attributes, 'alpha', 0.2);
}

/** Functions of one value, element by element. */
export const unaryOperations: readonly Operation[] = Object.entries(rules).map(([op, rule]) => ({
  op,
  infer: ({ inputs }) => [required(inputs, 0)],
  evaluate: ({ inputs, attributes }) => [mapArrays([required(inputs, 0)], (x) => rule.f(x, attributes))],
  ...(rule.derivative && {
    gradient: ({ inputs, outputs, adjoints, attributes }: GradientCall) => [
      rule.derivative!(required(inputs, 0), adjoints[0]!, outputs[0]!, attributes),
    ],
  }),
}));

const typeOfNumber = new Map<number, DType>(
  Object.entries(ELEMENT_TYPES).map(([dtype, number]) => [number, dtype as DType]),
);

/** Cast: the adjoint is cast back; nothing flows through integers. */
export const castOperation: Operation = {
  op: 'Cast',
  infer: ({ inputs, attributes }) => {
    const dtype = typeOfNumber.get(intAttribute(attributes, 'to', 0));
    if (dtype === undefined)
      throw new GraphError({ what: 'Cast', expected: 'a numeric type', got: 'another' });
    return [{ ...required(inputs, 0), dtype }];
  },
  evaluate: ({ inputs, attributes }) => {
    const dtype = typeOfNumber.get(intAttribute(attributes, 'to', 1))!;
    const whole = !dtype.startsWith('float');
    return [
      mapArrays(
        [required(inputs, 0)],
        (x) => (dtype === 'bool' ? Number(x !== 0) : whole ? Math.trunc(x) : x),
        dtype,
      ),
    ];
  },
  gradient: ({ inputs, outputs, adjoints }) => {
    const x = required(inputs, 0);
    const flows = x.dtype.startsWith('float') && outputs[0]!.dtype.startsWith('float');
    return [flows ? cast(adjoints[0]!, x.dtype) : undefined];
  },
};

/** Abramowitz & Stegun 7.1.5 near 0 and the continued fraction 7.1.14 of erfc beyond, both to float64. */
function erf(x: number): number {
  const z = Math.abs(x);
  if (z > 6) return Math.sign(x);
  if (z < 2.5) {
    let term = z;
    let sum = z;
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= -(z * z) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = z;
  for (let k = 120; k > 0; k--) fraction = z + k / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * fraction));
}
