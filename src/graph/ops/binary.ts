import { ShapeError } from '../../errors/index.js';
import type { DType } from '../../tensor/index.js';
import {
  cast,
  constantLike,
  div,
  equal,
  greaterOrEqual,
  log,
  mul,
  neg,
  pow,
  sub,
  where,
} from '../functions/arithmetic.js';
import { required } from '../operation.js';
import type { GradientCall, InferenceCall, Operation } from '../operation.js';
import { broadcastShapes } from '../shapes.js';
import { formatType } from '../types.js';
import type { Dim, TensorType, Value } from '../types.js';
import { sumTo } from './adjoints.js';
import { mapArrays } from './reference-arrays.js';

/** d(of)/d(a) and d(of)/d(b) before the sum over broadcast axes. */
type Partials = (a: Value, b: Value, adjoint: Value, output: Value) => readonly [() => Value, () => Value];

interface BinaryRule {
  readonly f: (a: number, b: number) => number;
  readonly partials?: Partials;
  /** The type of the result, where it is not that of the arguments. */
  readonly result?: DType;
  /** On sizes, for shapes computed in the graph. */
  readonly onSizes?: (a: number, b: number) => number;
}

const rules: Readonly<Record<string, BinaryRule>> = {
  Add: {
    f: (a, b) => a + b,
    partials: (_a, _b, adjoint) => [() => adjoint, () => adjoint],
    onSizes: (a, b) => a + b,
  },
  Sub: {
    f: (a, b) => a - b,
    partials: (_a, _b, adjoint) => [() => adjoint, () => neg(adjoint)],
    onSizes: (a, b) => a - b,
  },
  Mul: {
    f: (a, b) => a * b,
    partials: (a, b, adjoint) => [() => mul(adjoint, b), () => mul(adjoint, a)],
    onSizes: (a, b) => a * b,
  },
  Div: {
    f: (a, b) => a / b,
    partials: (_a, b, adjoint, output) => [() => div(adjoint, b), () => neg(mul(adjoint, div(output, b)))],
    onSizes: (a, b) => Math.trunc(a / b),
  },
  Pow: {
    f: (a, b) => a ** b,
    partials: (a, b, adjoint, output) => [
      () => mul(adjoint, mul(cast(b, a.dtype), pow(a, sub(b, constantLike(b, 1))))),
      () => mul(adjoint, mul(output, log(a))),
    ],
  },
  Equal: { f: (a, b) => Number(a === b), result: 'bool' },
  Greater: { f: (a, b) => Number(a > b), result: 'bool' },
  Less: { f: (a, b) => Number(a < b), result: 'bool' },
  GreaterOrEqual: { f: (a, b) => Number(a >= b), result: 'bool' },
  LessOrEqual: { f: (a, b) => Number(a <= b), result: 'bool' },
  And: { f: (a, b) => Number(a !== 0 && b !== 0), result: 'bool' },
  Or: { f: (a, b) => Number(a !== 0 || b !== 0), result: 'bool' },
  Xor: { f: (a, b) => Number((a !== 0) !== (b !== 0)), result: 'bool' },
};

/** Add, Sub, Mul, Div, Pow and the comparisons. */
export const binaryOperations: readonly Operation[] = Object.entries(rules).map(([op, rule]) => ({
  op,
  infer: (call) => [inferElementwise(call, op === 'Pow' ? 'first' : 'same', rule)],
  evaluate: ({ inputs }) => {
    const [a, b] = [required(inputs, 0), required(inputs, 1)];
    const truncated = op === 'Div' && !a.dtype.startsWith('float');
    return [mapArrays([a, b], truncated ? (x, y) => Math.trunc(x / y) : rule.f, rule.result ?? a.dtype)];
  },
  ...(rule.partials && { gradient: (call: GradientCall) => binaryGradient(call, rule.partials!) }),
}));

function binaryGradient(
  { inputs, outputs, adjoints, wanted }: GradientCall,
  partials: Partials,
): (Value | undefined)[] {
  const [a, b] = [required(inputs, 0), required(inputs, 1)];
  const [byA, byB] = partials(a, b, adjoints[0]!, outputs[0]!);
  return [wanted[0] ? sumTo(byA(), a) : undefined, wanted[1] ? sumTo(byB(), b) : undefined];
}

