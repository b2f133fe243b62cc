/**
 * Element-wise functions. Two values are of one element type, and their shapes broadcast (ONNX, "Multidirectional Broadcasting").
 * All throw a GraphError that names the operation and its inputs where types or shapes do not fit.
 */
import { elementCount } from '../../tensor/index.js';
import type { DType } from '../../tensor/index.js';
import { ELEMENT_TYPES, tensorOfNumbers } from '../elements.js';
import { checkTable } from '../shapes.js';
import { float, int } from '../types.js';
import type { Builder, Value } from '../types.js';

const unary = (op: string) => (x: Value) => x.builder.apply(op, [x])[0]!;
const binary = (op: string) => (a: Value, b: Value) => a.builder.apply(op, [a, b])[0]!;

export const add: (a: Value, b: Value) => Value = binary('Add');
export const sub: (a: Value, b: Value) => Value = binary('Sub');
export const mul: (a: Value, b: Value) => Value = binary('Mul');
/** a / b; of integers the quotient without its fraction. */
export const div: (a: Value, b: Value) => Value = binary('Div');
/** a^b, of the type of a; b may be of another. */
export const pow: (a: Value, b: Value) => Value = binary('Pow');
export const maximum: (a: Value, b: Value) => Value = binary('Max');
export const minimum: (a: Value, b: Value) => Value = binary('Min');
/** a = b, as booleans; so are all comparisons. */
export const equal: (a: Value, b: Value) => Value = binary('Equal');
export const greater: (a: Value, b: Value) => Value = binary('Greater');
export const less: (a: Value, b: Value) => Value = binary('Less');
export const greaterOrEqual: (a: Value, b: Value) => Value = binary('GreaterOrEqual');
export const lessOrEqual: (a: Value, b: Value) => Value = binary('LessOrEqual');
/** Of booleans; so are `or` and `not`. */
export const and: (a: Value, b: Value) => Value = binary('And');
export const or: (a: Value, b: Value) => Value = binary('Or');

export const not: (x: Value) => Value = unary('Not');
export const neg: (x: Value) => Value = unary('Neg');
export const abs: (x: Value) => Value = unary('Abs');
/** -1, 0 or 1. */
export const sign: (x: Value) => Value = unary('Sign');
export const exp: (x: Value) => Value = unary('Exp');
export const log: (x: Value) => Value = unary('Log');
export const sqrt: (x: Value) => Value = unary('Sqrt');
/** 1 / x. */
export const reciprocal: (x: Value) => Value = unary('Reciprocal');
export const relu: (x: Value) => Value = unary('Relu');
/** 1 / (1 + exp(-x)). */
export const sigmoid: (x: Value) => Value = unary('Sigmoid');
export const tanh: (x: Value) => Value = unary('Tanh');
/** log(1 + exp(x)). */
export const softplus: (x: Value) => Value = unary('Softplus');
/** The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
export const erf: (x: Value) => Value = unary('Erf');

/** a where the condition (booleans) holds, b elsewhere; all three broadcast. */
export function where(condition: Value, a: Value, b: Value): Value {
  return condition.builder.apply('Where', [condition, a, b])[0]!;
}

/** The same value under another name: how a model names the inner values that others will ask for. */
export function named(x: Value, name: string): Value {
  return x.builder.apply('Identity', [x], {}, { name })[0]!;
}

/** x where it is over 0, slope x elsewhere. */
export function leakyRelu(x: Value, slope: number): Value {
  return x.builder.apply('LeakyRelu', [x], { alpha: float(slope) })[0]!;
}

/** x (1 + erf(x / sqrt 2)) / 2, the Gaussian error linear unit (Hendrycks & Gimpel, 2016). */
export function gelu(x: Value): Value {
  const distribution = add(erf(mul(x, constantLike(x, Math.SQRT1_2))), constantLike(x, 1));
  return mul(mul(x, constantLike(x, 0.5)), distribution);
}

/** x cut to [low, high]; either may be left out. */
export function clip(x: Value, low?: number, high?: number): Value {
  const bound = (value: number | undefined): Value | undefined =>
    value === undefined ? undefined : constantLike(x, value);
  return x.builder.apply('Clip', [x, bound(low), bound(high)])[0]!;
}

/** x as another element type: integers without the fraction, booleans from what is not 0. Itself if it is of that type. */
export function cast(x: Value, dtype: DType): Value {
  if (x.dtype === dtype) return x;
  return x.builder.apply('Cast', [x], { to: int(ELEMENT_TYPES[dtype]) })[0]!;
}

/** A constant of a value's type, a scalar unless a shape is given. @throws ShapeError when that is a huge one. */
export function constantLike(like: Value, value: number, shape: readonly number[] = []): Value {
  checkTable('constant', shape);
  return like.builder.constant(
    tensorOfNumbers(like.dtype, shape, new Float64Array(elementCount(shape)).fill(value)),
  );
}

/** A constant of integers, int64 (n), as ONNX wants shapes and axes. */
export function int64s(builder: Builder, values: readonly number[]): Value {
  return builder.constant(tensorOfNumbers('int64', [values.length], Float64Array.from(values)));
}
