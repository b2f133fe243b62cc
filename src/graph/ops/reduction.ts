import { ShapeError } from '../../errors/index.js';
import { constantLike, div, equal, cast, exp, mul, sub, sign } from '../functions/arithmetic.js';
import { reduceSum, reshape } from '../functions/shaping.js';
import { intAttribute, intsAttribute, required } from '../operation.js';
import type { EvaluationCall, GradientCall, InferenceCall, Operation, ReferenceArray } from '../operation.js';
import { normalAxis } from '../shapes.js';
import type { Attributes, Shape, Value } from '../types.js';
import { expandLike, withOnes } from './adjoints.js';
import { at, buildArray, indices, offsetOf } from './reference-arrays.js';

interface ReductionRule {
  readonly f: (elements: readonly number[]) => number;
  /** d(of)/dx from x, the output and its adjoint, both with the reduced axes kept. */
  readonly derivative: (x: Value, adjoint: Value, output: Value, axes: readonly number[]) => Value;
}

const sum = (elements: readonly number[]): number => elements.reduce((total, x) => total + x, 0);

const rules: Readonly<Record<string, ReductionRule>> = {
  ReduceSum: { f: sum, derivative: (x, adjoint) => expandLike(adjoint, x) },
  ReduceMean: {
    f: (elements) => sum(elements) / elements.length,
    derivative: (x, adjoint, output) => div(expandLike(adjoint, x), countPerOutput(x, output)),
  },
  ReduceMax: { f: (elements) => Math.max(...elements), derivative: splitAmongTies },
  ReduceMin: { f: (elements) => Math.min(...elements), derivative: splitAmongTies },
  ReduceL1: {
    f: (elements) => sum(elements.map(Math.abs)),
    derivative: (x, adjoint) => mul(adjoint, sign(x)),
  },
  ReduceL2: {
    f: (elements) => Math.hypot(...elements),
    derivative: (x, adjoint, y) => mul(adjoint, div(x, y)),
  },
  ReduceSumSquare: {
    f: (elements) => sum(elements.map((x) => x * x)),
    derivative: (x, adjoint) => mul(adjoint, mul(x, constantLike(x, 2))),
  },
  ReduceLogSumExp: {
    f: (elements) => {
      const largest = Math.max(...elements);
      return largest + Math.log(sum(elements.map((x) => Math.exp(x - largest))));
    },
    derivative: (x, adjoint, y) => mul(adjoint, exp(sub(x, y))),
  },
};

/** Where several elements are the extreme, the adjoint is split among them evenly. */
function splitAmongTies(x: Value, adjoint: Value, output: Value, axes: readonly number[]): Value {
  const hits = cast(equal(x, output), x.dtype);
  return mul(hits, div(adjoint, reduceSum(hits, axes, { keepDimensions: true })));
}

function countPerOutput(x: Value, output: Value): Value {
  let count = 1;
  let known = true;
  x.shape.forEach((dim, axis) => {
    if (dim === output.shape[axis]) return;
    if (typeof dim === 'number') count *= dim;
    else known = false;
  });
  if (known) return constantLike(x, count);
  const size = (value: Value): Value => cast(value.builder.apply('Size', [value])[0]!, x.dtype);
  return div(size(x), size(output));
}

/** Sums, means, extremes and norms over axes. */
export const reductionOperations: readonly Operation[] = Object.entries(rules).map(([op, rule]) => ({
  op,
  infer: (call: InferenceCall) => {
    const x = required(call.inputs, 0);
    const axes = axesOf(
      call.attributes,
      call.inputs[1]?.content,
      x.shape.length,
      call.inputs[1] === undefined,
    );
    return [
      {
        dtype: x.dtype,
        shape: reducedShape(x.shape, axes, intAttribute(call.attributes, 'keepdims', 1) === 1),
      },
    ];
  },
  evaluate: ({ inputs, attributes }: EvaluationCall) => {
    const x = required(inputs, 0);
    const axes = axesOf(
      attributes,
      inputs[1] && [...inputs[1].data],
      x.shape.length,
      inputs[1] === undefined,
    );
    return [reduceReference(x, axes, intAttribute(attributes, 'keepdims', 1) === 1, rule.f)];
  },
  gradient: ({ inputs, outputs, adjoints, attributes }: GradientCall) => {
    const x = required(inputs, 0);
    const axes = axesOf(attributes, inputs[1]?.content, x.shape.length, inputs[1] === undefined);
    const kept = withOnes(x.shape, axes);
    const keep = (value: Value): Value =>
      value.shape.length === kept.length ? value : keepAxes(value, kept, axes);
    return [rule.derivative(x, keep(adjoints[0]!), keep(outputs[0]!), axes), undefined];
  },
}));

function keepAxes(value: Value, kept: Shape, axes: readonly number[]): Value {
  const named = kept.filter((dim) => typeof dim !== 'number').length;
  if (named <= 1) {
    return reshape(
      value,
      kept.map((dim) => (typeof dim === 'number' ? dim : -1)),
    );
  }
  return value.builder.apply('Unsqueeze', [
    value,
    value.builder.constant({ dtype: 'int64', shape: [axes.length], data: BigInt64Array.from(axes, BigInt) }),
  ])[0]!;
}

