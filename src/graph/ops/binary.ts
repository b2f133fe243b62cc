import { cast, constantLike, div, equal, log, mul, neg, pow, sub, where } from '../functions/arithmetic.js';
import { flagAttribute, required } from '../operation.js';
import type { EvaluationCall, GradientCall, InferenceCall, Operation } from '../operation.js';
import { broadcastShapes } from '../shapes.js';
import type { Attributes, Dim, TensorType, Value } from '../types.js';
import { sumTo } from './adjoints.js';
import { checkElements } from './elementwise.js';
import type { ElementTypes } from './elementwise.js';
import { checkTypes } from './inference.js';
import { mapArrays } from './reference-arrays.js';

/** d(of)/d(a) and d(of)/d(b) before the sum over broadcast axes. */
type Partials = (a: Value, b: Value, adjoint: Value, output: Value) => readonly [() => Value, () => Value];

interface BinaryRule {
  readonly f: (a: number, b: number, attributes: Attributes) => number;
  /** Of integers, where they differ. */
  readonly onIntegers?: (a: number, b: number, attributes: Attributes) => number;
  readonly partials?: Partials;
  readonly types?: ElementTypes;
  /** The type of the result, where it is not that of the first argument. */
  readonly result?: 'bool';
  /** On sizes of which one at least is a name; undefined where the result is not a size for certain. */
  readonly onSizes?: (a: Dim, b: Dim, fresh: () => string) => Dim | undefined;
}

const rules: Readonly<Record<string, BinaryRule>> = {
  Add: {
    f: (a, b) => a + b,
    partials: (_a, _b, adjoint) => [() => adjoint, () => adjoint],
    onSizes: (a, b, fresh) => (b === 0 ? a : a === 0 ? b : [a, b].some(isNegative) ? undefined : fresh()),
  },
  Sub: {
    f: (a, b) => a - b,
    partials: (_a, _b, adjoint) => [() => adjoint, () => neg(adjoint)],
    onSizes: (a, b) => (b === 0 ? a : undefined),
  },
  Mul: {
    f: (a, b) => a * b,
    partials: (a, b, adjoint) => [() => mul(adjoint, b), () => mul(adjoint, a)],
    onSizes: (a, b, fresh) => (b === 1 ? a : a === 1 ? b : [a, b].some(isNegative) ? undefined : fresh()),
  },
  Div: {
    f: (a, b) => a / b,
    onIntegers: (a, b) => Math.trunc(a / b),
    partials: (_a, b, adjoint, output) => [() => div(adjoint, b), () => neg(mul(adjoint, div(output, b)))],
    onSizes: (a, b, fresh) => (b === 1 ? a : [a, b].some(isNegative) ? undefined : fresh()),
  },
  Pow: {
    f: (a, b) => a ** b,
    onIntegers: (a, b) => Math.trunc(a ** b),
    partials: (a, b, adjoint, output) => [
      () => mul(adjoint, powerSlope(a, b)),
      () => mul(adjoint, exponentSlope(a, output)),
    ],
  },
  Mod: {
    f: remainder,
    partials: (a, b, adjoint, output) => [
      () => adjoint,
      () => neg(mul(adjoint, a.builder.apply('Round', [div(sub(a, output), b)])[0]!)),
    ],
  },
  Equal: { f: (a, b) => Number(a === b), types: 'any', result: 'bool', onSizes: sizesAreEqual },
  Greater: { f: (a, b) => Number(a > b), result: 'bool' },
  Less: { f: (a, b) => Number(a < b), result: 'bool' },
  GreaterOrEqual: { f: (a, b) => Number(a >= b), result: 'bool' },
  LessOrEqual: { f: (a, b) => Number(a <= b), result: 'bool' },
  And: { f: (a, b) => Number(a !== 0 && b !== 0), types: 'bool', result: 'bool' },
  Or: { f: (a, b) => Number(a !== 0 || b !== 0), types: 'bool', result: 'bool' },
  Xor: { f: (a, b) => Number((a !== 0) !== (b !== 0)), types: 'bool', result: 'bool' },
};

