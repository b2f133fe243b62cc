import { erf } from '../../linalg/index.js';
import { roundToEven } from '../elements.js';
import { constantLike, div, exp, mul, neg, sign, sqrt, sub } from '../functions/arithmetic.js';
import { intAttribute, required } from '../operation.js';
import type { Operation } from '../operation.js';
import type { Attributes, Value } from '../types.js';
import { unaryOperation } from './elementwise.js';
import type { UnaryRule } from './elementwise.js';

const one = (like: Value): Value => constantLike(like, 1);
const square = (x: Value): Value => mul(x, x);
const of = (op: string, x: Value): Value => x.builder.apply(op, [x])[0]!;

/** Elementary functions. abs'(0) = 0. */
const rules: Readonly<Record<string, UnaryRule>> = {
  Neg: { f: (x) => -x, types: 'number', derivative: (_x, adjoint) => neg(adjoint) },
  Abs: { f: Math.abs, types: 'number', derivative: (x, adjoint) => mul(adjoint, sign(x)) },
  Sign: { f: Math.sign, types: 'number', flat: true },
  Floor: { f: Math.floor, flat: true },
  Ceil: { f: Math.ceil, flat: true },
  Round: { f: roundToEven, flat: true },
  Exp: { f: Math.exp, derivative: (_x, adjoint, y) => mul(adjoint, y) },
  Log: { f: Math.log, derivative: (x, adjoint) => div(adjoint, x) },
  Sqrt: { f: Math.sqrt, derivative: (_x, adjoint, y) => div(mul(adjoint, constantLike(y, 0.5)), y) },
  Reciprocal: { f: (x) => 1 / x, derivative: (_x, adjoint, y) => neg(mul(adjoint, square(y))) },
  Erf: {
    f: erf,
    derivative: (x, adjoint) =>
      mul(adjoint, mul(constantLike(x, 2 / Math.sqrt(Math.PI)), exp(neg(square(x))))),
  },
  Sin: { f: Math.sin, derivative: (x, adjoint) => mul(adjoint, of('Cos', x)) },
  Cos: { f: Math.cos, derivative: (x, adjoint) => neg(mul(adjoint, of('Sin', x))) },
  Tan: { f: Math.tan, derivative: (_x, adjoint, y) => mul(adjoint, add1(square(y))) },
  Asin: { f: Math.asin, derivative: (x, adjoint) => div(adjoint, sqrt(sub(one(x), square(x)))) },
  Acos: { f: Math.acos, derivative: (x, adjoint) => neg(div(adjoint, sqrt(sub(one(x), square(x))))) },
  Atan: { f: Math.atan, derivative: (x, adjoint) => div(adjoint, add1(square(x))) },
  Sinh: { f: Math.sinh, derivative: (x, adjoint) => mul(adjoint, of('Cosh', x)) },
  Cosh: { f: Math.cosh, derivative: (x, adjoint) => mul(adjoint, of('Sinh', x)) },
  Asinh: { f: Math.asinh, derivative: (x, adjoint) => div(adjoint, sqrt(add1(square(x)))) },
  Acosh: { f: Math.acosh, derivative: (x, adjoint) => div(adjoint, sqrt(sub(square(x), one(x)))) },
  Atanh: { f: Math.atanh, derivative: (x, adjoint) => div(adjoint, sub(one(x), square(x))) },
  Not: { f: (x) => Number(x === 0), types: 'bool' },
  IsNaN: { f: (x) => Number(Number.isNaN(x)), result: 'bool' },
  IsInf: { f: isInfinite, result: 'bool' },
};

function add1(x: Value): Value {
  return x.builder.apply('Add', [x, one(x)])[0]!;
}

function isInfinite(x: number, attributes: Attributes): number {
  const positive = x === Infinity && intAttribute(attributes, 'detect_positive', 1) === 1;
  const negative = x === -Infinity && intAttribute(attributes, 'detect_negative', 1) === 1;
  return Number(positive || negative);
}

/** Identity passes on what is known of its argument, Dropout (inactive: see `transforms/stochastic.ts`) does not. */
const identityOperations: readonly Operation[] = [
  {
    op: 'Identity',
    infer: ({ inputs }) => [required(inputs, 0)],
    evaluate: ({ inputs }) => [required(inputs, 0)],
    gradient: ({ adjoints }) => [adjoints[0]],
  },
  {
    op: 'Dropout',
    infer: ({ inputs, outputs }) => {
      const { dtype, shape } = required(inputs, 0);
      return [{ dtype, shape }, ...(outputs === 2 ? [{ dtype: 'bool' as const, shape }] : [])];
    },
    evaluate: ({ inputs }) => {
      const x = required(inputs, 0);
      return [x, { dtype: 'bool', shape: x.shape, data: new Float64Array(x.data.length).fill(1) }];
    },
    gradient: ({ inputs, adjoints }) => inputs.map((_, i) => (i === 0 ? adjoints[0] : undefined)),
  },
];

/** Functions of one value, element by element. */
export const unaryOperations: readonly Operation[] = [
  ...identityOperations,
  ...Object.entries(rules).map(([op, rule]) => unaryOperation(op, rule)),
];