function axesOf(
  attributes: Attributes,
  input: readonly (number | string)[] | undefined,
  rank: number,
  none: boolean,
): readonly number[] {
  const axes = intsAttribute(attributes, 'axes') ?? input?.map(Number);
  if (axes === undefined && !none) {
    throw new ShapeError({ what: 'axes', expected: 'known when the graph is built', got: 'computed ones' });
  }
  if (axes === undefined || axes.length === 0) {
    return intAttribute(attributes, 'noop_with_empty_axes', 0) === 1
      ? []
      : Array.from({ length: rank }, (_, i) => i);
  }
  return axes.map((axis) => normalAxis(axis, rank)).toSorted((a, b) => a - b);
}

function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return keep ? withOnes(shape, axes) : shape.filter((_, axis) => !axes.includes(axis));
}

function reduceReference(
  x: ReferenceArray,
  axes: readonly number[],
  keep: boolean,
  f: (elements: readonly number[]) => number,
): ReferenceArray {
  const kept = withOnes(x.shape, axes).map(Number);
  const groups = new Map<number, number[]>();
  for (const index of indices(x.shape)) {
    const target = offsetOf(
      kept,
      index.map((i, axis) => (axes.includes(axis) ? 0 : i)),
    );
    const group = groups.get(target);
    if (group === undefined) groups.set(target, [at(x, index)]);
    else group.push(at(x, index));
  }
  const count = kept.reduce((product, size) => product * size, 1);
  const data = Float64Array.from({ length: count }, (_, i) => f(groups.get(i) ?? []));
  return { dtype: x.dtype, shape: reducedShape(x.shape, axes, keep).map(Number), data };
}

/** ArgMax and ArgMin: the first of several; no derivative. */
export const argOperations: readonly Operation[] = (['ArgMax', 'ArgMin'] as const).map((op) => ({
  op,
  infer: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const axis = normalAxis(intAttribute(attributes, 'axis', 0), x.shape.length);
    return [
      { dtype: 'int64', shape: reducedShape(x.shape, [axis], intAttribute(attributes, 'keepdims', 1) === 1) },
    ];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const axis = normalAxis(intAttribute(attributes, 'axis', 0), x.shape.length);
    const best = (elements: readonly number[]): number =>
      elements.indexOf(op === 'ArgMax' ? Math.max(...elements) : Math.min(...elements));
    const result = reduceReference(x, [axis], intAttribute(attributes, 'keepdims', 1) === 1, best);
    return [{ ...result, dtype: 'int64' }];
  },
}));

/** Softmax and LogSoftmax along one axis (opset 13 on). */
export const softmaxOperations: readonly Operation[] = (['Softmax', 'LogSoftmax'] as const).map((op) => ({
  op,
  infer: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    normalAxis(intAttribute(attributes, 'axis', -1), x.shape.length);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const axis = normalAxis(intAttribute(attributes, 'axis', -1), x.shape.length);
    const normaliser = reduceReference(x, [axis], true, rules['ReduceLogSumExp']!.f);
    const result = buildArray(x.dtype, x.shape, (index) => at(x, index) - at(normaliser, index));
    return [op === 'LogSoftmax' ? result : { ...result, data: result.data.map(Math.exp) }];
  },
  gradient: ({ outputs, adjoints, attributes }) => {
    const [y, adjoint] = [outputs[0]!, adjoints[0]!];
    const axis = [normalAxis(intAttribute(attributes, 'axis', -1), y.shape.length)];
    if (op === 'LogSoftmax') {
      return [sub(adjoint, mul(exp(y), reduceSum(adjoint, axis, { keepDimensions: true })))];
    }
    const weighted = mul(adjoint, y);
    return [sub(weighted, mul(y, reduceSum(weighted, axis, { keepDimensions: true })))];
  },
}));

/** The sizes of a value, and their product. */
export const shapeOperations: readonly Operation[] = [
  {
    op: 'Shape',
    infer: ({ inputs, attributes }) => {
      const { shape } = required(inputs, 0);
      const start = intAttribute(attributes, 'start', 0);
      const content = shape.slice(start, intAttribute(attributes, 'end', shape.length));
      return [{ dtype: 'int64', shape: [content.length], content }];
    },
    evaluate: ({ inputs, attributes }) => {
      const { shape } = required(inputs, 0);
      const sizes = shape.slice(
        intAttribute(attributes, 'start', 0),
        intAttribute(attributes, 'end', shape.length),
      );
      return [{ dtype: 'int64', shape: [sizes.length], data: Float64Array.from(sizes) }];
    },
  },
  {
    op: 'Size',
    infer: () => [{ dtype: 'int64', shape: [] }],
    evaluate: ({ inputs }) => [
      { dtype: 'int64', shape: [], data: Float64Array.of(required(inputs, 0).data.length) },
    ],
  },
];
