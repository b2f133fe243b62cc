import { expect } from 'vitest';
import {
  add,
  cast,
  evaluateReference,
  fromReference,
  gradient,
  gradientName,
  GraphBuilder,
  mul,
  prune,
  reduceSum,
  referenceArray,
  toReference,
} from '#credence/graph/index';
import type { Attributes, Graph, ReferenceArray, Shape, Value } from '#credence/graph/index';
import { fold, key, permutation, uniform } from '#credence/random/index';
import type { Key } from '#credence/random/index';
import { openSession } from '#credence/runtime/session';
import { elementCount, tensor } from '#credence/tensor/index';
import type { DType, Tensor } from '#credence/tensor/index';

/** What stands for the symbolic sizes in tests. */
export const SIZES: Readonly<Record<string, number>> = { N: 3, M: 2 };

/** How the elements of an input are drawn. */
export type Draw =
  /** Uniform within bounds. */
  | { readonly from: number; readonly to: number }
  /** Different multiples of 0.05 and at least 0.025 from 0: no ties, and no kink within the differences' reach. */
  | 'apart'
  /** The same moved by this, so that inputs which are compared have no ties among them: between 0 and 0.05. */
  | { readonly apartBy: number }
  /** Integers of few values, as floats: many ties. */
  | 'tied';

/** One use of an operation. */
export interface Case {
  readonly op: string;
  readonly name: string;
  /** Applies the operation last; returns its outputs. */
  readonly build: (c: CaseBuilder) => readonly Value[];
  /** False where the case shows a convention that finite differences don't (a kink), or a value without derivative. */
  readonly derivative?: boolean;
  /** False where ONNX Runtime has no kernel for it; says why. */
  readonly runtime?: { readonly skip: string };
  /** How many products or terms are added up for an element, for the tolerance in float32. 32 unless given. */
  readonly terms?: number;
  readonly opset?: number;
}

/** A graph under construction together with values for its inputs. */
export class CaseBuilder {
  readonly builder: GraphBuilder;
  readonly feeds: Record<string, ReferenceArray> = {};
  readonly variables: string[] = [];
  readonly #key: Key;

  constructor(name: string, opset: number) {
    this.builder = new GraphBuilder('case', { opset });
    this.#key = fold(key(1), name);
  }

