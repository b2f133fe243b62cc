import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  add,
  constantLike,
  erf,
  evaluateReference,
  gradient,
  gradientName,
  GraphBuilder,
  matmul,
  mul,
  reduceSum,
  referenceArray,
  sigmoid,
  softmax,
  softplus,
  sub,
  tanh,
  toReference,
} from '#credence/graph/index';
import type { Graph, ReferenceArray, Value } from '#credence/graph/index';
import { draws } from './models.js';
import { checkRuntime } from './harness.js';

type Feeds = Readonly<Record<string, ReferenceArray>>;

/** d/d(every element of `name`) of a scalar value by central differences of the reference. */
function differences(graph: Graph, feeds: Feeds, of: string, name: string): number[][] {
  const original = feeds[name]!;
  const h = 1e-4;
  const at = (i: number, step: number): Float64Array => {
    const data = original.data.with(i, original.data[i]! + step * h);
    return evaluateReference(graph, { ...feeds, [name]: { ...original, data } }).get(of)!.data;
  };
  return [...original.data.keys()].map((i) => {
    const [far, near, back, farBack] = [at(i, 2), at(i, 1), at(i, -1), at(i, -2)];
    return [...near].map((_, j) => (8 * (near[j]! - back[j]!) - (far[j]! - farBack[j]!)) / (12 * h));
  });
}

/** One row of weights w (p,) and inputs x (N, 3): a network of two smooth layers; its loss, a scalar. */
function network(activation: (x: Value) => Value): { graph: Graph; feeds: Feeds } {
  const b = new GraphBuilder('smooth');
  const x = b.input('x', 'float32', ['N', 3]);
  const [first, second] = [b.input('first', 'float32', [3, 2]), b.input('second', 'float32', [2, 2])];
  const output = softmax(matmul(activation(matmul(x, first)), second));
  const error = sub(output, constantLike(output, 0.3));
  const graph = b.build({ loss: reduceSum(mul(error, error)) });
  const feeds = {
    x: toReference(draws('x', [2, 3])),
    first: toReference(draws('first', [3, 2])),
    second: toReference(draws('second', [2, 2])),
  };
  return { graph, feeds };
}

/** The graph of a gradient's inner product with `v` (an input), and the gradient of that: a Hessian-vector product. */
function hessianTimes(graph: Graph, name: string): Graph {
  const b = GraphBuilder.from(gradient(graph, { of: 'loss', withRespectTo: [name] }));
  const slope = b.value(gradientName(name));
  const direction = b.input('v', 'float32', slope.shape);
  const product = reduceSum(mul(slope, direction));
  const outer = b.build([...graph.outputs, slope, product]);
  return gradient(outer, { of: product.name, withRespectTo: [name] });
}

describe.each([
  ['tanh', tanh],
  ['sigmoid', sigmoid],
  ['softplus', softplus],
  ['erf', erf],
] as const)('the gradient of a gradient, %s', (_name, activation) => {
  test.each(['first', 'second', 'x'])('Hessian by %s against differences of the gradient', (name) => {
    const { graph, feeds } = network(activation);
    const product = hessianTimes(graph, name);
    const { shape, data } = feeds[name]!;
    const rows = [...data.keys()].map((i) => {
      const v = referenceArray(
        'float32',
        shape,
        data.map((_, j) => Number(i === j)),
      );
      return [...evaluateReference(product, { ...feeds, v }).get(product.outputs.at(-1)!)!.data];
    });
    const expected = differences(
      gradient(graph, { of: 'loss', withRespectTo: [name] }),
      feeds,
      gradientName(name),
      name,
    );
    const scale = Math.max(...rows.flat().map(Math.abs));
    rows.forEach((row, i) =>
      row.forEach((value, j) => {
        // Truncation h^4 of derivatives of a few units, rounding 2^-52 of a few units over h; a derivative's constants, as
        // 2 / sqrt(pi) of erf's, are float32.
        expect(Math.abs(value - expected[i]![j]!)).toBeLessThan(1e-9 + 2 ** -24 * scale);
        expect(Math.abs(value - rows[j]![i]!)).toBeLessThan(1e-14);
      }),
    );
  });

  test('runs on ONNX Runtime', async () => {
    const { graph, feeds } = network(activation);
    await checkRuntime(hessianTimes(graph, 'first'), { ...feeds, v: toReference(draws('v', [3, 2])) });
  });
});

test('a gradient is linear in what it is of', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      (s, t) => {
        const b = new GraphBuilder('linear');
        const x = b.input('x', 'float32', [4]);
        const [u, v] = [tanh(x), mul(x, x)];
        const sum = add(mul(u, constantLike(u, s)), mul(v, constantLike(v, t)));
        const graph = b.build({ u, v, sum });
        const feeds = { x: toReference(draws('x', [4])) };
        const by = (of: string): Float64Array =>
          evaluateReference(gradient(graph, { of, withRespectTo: ['x'] }), feeds).get(gradientName('x'))!
            .data;
        const [gu, gv, total] = [by('u'), by('v'), by('sum')];
        total.forEach((value, i) =>
          expect(value).toBeCloseTo(Math.fround(s) * gu[i]! + Math.fround(t) * gv[i]!, 12),
        );
      },
    ),
  );
});
