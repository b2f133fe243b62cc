import {
  add,
  cast,
  constantLike,
  div,
  equal,
  exp,
  mul,
  neg,
  sign,
  sub,
  where,
} from '../functions/arithmetic.js';
import { reduceProduct, reduceSum, unsqueeze } from '../functions/shaping.js';
import { flagAttribute, intsAttribute, required } from '../operation.js';
import type { EvaluationCall, GradientCall, InferenceCall, Operation, ReferenceArray } from '../operation.js';
import { normalAxis } from '../shapes.js';
import type { Attributes, Shape, TensorType, Value } from '../types.js';
import { expandLike, firstAxes, withOnes } from './adjoints.js';
import { checkElements } from './elementwise.js';
import { knownNumbers, numbersOf } from './inference.js';
import { at, indices, offsetOf } from './reference-arrays.js';

interface ReductionRule {
  readonly f: (elements: readonly number[]) => number;
  /** d(of)/dx from x, the output and its adjoint, both with the reduced axes kept. */
  readonly derivative: (x: Value, adjoint: Value, output: Value, axes: readonly number[]) => Value;
  /** Booleans as well as numbers. */
  readonly ordered?: true;
}

// Not by a call with all elements as its arguments: it overflows the stack at some 100,000.
const sum = (elements: readonly number[]): number => elements.reduce((total, x) => total + x, 0);
export const largestOf = (elements: readonly number[]): number =>
  elements.reduce((largest, x) => Math.max(largest, x), -Infinity);
export const smallestOf = (elements: readonly number[]): number =>
  elements.reduce((smallest, x) => Math.min(smallest, x), Infinity);
export const euclideanNormOf = (elements: readonly number[]): number =>
  elements.reduce((norm, x) => Math.hypot(norm, x), 0);

const rules: Readonly<Record<string, ReductionRule>> = {
  ReduceSum: { f: sum, derivative: (x, adjoint) => expandLike(adjoint, x) },
  ReduceMean: {
    f: (elements) => sum(elements) / elements.length,
    derivative: (x, adjoint, output) => div(expandLike(adjoint, x), countPerOutput(x, output)),
  },
  ReduceMax: { f: largestOf, derivative: splitAmongTies, ordered: true },
  ReduceMin: { f: smallestOf, derivative: splitAmongTies, ordered: true },
  ReduceProd: { f: (elements) => elements.reduce((product, x) => product * x, 1), derivative: productSlope },
  ReduceL1: {
    f: (elements) => sum(elements.map(Math.abs)),
    derivative: (x, adjoint) => mul(adjoint, sign(x)),
  },
  ReduceL2: {
    f: euclideanNormOf,
    // At 0, where there is no derivative, the one of least norm.
    derivative: (x, adjoint, y) => {
      const divisor = where(equal(y, constantLike(y, 0)), constantLike(y, 1), y);
      return mul(div(adjoint, divisor), x);
    },
  },
  ReduceSumSquare: {
    f: (elements) => sum(elements.map((x) => x * x)),
    derivative: (x, adjoint) => mul(adjoint, mul(x, constantLike(x, 2))),
  },
  ReduceLogSum: {
    f: (elements) => Math.log(sum(elements)),
    derivative: (x, adjoint, _y, axes) =>
      expandLike(div(adjoint, reduceSum(x, axes, { keepDimensions: true })), x),
  },
  ReduceLogSumExp: { f: logSumExpOf, derivative: (x, adjoint, y) => mul(adjoint, exp(sub(x, y))) },
};

export function logSumExpOf(elements: readonly number[]): number {
  const largest = largestOf(elements);
  if (!Number.isFinite(largest)) return largest;
  return largest + Math.log(sum(elements.map((x) => Math.exp(x - largest))));
}

/** Where several elements are the extreme, the adjoint is split among them evenly. */
export function splitAmongTies(x: Value, adjoint: Value, output: Value, axes: readonly number[]): Value {
  const hits = cast(equal(x, output), x.dtype);
  return mul(hits, div(adjoint, reduceSum(hits, axes, { keepDimensions: true })));
}

/** The product of the other elements, right where some are 0: all but the zeros, kept where no other zero is left. */
function productSlope(x: Value, adjoint: Value, _output: Value, axes: readonly number[]): Value {
  const [zero, one] = [constantLike(x, 0), constantLike(x, 1)];
  const isZero = equal(x, zero);
  const zeros = reduceSum(cast(isZero, x.dtype), axes, { keepDimensions: true });
  const nonzero = where(isZero, one, x);
  const product = reduceProduct(nonzero, axes, { keepDimensions: true });
  const others = add(zeros, neg(cast(isZero, x.dtype)));
  return mul(adjoint, where(equal(others, zero), div(product, nonzero), zero));
}

/** How many elements of x go into each of the output, as a scalar of x's type. */
export function countPerOutput(x: Value, output: Value): Value {
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
  onContent: true,
  infer: ({ inputs, attributes, fresh }: InferenceCall) => {
    const x = required(inputs, 0);
    checkElements(op, x, rule.ordered ? 'any' : 'number');
    const shape = inferReduced(x.shape, inputs[1], attributes, fresh);
    return [shape && { dtype: x.dtype, shape }];
  },
  evaluate: ({ inputs, attributes }: EvaluationCall) => {
    const x = required(inputs, 0);
    const axes = axesOf(attributes, inputs[1] && [...inputs[1].data], x.shape.length);
    const reduced = reduceReference(x, axes, keepsAxes(attributes), rule.f);
    return [x.dtype.startsWith('float') ? reduced : { ...reduced, data: reduced.data.map(Math.trunc) }];
  },
  gradient: ({ inputs, outputs, adjoints, attributes }: GradientCall) => {
    const x = required(inputs, 0);
    const axes = axesOf(attributes, inputs[1] && numbersOf('axes', inputs[1]), x.shape.length);
    const keep = (value: Value): Value =>
      value.shape.length === x.shape.length ? value : unsqueeze(value, axes);
    return [rule.derivative(x, keep(adjoints[0]!), keep(outputs[0]!), axes), undefined];
  },
}));

function keepsAxes(attributes: Attributes): boolean {
  return flagAttribute(attributes, 'keepdims', true);
}

function inferReduced(
  shape: Shape,
  input: TensorType | undefined,
  attributes: Attributes,
  fresh: () => string,
): Shape | undefined {
  const known = knownNumbers(input);
  if (input === undefined || known !== undefined) {
    return reducedShape(shape, axesOf(attributes, known, shape.length), keepsAxes(attributes));
  }
  if (keepsAxes(attributes)) return shape.map(fresh);
  const count = input.shape[0];
  // No axes mean all of them, or none.
  if (typeof count !== 'number' || count === 0 || count > shape.length) return undefined;
  return Array.from({ length: shape.length - count }, fresh);
}

function axesOf(
  attributes: Attributes,
  input: readonly number[] | undefined,
  rank: number,
): readonly number[] {
  const axes = input ?? intsAttribute(attributes, 'axes');
  if (axes === undefined || axes.length === 0) {
    return flagAttribute(attributes, 'noop_with_empty_axes') ? [] : firstAxes(rank);
  }
  return axes.map((axis) => normalAxis(axis, rank)).toSorted((a, b) => a - b);
}

export function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return keep ? withOnes(shape, axes) : shape.filter((_, axis) => !axes.includes(axis));
}

/** f of the elements along the axes, in order, for each position on the others. */
export function reduceReference(
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