/** d(a^b)/da = b a^(b - 1), and 0 where b is 0 whatever a is. */
function powerSlope(a: Value, b: Value): Value {
  const exponent = cast(b, a.dtype);
  const [only, ...more] = b.content ?? [];
  if (typeof only === 'number' && more.length === 0) {
    if (only === 0) return constantLike(a, 0);
    if (only === 1) return constantLike(a, 1);
    if (only === 2) return mul(a, constantLike(a, 2));
    return mul(constantLike(a, only), pow(a, constantLike(a, only - 1)));
  }
  const slope = mul(exponent, pow(a, sub(exponent, constantLike(a, 1))));
  return where(equal(exponent, constantLike(a, 0)), constantLike(a, 0), slope);
}

/** d(a^b)/db = a^b log a, and 0 where a is 0. */
function exponentSlope(a: Value, output: Value): Value {
  const zero = constantLike(a, 0);
  return where(equal(a, zero), zero, mul(output, log(a)));
}

/** With `fmod` the result has the sign of a, without it that of b. */
function remainder(a: number, b: number, attributes: Attributes): number {
  const rest = a % b;
  return flagAttribute(attributes, 'fmod') || rest === 0 || rest < 0 === b < 0 ? rest : rest + b;
}

function isNegative(dim: Dim): boolean {
  return typeof dim === 'number' && dim < 0;
}

function sizesAreEqual(a: Dim, b: Dim): number | undefined {
  if (a === b) return 1;
  return isNegative(a) || isNegative(b) ? 0 : undefined;
}

/** Arithmetic of two values, comparisons, logic. */
export const binaryOperations: readonly Operation[] = Object.entries(rules).map(([op, rule]) => {
  const { partials } = rule;
  return {
    op,
    onContent: true,
    infer: (call: InferenceCall) => [inferBinary(op, rule, call)],
    evaluate: ({ inputs, attributes }: EvaluationCall) => {
      const [a, b] = [required(inputs, 0), required(inputs, 1)];
      const f = a.dtype.startsWith('float') ? rule.f : (rule.onIntegers ?? rule.f);
      return [mapArrays([a, b], (x, y) => f(x, y, attributes), rule.result ?? a.dtype)];
    },
    ...(partials && { gradient: (call: GradientCall) => binaryGradient(call, partials) }),
  };
});

function inferBinary(op: string, rule: BinaryRule, { inputs, fresh }: InferenceCall): TensorType {
  const [a, b] = [required(inputs, 0), required(inputs, 1)];
  if (op !== 'Pow') checkTypes(op, [a, b]);
  checkElements(op, a, rule.types ?? 'number');
  const shape = broadcastShapes(a.shape, b.shape);
  const content = rule.onSizes && contentOf(a, b, (x, y) => rule.onSizes!(x, y, fresh), rule.f);
  return { dtype: rule.result ?? a.dtype, shape, ...(content && { content }) };
}

function binaryGradient(
  { inputs, outputs, adjoints, wanted }: GradientCall,
  partials: Partials,
): (Value | undefined)[] {
  const [a, b] = [required(inputs, 0), required(inputs, 1)];
  const [byA, byB] = partials(a, b, adjoints[0]!, outputs[0]!);
  return [wanted[0] ? sumTo(byA(), a) : undefined, wanted[1] ? sumTo(byB(), b) : undefined];
}

/** Where a name is among the sizes; numbers alone are evaluated. */
function contentOf(
  a: TensorType,
  b: TensorType,
  onSizes: (a: Dim, b: Dim) => Dim | undefined,
  onNumbers: (a: number, b: number, attributes: Attributes) => number,
): readonly Dim[] | undefined {
  const [as, bs] = [a.content, b.content];
  if (as === undefined || bs === undefined || a.shape.length > 1 || b.shape.length > 1) return undefined;
  if (![...as, ...bs].some((dim) => typeof dim === 'string')) return undefined;
  const content: Dim[] = [];
  for (let i = 0; i < Math.max(as.length, bs.length); i++) {
    const [x, y] = [as[as.length === 1 ? 0 : i]!, bs[bs.length === 1 ? 0 : i]!];
    const numbers = typeof x === 'number' && typeof y === 'number';
    const dim = numbers ? Math.trunc(onNumbers(x, y, {})) : onSizes(x, y);
    if (dim === undefined) return undefined;
    content.push(dim);
  }
  return content;
}
