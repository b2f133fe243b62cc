import { describe, expect, test } from 'vitest';
import { confidnetScore, largestLogit, trainConfidnet } from '#credence/failure/index';
import {
  activateDropout,
  bindParameters,
  evaluateReference,
  GraphBuilder,
  named,
  relu,
  toReference,
} from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { auroc } from '#credence/metrics/index';
import { dense, dropoutLayer } from '#credence/models/index';
import { fold, key, normal, uniform } from '#credence/random/index';
import { predict } from '#credence/runtime/index';
import type { Logits } from '#credence/scores/index';
import { CONFIDENCE, confidnetGraph, confidnetObjective } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { adam, classificationObjective, train } from '#credence/training/index';

const N = 400;

/**
 * Label 1 where the first coordinate is above 0; where the second one is above 0, a coin decides instead: there the classifier
 * is wrong half of the time, and ConfidNet can learn where that is.
 */
function problem(seed: number): { x: Tensor<'float32'>; label: Tensor<'uint8'> } {
  const own = key(seed);
  const x = Float32Array.from(normal(fold(own, 'x'), 2 * N));
  const coin = uniform(fold(own, 'coin'), N);
  const label = coin.map((u, i) => Number((x[2 * i + 1]! > 0 ? u - 0.5 : x[2 * i]!) > 0));
  return { x: tensor('float32', [N, 2], x), label: tensor('uint8', [N], Uint8Array.from(label)) };
}

function network({ dropout }: { dropout: 'none' | 'input' | 'hidden' }): Graph {
  const b = new GraphBuilder('small');
  const x = b.input('x', 'float32', ['N', 2]);
  const first = dropout === 'input' ? dropoutLayer(x, 0.1, 'dropout') : x;
  const hidden = relu(dense(b, first, 16, { name: 'fc1', key: key(1) }));
  const features = named(dropout === 'hidden' ? dropoutLayer(hidden, 0.2, 'dropout') : hidden, 'features');
  return b.build({ logits: dense(b, features, 2, { name: 'fc2', key: key(1) }) });
}

async function trained(model: Graph, data: ReturnType<typeof problem>): Promise<Graph> {
  const objective = classificationObjective(
    model.nodes.some(({ op }) => op === 'Dropout') ? activateDropout(model) : model,
  );
  const optimiser = adam({ learningRate: 0.02 });
  const { parameters } = await train(objective, data, { optimiser, epochs: 20, batchSize: 50, key: key(4) });
  return bindParameters(model, parameters);
}

const options = { features: 'features', hidden: [16, 16], key: key(7), batchSize: 50, workers: 0 };
const FAST = { ...options, optimiser: adam({ learningRate: 5e-3 }), epochs: 40 };

/** Mean (sigmoid(confidence) - p(y | x))^2 over the data, dropout off. */
function meanLoss(model: Graph, network: Graph, data: ReturnType<typeof problem>): number {
  const plain = {
    ...model,
    nodes: model.nodes.map((node) =>
      node.op === 'Dropout' ? { ...node, op: 'Identity', inputs: node.inputs.slice(0, 1) } : node,
    ),
  };
  const objective = confidnetObjective(plain, options);
  const weights = new Map(
    objective.parameters.map((name) => [name, network.constants.get(name) as Tensor<'float32'>]),
  );
  const feeds = { x: toReference(data.x), label: toReference(data.label) };
  const { data: losses } = evaluateReference(bindParameters(objective, weights), feeds).get('loss')!;
  return losses.reduce((sum, loss) => sum + loss, 0) / N;
}

describe('on a problem whose errors have a place', () => {
  const [data, fresh] = [problem(1), problem(2)];

  test('learning lowers the loss, leaves the classifier as it is, and finds the errors of new data', async () => {
    const model = await trained(network({ dropout: 'hidden' }), data);
    const progress: number[] = [];
    const both = await trainConfidnet(model, data, { ...FAST, onProgress: (done) => progress.push(done) });

    const before = meanLoss(model, confidnetGraph(model, options), data);
    const after = meanLoss(model, both, data);
    expect(after).toBeLessThan(before);
    expect(progress.at(-1)).toBe(40 * 8);

    for (const name of model.parameters) expect(both.constants.get(name)).toEqual(model.constants.get(name));
    const { x } = fresh;
    const outputs = await predict(both, { x }, { workers: 0 });
    const { logits } = await predict(model, { x }, { workers: 0 });
    expect(outputs['logits']).toEqual(logits);

    const errors = Uint8Array.from(largestLogit(logits as Logits), (k, i) =>
      Number(k !== fresh.label.data[i]),
    );
    // About 100 of 400 are wrong, all in one half of the plane: 0.83 if that half is known, 0.5 if nothing is. The standard error of
    // an AUROC of 100 and 300 is at most 0.034: 0.7 is five of them above 1/2, a false alarm in 10^6.
    expect(auroc(confidnetScore(outputs[CONFIDENCE] as Tensor<'float32'>), errors)).toBeGreaterThan(0.7);
  });

  test('the same key gives the same bytes, on one thread and on two', async () => {
    const model = network({ dropout: 'hidden' });
    const short = { ...FAST, epochs: 2, shards: 2 };
    const [one, again, two, other] = [
      await trainConfidnet(model, data, short),
      await trainConfidnet(model, data, short),
      await trainConfidnet(model, data, { ...short, workers: 2 }),
      await trainConfidnet(model, data, { ...short, key: key(8) }),
    ];
    expect(again.constants).toEqual(one.constants);
    expect(two.constants).toEqual(one.constants);
    expect(other.constants).not.toEqual(one.constants);
  });

  test.each(['none', 'input'] as const)('a classifier with dropout: %s', async (dropout) => {
    const model = network({ dropout });
    const both = await trainConfidnet(model, data, { ...FAST, epochs: 1 });
    expect(both.outputs).toEqual([CONFIDENCE, 'logits']);
  });
});

describe('what is refused', () => {
  const model = network({ dropout: 'hidden' });
  const { x, label } = problem(1);

  test('labels that are missing, too few, or of no class', async () => {
    await expect(trainConfidnet(model, { x }, FAST)).rejects.toThrow('label');
    const few = tensor('uint8', [N - 1], label.data.slice(1));
    await expect(trainConfidnet(model, { x, label: few }, FAST)).rejects.toThrow('label');
    const wrong = tensor('uint8', [N], label.data.slice().fill(7, 0, 1));
    await expect(trainConfidnet(model, { x, label: wrong }, FAST)).rejects.toThrow(
      'label 0: expected a class of 0 to 1, got 7',
    );
  });

  test('inputs that are not numbers', async () => {
    const broken = tensor('float32', [N, 2], x.data.slice().fill(NaN, 10, 11));
    await expect(trainConfidnet(model, { x: broken, label }, FAST)).rejects.toMatchObject({
      code: 'E_NUMERICAL',
    });
  });

  test('to go on after the signal: what is there is no trained network', async () => {
    await expect(
      trainConfidnet(model, { x, label }, { ...FAST, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: expect.stringMatching(/^(InterruptedError|AbortError)$/) as string });
  });
});