/** Max and Min of any number of values. Where several are the extreme, the adjoint is split among them evenly. */
export const extremeOperations: readonly Operation[] = (['Max', 'Min'] as const).map((op) => ({
  op,
  infer: (call) => [inferElementwise(call, 'same')],
  evaluate: ({ inputs }) => [
    mapArrays(
      inputs.map((_, i) => required(inputs, i)),
      op === 'Max' ? Math.max : Math.min,
    ),
  ],
  gradient: ({ inputs, outputs, adjoints, wanted }) => {
    const hits = inputs.map((_, i) => cast(equal(required(inputs, i), outputs[0]!), outputs[0]!.dtype));
    const share = div(
      adjoints[0]!,
      hits.reduce((sum, hit) => sum.builder.apply('Add', [sum, hit])[0]!),
    );
    return hits.map((hit, i) => (wanted[i] ? sumTo(mul(share, hit), required(inputs, i)) : undefined));
  },
}));

/** Where(condition, a, b). */
export const whereOperation: Operation = {
  op: 'Where',
  infer: ({ inputs }) => {
    const [condition, a, b] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    checkType('Where: condition', condition, 'bool');
    checkType('Where: second branch', b, a.dtype);
    return [{ dtype: a.dtype, shape: broadcastShapes(condition.shape, a.shape, b.shape) }];
  },
  evaluate: ({ inputs }) => [
    mapArrays(
      [required(inputs, 0), required(inputs, 1), required(inputs, 2)],
      (c, a, b) => (c ? a : b),
      inputs[1]!.dtype,
    ),
  ],
  gradient: ({ inputs, adjoints, wanted }) => {
    const [condition, a, b] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    const zero = constantLike(adjoints[0]!, 0);
    return [
      undefined,
      wanted[1] ? sumTo(where(condition, adjoints[0]!, zero), a) : undefined,
      wanted[2] ? sumTo(where(condition, zero, adjoints[0]!), b) : undefined,
    ];
  },
};

/** Clip(x, min?, max?): the adjoint passes where the value was not cut. */
export const clipOperation: Operation = {
  op: 'Clip',
  infer: ({ inputs }) => [required(inputs, 0)],
  evaluate: ({ inputs: [x, low, high] }) => [
    mapArrays([x!], (value) =>
      Math.min(Math.max(value, low?.data[0] ?? -Infinity), high?.data[0] ?? Infinity),
    ),
  ],
  gradient: ({ inputs: [x, low, high], adjoints }) => {
    let adjoint = adjoints[0]!;
    if (low !== undefined) adjoint = mul(adjoint, cast(greaterOrEqual(x!, low), x!.dtype));
    if (high !== undefined) adjoint = mul(adjoint, cast(greaterOrEqual(high, x!), x!.dtype));
    return [adjoint, undefined, undefined];
  },
};

function inferElementwise(
  { inputs }: InferenceCall,
  types: 'same' | 'first',
  { result, onSizes }: Partial<BinaryRule> = {},
): TensorType {
  const values = inputs.map((_, i) => required(inputs, i));
  const { dtype } = required(values, 0);
  if (types === 'same') for (const value of values) checkType('element-wise operation', value, dtype);
  const shape = broadcastShapes(...values.map((value) => value.shape));
  const content = onSizes && values.length === 2 ? sizesOf(values[0]!, values[1]!, onSizes) : undefined;
  return { dtype: result ?? dtype, shape, ...(content && { content }) };
}

function sizesOf(
  a: TensorType,
  b: TensorType,
  f: (a: number, b: number) => number,
): readonly Dim[] | undefined {
  if (a.content === undefined || b.content === undefined) return undefined;
  const [as, bs] = [a.content, b.content];
  const n = Math.max(as.length, bs.length);
  const content: Dim[] = [];
  for (let i = 0; i < n; i++) {
    const [x, y] = [as[as.length === 1 ? 0 : i], bs[bs.length === 1 ? 0 : i]];
    if (typeof x !== 'number' || typeof y !== 'number') return undefined;
    content.push(f(x, y));
  }
  return content;
}

function checkType(what: string, value: TensorType, dtype: DType): void {
  if (value.dtype !== dtype) throw new ShapeError({ what, expected: dtype, got: formatType(value) });
}
