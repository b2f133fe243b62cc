import { expect, test } from 'vitest';
import {
  clip,
  cumulativeSum,
  evaluateReference,
  gelu,
  globalAveragePool,
  GraphBuilder,
  layerNormalization,
  leakyRelu,
  reduceLogSumExp,
  reduceNorm,
  reduceProduct,
  referenceArray,
  tile,
  topK,
} from '#credence/graph/index';
import type { Value } from '#credence/graph/index';
import { normalCdf } from '#credence/linalg/index';
import { checkRuntime } from './harness.js';

const numbers = [3, -1, 2, 0.5, -2, 1];

/** What a function makes of the numbers as (2, 3), by the reference, which ONNX Runtime agrees with. */
async function made(build: (x: Value) => Value | readonly Value[]): Promise<number[][]> {
  const b = new GraphBuilder('functions');
  const result = build(b.input('x', 'float32', ['M', 3]));
  const outputs = 'builder' in result ? [result] : result;
  const graph = b.build(outputs);
  const feeds = { x: referenceArray('float32', [2, 3], numbers) };
  await checkRuntime(graph, feeds);
  const values = evaluateReference(graph, feeds);
  return outputs.map(({ name }) => [...values.get(name)!.data]);
}

test.each<[string, (x: Value) => Value | readonly Value[], number[][]]>([
  ['clip', (x) => clip(x, -1, 1), [[1, -1, 1, 0.5, -1, 1]]],
  ['clip from below', (x) => clip(x, 0), [[3, 0, 2, 0.5, 0, 1]]],
  ['leakyRelu', (x) => leakyRelu(x, 1.5), [[3, -1.5, 2, 0.5, -3, 1]]],
  ['gelu', gelu, [numbers.map((x) => x * normalCdf(x))]],
  ['reduceProduct', (x) => reduceProduct(x, [1]), [[-6, -1]]],
  ['reduceNorm', (x) => reduceNorm(x, [1]), [[Math.sqrt(14), Math.sqrt(5.25)]]],
  [
    'reduceLogSumExp',
    (x) => reduceLogSumExp(x),
    [[Math.log(numbers.reduce((sum, x) => sum + Math.exp(x), 0))]],
  ],
  ['cumulativeSum', (x) => cumulativeSum(x, -1), [[3, 2, 4, 0.5, -1.5, -0.5]]],
  ['tile', (x) => tile(x, [1, 2]), [[3, -1, 2, 3, -1, 2, 0.5, -2, 1, 0.5, -2, 1]]],
  [
    'topK',
    (x) => Object.values(topK(x, 2)),
    [
      [3, 2, 1, 0.5],
      [0, 2, 2, 0],
    ],
  ],
  [
    'topK of the smallest',
    (x) => Object.values(topK(x, 1, { axis: 0, largest: false })),
    [
      [0.5, -2, 1],
      [1, 1, 1],
    ],
  ],
  [
    'globalAveragePool',
    (x) => globalAveragePool(x.builder.apply('Unsqueeze', [x, tileAxes(x)])[0]!),
    [numbers.slice(0, 6)],
  ],
])('%s', async (_name, build, expected) => {
  const got = await made(build);
  // Constants and inputs are float32.
  got.forEach((list, i) => list.forEach((x, j) => expect(x).toBeCloseTo(expected[i]![j]!, 6)));
  expect(got.map((list) => list.length)).toEqual(expected.map((list) => list.length));
});

test('layerNormalization', async () => {
  const epsilon = 0.01;
  const [rows] = await made((x) => {
    const vector = (...values: number[]): Value =>
      x.builder.constant({ dtype: 'float32', shape: [3], data: Float32Array.from(values) });
    return layerNormalization(x, vector(1, 2, -1), vector(0, 1, 0), epsilon);
  });
  for (const row of [0, 1]) {
    const own = numbers.slice(3 * row, 3 * row + 3);
    const mean = own.reduce((sum, x) => sum + x, 0) / 3;
    const variance = own.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 3;
    own.forEach((x, i) => {
      const standard = (x - mean) / Math.sqrt(variance + epsilon);
      expect(rows![3 * row + i]).toBeCloseTo([1, 2, -1][i]! * standard + [0, 1, 0][i]!, 6);
    });
  }
});

function tileAxes({ builder }: Value): Value {
  return builder.constant({ dtype: 'int64', shape: [1], data: BigInt64Array.of(2n) });
}

test('inputs that are left out at the end are not written: ONNX Runtime has a slower convolution for an empty name', () => {
  const b = new GraphBuilder('left out');
  const x = b.input('x', 'float32', ['N', 1]);
  const [clipped] = b.apply('Clip', [
    x,
    undefined,
    b.constant({ dtype: 'float32', shape: [], data: Float32Array.of(1) }),
  ]);
  const [same] = b.apply('Clip', [clipped, undefined, undefined]);
  expect(b.build([same!]).nodes.map(({ inputs }) => inputs.length)).toEqual([3, 1]);
});
