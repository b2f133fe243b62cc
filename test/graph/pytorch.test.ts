import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  activateDropout,
  decodeOnnx,
  dropoutLayers,
  evaluateReference,
  foldConstants,
  gradient,
  gradientName,
  GraphBuilder,
  logSoftmax,
  neg,
  reduceSum,
  referenceArray,
  slice,
  underivedOperations,
} from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { openSession } from '#credence/runtime/session';
import { tensor } from '#credence/tensor/index';

// Models and expected values by fixtures/pytorch/export.py: PyTorch 1.13.1, its ONNX exporter and its autograd, in float32.
const folder = new URL('fixtures/pytorch/', import.meta.url);
const expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as {
  images: number[];
} & Record<string, { outputs: number[]; gradient: number[] }>;
const models = readdirSync(folder).filter((file) => file.endsWith('.onnx'));
const images = tensor('float32', [2, 3, 8, 8], Float32Array.from(expected.images));

function read(file: string): Graph {
  return decodeOnnx(readFileSync(new URL(file, folder)), { where: file });
}

/** -sum log softmax(outputs)[:, 2] as a further output, with its gradient in the images. */
function derived(graph: Graph): Graph {
  const b = GraphBuilder.from(graph);
  const loss = neg(reduceSum(slice(logSoftmax(b.value('outputs'), 1), [2], [3], [1])));
  return gradient(b.build([...graph.outputs, loss]), { of: loss.name, withRespectTo: ['images'] });
}

/**
 * Two computations in float32 of the same sums, of some 500 terms on the longest way (192 products of a dense layer, the layers
 * behind it, and back): a rounding of 2^-24 each of the largest number, in both.
 */
function expectClose(got: ArrayLike<number | bigint>, wanted: readonly number[]): void {
  const tolerance = 2 * 500 * 2 ** -24 * Math.max(...wanted.map(Math.abs));
  expect(got.length).toBe(wanted.length);
  wanted.forEach((x, i) => expect(Math.abs(Number(got[i]) - x), `element ${i}`).toBeLessThan(tolerance));
}

describe.each(models)('%s', (file) => {
  const own = expected[file.split('-')[0]!]!;

  test('has known types in the forms of opset 18', () => {
    const graph = read(file);
    expect(graph.opset).toBe(18);
    expect(graph.types.get('outputs')).toMatchObject({ dtype: 'float32', shape: ['N', 5] });
    expect(underivedOperations(graph, { of: 'outputs', withRespectTo: ['images'] })).toEqual([]);
    for (const node of graph.nodes)
      for (const name of node.outputs) expect(graph.types.has(name), name).toBe(true);
  });

  test("gives PyTorch's outputs and its gradient of the images, folded or not", async () => {
    for (const graph of [derived(read(file)), derived(foldConstants(read(file)))]) {
      await using session = await openSession(graph);
      const fetched = await session.run({ images });
      expectClose(fetched['outputs']!.data, own.outputs);
      expectClose(fetched[gradientName('images')]!.data, own.gradient);
    }
  });

  test('is what the reference computes', () => {
    const graph = derived(read(file));
    const values = evaluateReference(graph, { images: referenceArray('float32', images.shape, images.data) });
    expectClose(values.get('outputs')!.data, own.outputs);
    expectClose(values.get(gradientName('images'))!.data, own.gradient);
  });
});

test.each(models.filter((file) => file.startsWith('dense')))(
  '%s: dropout that was on in the file is off, and can be made active',
  (file) => {
    const graph = read(file);
    expect(dropoutLayers(graph).map(({ rate }) => rate)).toEqual([0.25]);
    expect(activateDropout(graph).inputs.map(({ random }) => random)).toEqual([
      undefined,
      { kind: 'bernoulli', probability: 0.75 },
    ]);
  },
);
