import { describe, expect, it } from 'vitest';

import { encodeOnnx, GraphBuilder, matmul, named } from '#credence/graph/index';
import { FEATURES, LOGITS, MNIST_DEVIATION, mnistConvnet, PIXELS } from '#credence/models/index';
import { odin as odinOf } from '#credence/ood/index';
import { key } from '#credence/random/index';
import { fitScore, mcp, missing, odin, scoreGraph } from '#credence/scores/index';
import type { OdinSettings } from '#credence/scores/index';
import { sliceRows, tensor } from '#credence/tensor/index';

import { matrixOf, relativeError, scoresOf, trainedClassifier } from './classifiers.js';

const { classifier, x } = await trainedClassifier();
const run = async (settings: OdinSettings, own = classifier, inputs = x): Promise<number[]> =>
  scoresOf(own, await fitScore(odin(settings), own), inputs);

describe('odin', () => {
  it('is the score that src/ood computes in two runs', async () => {
    const settings = { temperature: 5, epsilon: 0.05, deviation: 0.5 };
    const own = await odinOf(classifier.graph, { x }, { ...settings, input: 'x', workers: 0 });
    // The same graph, its probabilities in float64, rounded once.
    expect(relativeError(await run(settings), own)).toBeLessThan(1e-5);
  });

  it('is so from a value inside a convolutional network, which it shares the weights of', async () => {
    const graph = mnistConvnet(key(2));
    const convnet = { graph, differentiableInput: PIXELS, features: FEATURES, logits: LOGITS };
    const settings = { temperature: 1000, epsilon: 0.0014, deviation: MNIST_DEVIATION };
    const image = tensor(
      'uint8',
      [4, 28, 28],
      Uint8Array.from({ length: 4 * 784 }, (_, i) => (i * 31) % 256),
    );
    const fitted = await fitScore(odin(settings), convnet);
    const own = await odinOf(graph, { image }, { ...settings, input: PIXELS, workers: 0 });
    expect(relativeError(await scoresOf(convnet, fitted, image), own)).toBeLessThan(1e-5);
    expect(encodeOnnx(scoreGraph(convnet, [fitted])).length).toBeLessThan(encodeOnnx(graph).length + 40_000);
  });

  it('is MCP at T = 1 without a step', async () => {
    const plain = await scoresOf(classifier, { score: mcp, fitted: { tensors: {}, settings: {} } }, x);
    expect(relativeError(await run({ temperature: 1, epsilon: 0 }), plain)).toBeLessThan(1e-5);
  });

  it('falls with a small step, which raises the largest probability', async () => {
    const inputs = sliceRows(x, 0, 50);
    const [without, small] = [
      await run({ temperature: 10, epsilon: 0 }, classifier, inputs),
      await run({ temperature: 10, epsilon: 1e-3 }, classifier, inputs),
    ];
    small.forEach((value, i) => expect(value).toBeLessThanOrEqual(without[i]! * (1 + 1e-6)));
    expect(small.filter((value, i) => value < without[i]!).length).toBeGreaterThan(40);
  });

  it('says which operation has no derivative', async () => {
    const b = new GraphBuilder('hard');
    const x = b.input('x', 'float32', ['N', 3]);
    const type = { dtype: 'float32', shape: ['N', 3] } as const;
    const node = {
      op: 'Mystery',
      domain: 'com.example',
      name: 'm',
      inputs: ['x'],
      outputs: ['y'],
      attributes: {},
    };
    const unknown = {
      ...b.build([x]),
      nodes: [node],
      types: new Map([
        ['x', type],
        ['y', type],
      ]),
      outputs: ['y'],
    };
    const names = b.append(unknown, new Map([['x', x]]));
    const graph = b.build([named(matmul(b.value(names.get('y')!), b.constant(matrixOf(1, 3, 3))), 'logits')]);
    const own = { graph, differentiableInput: 'x', features: undefined, logits: 'logits' };
    expect(missing(odin(), own)).toMatch(/Mystery/);
    await expect(fitScore(odin(), own)).rejects.toThrow(/score 'odin': .*Mystery/);
  });

  it('refuses settings out of range', () => {
    expect(() => odin({ temperature: 0 })).toThrow(/odin: temperature/);
    expect(() => odin({ epsilon: -1 })).toThrow(/odin: epsilon/);
    expect(() => odin({ deviation: NaN })).toThrow(/odin: deviation/);
  });
});
