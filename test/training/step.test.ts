import { describe, expect, test } from 'vitest';
import {
  activateDropout,
  evaluateReference,
  flatLayout,
  packParameters,
  parametersOf,
  toReference,
} from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { mnistConvnet } from '#credence/models/convnet';
import { fold, key, uniformInteger } from '#credence/random/index';
import { drawRandomInputs, openSession } from '#credence/runtime/index';
import type { Feeds } from '#credence/runtime/index';
import { sliceRows, tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import {
  adam,
  adamW,
  classificationObjective,
  gradientGraph,
  sgd,
  stepGraph,
  updateGraph,
} from '#credence/training/index';
import { U } from './bounds.js';
import { data, objective, vector } from './problems.js';

const scalar = (value: number): Tensor => tensor('float32', [], Float32Array.of(value));
const flatParameters = (graph: Graph): Tensor => {
  const layout = flatLayout(graph);
  return tensor('float32', [layout.size], packParameters(layout, parametersOf(graph)));
};

function digits(n: number): Feeds {
  const image = tensor('uint8', [n, 28, 28], Uint8Array.from(uniformInteger(key(3), n * 784, 256)));
  const label = tensor('uint8', [n], Uint8Array.from(uniformInteger(key(4), n, 10)));
  return { image, label };
}

describe('the step graph', () => {
  const convnet = classificationObjective(activateDropout(mnistConvnet(key(1))));
  const cases: [string, Graph, Feeds][] = [
    ['a perceptron', objective(), data(10)],
    ['the convnet', convnet, digits(6)],
  ];
  test.each(cases)(
    'of %s is the gradient graph and the update graph, byte for byte',
    async (_name, graph, feeds) => {
      const n = feeds['label']!.data.length;
      const all = {
        ...feeds,
        ...drawRandomInputs(graph, key(6), 0, n),
        parameters: flatParameters(graph),
        scale: scalar(1 / n),
      };
      for (const optimiser of [sgd({ learningRate: 0.1, momentum: 0.9 }), adam(), adamW()]) {
        const size = flatLayout(graph).size;
        const slots = Object.fromEntries(
          optimiser.slots.map((slot, i) => {
            const values = uniformInteger(fold(key(5), i), size, 1000);
            return [
              `slot/${slot}`,
              tensor(
                'float32',
                [size],
                Float32Array.from(values, (value) => value / 1000),
              ),
            ];
          }),
        );
        const step = { step: tensor('float64', [], Float64Array.of(3)) };
        await using whole = await openSession(stepGraph(graph, optimiser));
        await using gradients = await openSession(gradientGraph(graph));
        await using update = await openSession(updateGraph(optimiser));
        const { gradient, meanLoss } = await gradients.run(all);
        const updated = await update.run({
          parameters: all.parameters,
          gradient: gradient!,
          ...slots,
          ...step,
        });
        expect(await whole.run({ ...all, ...slots, ...step })).toEqual({ ...updated, meanLoss });
      }
    },
  );

  test('takes each input once, and nothing of the parameters themselves', () => {
    const graph = stepGraph(objective(), adam());
    const names = graph.inputs.map(({ name }) => name);
    expect(names.toSorted()).toEqual([
      'dropout1/mask',
      'dropout2/mask',
      'label',
      'parameters',
      'scale',
      'slot/m',
      'slot/v',
      'step',
      'x',
    ]);
    expect(graph.outputs).toEqual(['next/parameters', 'next/slot/m', 'next/slot/v', 'meanLoss']);
    expect(graph.parameters).toEqual([]);
  });
});

describe('the gradient graph', () => {
  const n = 12;
  const graph = objective();
  const feeds = { ...data(n), ...drawRandomInputs(graph, key(6), 0, n), parameters: flatParameters(graph) };

  test('is that of the float64 reference', async () => {
    const derived = gradientGraph(graph);
    await using session = await openSession(derived);
    const all = { ...feeds, scale: scalar(1 / n) };
    const { gradient, meanLoss } = await session.run(all);
    const reference = evaluateReference(
      derived,
      Object.fromEntries(Object.entries(all).map(([name, value]) => [name, toReference(value)])),
    );
    // Layers of at most 17 terms, three forward and three back, then sums over 12 examples: below 150 roundings on any path to an
    // element, each of a number below 20.
    for (const { dtype, data: values } of reference.values()) {
      if (dtype === 'float32') for (const value of values) expect(Math.abs(value)).toBeLessThan(20);
    }
    const bound = 150 * U * 20;
    const expected = reference.get('gradient')!.data;
    const misses = vector(gradient).filter((value, i) => Math.abs(value - expected[i]!) > bound);
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(500 * bound);
    expect([...misses]).toEqual([]);
    expect(Math.abs(vector(meanLoss)[0]! - reference.get('meanLoss')!.data[0]!)).toBeLessThan(bound);
  });

  test('shards add up to the batch', async () => {
    await using session = await openSession(gradientGraph(graph));
    const scale = scalar(1 / n);
    const whole = await session.run({ ...feeds, scale });
    const sum = new Float64Array(flatLayout(graph).size);
    let loss = 0;
    for (const [from, to] of [
      [0, 1],
      [1, 6],
      [6, 12],
    ] as const) {
      const rows = Object.fromEntries(
        Object.entries(feeds).map(([name, value]) => [
          name,
          name === 'parameters' ? value : sliceRows(value, from, to),
        ]),
      );
      const part = await session.run({ ...rows, scale });
      vector(part['gradient']).forEach((value, i) => (sum[i]! += value));
      loss += vector(part['meanLoss'])[0]!;
    }
    const bound = 2 * 150 * U * 20;
    vector(whole['gradient']).forEach((value, i) => expect(Math.abs(value - sum[i]!)).toBeLessThan(bound));
    expect(Math.abs(loss - vector(whole['meanLoss'])[0]!)).toBeLessThan(bound);
  });
});
