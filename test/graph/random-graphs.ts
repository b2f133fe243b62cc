import fc from 'fast-check';
import {
  add,
  dropout,
  GraphBuilder,
  matmul,
  mul,
  neg,
  referenceArray,
  relu,
  softmax,
  sub,
  tanh,
} from '#credence/graph/index';
import type { Graph, ReferenceArray, Value } from '#credence/graph/index';
import { fold, key, normal } from '#credence/random/index';
import { draws } from './models.js';

/** One step of a random graph: which operation, on which of the values so far (counted from the last). */
interface Step {
  readonly op: number;
  readonly a: number;
  readonly b: number;
}

const operations: readonly ((a: Value, b: Value, index: number) => Value)[] = [
  (a, b) => add(a, b),
  (a, b) => mul(a, b),
  (a, b) => sub(a, b),
  (a) => relu(a),
  (a) => tanh(a),
  (a) => neg(a),
  (a) => softmax(a),
  (a) => a.builder.apply('Identity', [a])[0]!,
  (a, _b, i) => dropout(a, 0.25, `dropout${i}`),
  (a, _b, i) => matmul(a, a.builder.constant(draws(`matrix${i}`, [3, 3]), `matrix${i}`)),
  (a, _b, i) =>
    add(a, (a.builder as GraphBuilder).parameter(`parameter${i}`, draws(`parameter${i}`, [1, 3]))),
];

/**
 * Graphs on rows of 3 numbers: inputs `x`, `z` and the random `noise` (N, 3), constants, parameters, inactive Dropout layers,
 * operations on any of the values before, some of which are used by nothing, and one to three outputs.
 */
export function arbitraryGraph(): fc.Arbitrary<Graph> {
  const step = fc.record({ op: fc.nat(operations.length - 1), a: fc.nat(), b: fc.nat() });
  return fc
    .tuple(
      fc.array(step, { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    )
    .map(([steps, outputs]) => build(steps, outputs));
}

function build(steps: readonly Step[], outputs: readonly number[]): Graph {
  const b = new GraphBuilder('random');
  const values: Value[] = [
    b.constant(draws('constant', [1, 3]), 'constant'),
    b.constant(draws('other', [1, 3]), 'other'),
    b.input('noise', 'float32', ['N', 3], { kind: 'normal' }),
    b.input('z', 'float32', ['N', 3]),
    b.input('x', 'float32', ['N', 3]),
  ];
  const pick = (i: number): Value => values[i % values.length]!;
  steps.forEach(({ op, a, b: second }, i) => values.push(operations[op]!(pick(a), pick(second), i)));
  const made = values.slice(5);
  return b.build([...new Set(outputs.map((i) => made[i % made.length]!))]);
}

/** Values for the inputs of such a graph, or of one made of it. */
export function feedsFor(graph: Graph): Record<string, ReferenceArray> {
  return Object.fromEntries(
    graph.inputs.map(({ name, dtype, shape, random }) => {
      const sizes = shape.map((dim) => (typeof dim === 'number' ? dim : 2));
      const n = sizes.reduce((product, size) => product * size, 1);
      const numbers = normal(fold(key(5), name), n).map((u) =>
        random?.kind === 'bernoulli' ? Number(u > -0.5) : Math.fround(u),
      );
      return [name, referenceArray(dtype, sizes, numbers)];
    }),
  );
}