  /** A float32 input. `fixed`: not one to derive by. */
  floats(
    name: string,
    shape: Shape,
    { draw = { from: -2, to: 2 }, fixed = false }: { draw?: Draw; fixed?: boolean } = {},
  ): Value {
    const sizes = concrete(shape);
    this.feeds[name] = referenceArray('float32', sizes, this.#draw(name, elementCount(sizes), draw));
    if (!fixed) this.variables.push(name);
    return this.builder.input(name, 'float32', shape);
  }

  /** An input of integers from `low` to `high`, inclusive. */
  integers(name: string, shape: Shape, low: number, high: number, dtype: DType = 'int64'): Value {
    const sizes = concrete(shape);
    const draws = uniform(fold(this.#key, name), elementCount(sizes));
    this.feeds[name] = referenceArray(
      dtype,
      sizes,
      draws.map((u) => low + Math.floor(u * (high - low + 1))),
    );
    return this.builder.input(name, dtype, shape);
  }

  booleans(name: string, shape: Shape): Value {
    return this.integers(name, shape, 0, 1, 'bool');
  }

  /** An input with these elements. */
  given(name: string, dtype: DType, shape: readonly number[], data: readonly number[]): Value {
    this.feeds[name] = referenceArray(dtype, shape, data);
    if (dtype === 'float32') this.variables.push(name);
    return this.builder.input(name, dtype, shape);
  }

  /** A constant list of int64. */
  list(...values: readonly number[]): Value {
    return this.builder.constant(tensor('int64', [values.length], BigInt64Array.from(values, BigInt)));
  }

  /** A constant, a scalar unless a shape is given. */
  constant(values: number | readonly number[], dtype: DType = 'float32', shape?: readonly number[]): Value {
    const list = typeof values === 'number' ? [values] : values;
    const sizes = shape ?? (typeof values === 'number' ? [] : [list.length]);
    return this.builder.constant(fromReference(referenceArray(dtype, sizes, list)));
  }

  apply(op: string, inputs: readonly (Value | undefined)[], attributes?: Attributes, outputs = 1): Value[] {
    return this.builder.apply(op, inputs, attributes, { outputs });
  }

  #draw(name: string, n: number, draw: Draw): Float64Array {
    const own = fold(this.#key, name);
    const u = uniform(own, n);
    if (draw === 'tied') return u.map((x) => Math.floor(x * 3) - 1);
    if (draw === 'apart' || 'apartBy' in draw) {
      const order = permutation(fold(own, 'order'), n);
      const shift = draw === 'apart' ? 0 : draw.apartBy;
      return Float64Array.from({ length: n }, (_, i) =>
        Math.fround((order[i]! - Math.floor(n / 2)) * 0.05 + 0.025 + shift),
      );
    }
    return u.map((x) => Math.fround(draw.from + x * (draw.to - draw.from)));
  }
}

export interface Realised {
  readonly graph: Graph;
  readonly outputs: readonly string[];
  readonly variables: readonly string[];
  readonly feeds: Readonly<Record<string, ReferenceArray>>;
}

export function concrete(shape: Shape): number[] {
  return shape.map((dim) => (typeof dim === 'number' ? dim : SIZES[dim]!));
}

/** The case as a graph with feeds; with its derivative by every variable where it has one. */
export function realise(use: Case): Realised {
  const c = new CaseBuilder(`${use.op} ${use.name}`, use.opset ?? 18);
  const results = use.build(c);
  const outputs = results.map(({ name }) => name);
  const floats = results.filter(({ dtype }) => dtype.startsWith('float'));
  const variables = use.derivative === false || floats.length === 0 ? [] : c.variables;
  const plain = { outputs, variables, feeds: c.feeds };
  if (variables.length === 0) return { ...plain, graph: c.builder.build(outputs) };
  // Random weights for each element of the outputs, so that no error cancels in their sum.
  const before = evaluateReference(c.builder.build(outputs), c.feeds);
  const sums = floats.map((result, i) => {
    const { shape } = before.get(result.name)!;
    const weights = uniform(fold(key(2), use.name, i), elementCount(shape)).map((x) => Math.fround(x + 0.5));
    const name = `weights${i}`;
    c.feeds[name] = referenceArray('float32', shape, weights);
    return reduceSum(mul(cast(result, 'float32'), c.builder.input(name, 'float32', result.shape)));
  });
  const loss = sums.reduce(add);
  const graph = gradient(c.builder.build([...outputs, loss]), { of: loss.name, withRespectTo: variables });
  return { ...plain, graph };
}

/** d(loss)/d(every element) of the case by differences of the float64 reference. */
export function checkDerivative({ graph, outputs, variables, feeds }: Realised): void {
  const loss = graph.outputs[outputs.length]!;
  const forward = prune(graph, { outputs: [loss] });
  const values = evaluateReference(graph, feeds);
  const at = (name: string, i: number, x: number): number => {
    const changed = { ...feeds[name]!, data: feeds[name]!.data.with(i, x) };
    return evaluateReference(forward, { ...feeds, [name]: changed }).get(loss)!.data[0]!;
  };
  const magnitude = largest(graph, values);
  for (const name of variables) {
    const derived = values.get(gradientName(name))!;
    expect(derived.shape, `shape of the gradient by ${name}`).toEqual(feeds[name]!.shape);
    const scale = derived.data.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
    const count = derived.data.length;
    // Large inputs by a sample of their elements.
    const picks = count <= 40 ? [...derived.data.keys()] : permutation(key(3), count).slice(0, 40);
    for (const i of picks) {
      const x = feeds[name]!.data[i]!;
      const h = 1e-3 * Math.max(1, Math.abs(x));
      const step = (k: number): number => at(name, i, x + k * h);
      const difference = (8 * (step(1) - step(-1)) - (step(2) - step(-2))) / (12 * h);
      // Truncation h^4 f'''''/30, at most about 1e-7 of the gradient for these functions; rounding of the sums over h.
      const tolerance = 1e-7 * scale + (2 ** -50 * magnitude * feedCount(feeds)) / h;
      expect(
        Math.abs(derived.data[i]! - difference),
        `d/d ${name}[${i}]: ${derived.data[i]} and ${difference}`,
      ).toBeLessThanOrEqual(tolerance);
    }
  }
}

function feedCount(feeds: Readonly<Record<string, ReferenceArray>>): number {
  return Object.values(feeds).reduce((sum, { data }) => sum + data.length, 1);
}

/** The largest finite number among all values, 1 at least. */
function largest(graph: Graph, values: ReadonlyMap<string, ReferenceArray>): number {
  let most = 1;
  for (const node of graph.nodes) {
    for (const name of node.outputs) {
      for (const x of values.get(name)?.data ?? [])
        if (Number.isFinite(x)) most = Math.max(most, Math.abs(x));
    }
  }
  return most;
}

/**
 * The outputs of ONNX Runtime in float32 against those of the reference, and their shapes and types against the inferred
 * ones. Tolerance: a rounding (2^-23, two units of roundoff) of the largest value met for every node and every term of a sum.
 */
export async function checkRuntime(
  graph: Graph,
  feeds: Readonly<Record<string, ReferenceArray>>,
  { terms = 32 }: { terms?: number } = {},
): Promise<void> {
  const values = evaluateReference(graph, feeds);
  await using session = await openSession(graph);
  const fetched = await session.run(tensorsOf(feeds));
  const tolerance = 2 ** -23 * (graph.nodes.length + terms) * largest(graph, values);
  for (const name of graph.outputs) {
    const [got, expected] = [fetched[name]!, values.get(name)!];
    const where = `${name} of ${graph.nodes.map(({ op }) => op).join(', ')}`;
    const type = graph.types.get(name)!;
    expect(got.dtype, where).toBe(type.dtype);
    expect(got.shape, where).toEqual(expected.shape);
    expectShape(got.shape, type.shape, where);
    compare(got, expected, tolerance, where);
  }
}

/** Numbers within the tolerance, integers exactly, the same infinities and NaNs. */
export function compare(got: Tensor, expected: ReferenceArray, tolerance: number, where: string): void {
  const numbers = toReference(got).data;
  const exact = !got.dtype.startsWith('float');
  for (let i = 0; i < numbers.length; i++) {
    const [a, b] = [numbers[i]!, expected.data[i]!];
    if (Object.is(a, b) || a === b) continue;
    const close = !exact && Math.abs(a - b) <= tolerance;
    if (!close) expect.fail(`${where}: element ${i} is ${a}, expected ${b} within ${exact ? 0 : tolerance}`);
  }
}

/** The inferred shape agrees with a real one: numbers are equal, a name stands for one size. */
export function expectShape(real: readonly number[], inferred: Shape, where: string): void {
  expect(inferred.length, `${where}: rank of (${inferred.join()})`).toBe(real.length);
  inferred.forEach((dim, axis) => {
    const size = typeof dim === 'number' ? dim : (SIZES[dim] ?? real[axis]);
    expect(real[axis], `${where}: axis ${axis} of (${inferred.join()})`).toBe(size);
  });
}

export function tensorsOf(feeds: Readonly<Record<string, ReferenceArray>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, fromReference(value)]));
}
