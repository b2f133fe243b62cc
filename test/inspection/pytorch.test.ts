import { beforeAll, describe, expect, test } from 'vitest';
import {
  activateDropout,
  expose,
  gradient,
  GraphBuilder,
  gradientName,
  logSoftmax,
  neg,
  prune,
  reduceMax,
  reduceSum,
  softmax,
} from '#credence/graph/index';
import { inspectClassifier } from '#credence/inspection/index';
import type { InspectedClassifier } from '#credence/inspection/index';
import { openModel } from '#credence/inspection/node/index';
import { openSession } from '#credence/runtime/index';
import type { Fetches } from '#credence/runtime/index';
import type { Graph } from '#credence/graph/index';
import { ODIN_LOGITS, odinGraph } from '#credence/scores/index';
import type { Tensor } from '#credence/tensor/index';
import { arraysOf, MODELS, modelPath } from './fixtures.js';
import type { ModelName } from './fixtures.js';

/**
 * Both are implementations in float32 of what the arrays have from float64. PyTorch's own largest error is kept beside them; ours sums in
 * other orders and may be a few times that, hence 8 of it, and 4 units in the last place of the largest value for arrays so small
 * that PyTorch's error is a lucky one.
 */
function expectClose(actual: ArrayLike<number>, arrays: ReadonlyMap<string, Tensor>, key: string): void {
  const expected = arrays.get(key)!.data as Float32Array;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const tolerance = 8 * Number(arrays.get(`error_${key}`)?.data[0] ?? 0) + largest * 2 ** -22;
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  expect(worst, `largest difference of ${key}`).toBeLessThanOrEqual(tolerance);
}

async function run(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Promise<Fetches> {
  await using session = await openSession(graph);
  return await session.run(feeds);
}

function probabilities(logits: Float32Array, classes: number): Float64Array {
  const out = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const row = logits.subarray(start, start + classes);
    const sum = row.reduce((total, value) => total + Math.exp(value - Math.max(...row)), 0);
    row.forEach((value, k) => (out[start + k] = Math.exp(value - Math.max(...row)) / sum));
  }
  return out;
}

describe.each(Object.keys(MODELS) as ModelName[])('%s agrees with PyTorch', (name) => {
  const arrays = arraysOf(name);
  const input = arrays.get('input')!;
  let model: InspectedClassifier;
  let pruned: Graph;

  beforeAll(async () => {
    model = inspectClassifier(await openModel(modelPath(name)));
    pruned = prune(expose({ ...model.graph, outputs: [] }, model.logits, model.features!));
  });

  test('logits and features', async () => {
    const outputs = await run(pruned, { input });
    expectClose(outputs[model.logits]!.data as Float32Array, arrays, 'logits');
    expectClose(outputs[model.features!]!.data as Float32Array, arrays, 'features');
  });

  test('the gradient of the input', async () => {
    const builder = GraphBuilder.from(pruned);
    const loss = reduceSum(neg(reduceMax(logSoftmax(builder.value(model.logits)), [1])));
    const graph = gradient(builder.build({ loss }), { of: 'loss', withRespectTo: ['input'] });
    const outputs = await run(graph, { input });
    expectClose(outputs[gradientName('input')]!.data as Float32Array, arrays, 'gradient');
  });

  test('ODIN', async () => {
    const options = { temperature: 5, epsilon: 0.01, input: 'input', logits: model.logits };
    const outputs = await run(odinGraph(model.graph, options), { input });
    const p = probabilities(outputs[ODIN_LOGITS]!.data as Float32Array, model.classes);
    const largest = Array.from({ length: p.length / model.classes }, (_, i) =>
      Math.max(...p.subarray(i * model.classes, (i + 1) * model.classes)),
    );
    expectClose(largest, arrays, 'odin');
  });
});

test('the mean of MC dropout with given masks agrees with PyTorch', async () => {
  const [arrays, model] = [arraysOf('convnet'), inspectClassifier(await openModel(modelPath('convnet')))];
  const input = arrays.get('input')!;
  const pruned = prune(expose({ ...model.graph, outputs: [] }, model.logits));
  const builder = GraphBuilder.from(activateDropout(pruned));
  const graph = prune(builder.build({ p: softmax(builder.value(model.logits)) }));
  const masks = model.dropout.map((_, i) => arrays.get(`mask_${i}`) as Tensor<'uint8'>);
  const samples = masks[0]!.shape[0]!;
  const mean = new Float64Array(arrays.get('mc')!.data.length);
  for (let s = 0; s < samples; s++) {
    const feeds = masks.map(({ shape: [, ...shape], data }, i): [string, Tensor] => {
      const size = data.length / samples;
      return [
        `${model.dropout[i]!.name}/mask`,
        { dtype: 'uint8', shape, data: data.slice(s * size, (s + 1) * size) },
      ];
    });
    const { p } = await run(graph, { input, ...Object.fromEntries(feeds) });
    (p!.data as Float32Array).forEach((value, i) => (mean[i]! += value / samples));
  }
  expectClose(mean, arrays, 'mc');
});
