import { describe, expect, it } from 'vitest';

import { dropout, encodeOnnx, flatten, gemm, GraphBuilder, named, relu } from '#credence/graph/index';
import { FEATURES, LOGITS, mnistConvnet, PIXELS } from '#credence/models/index';
import { key } from '#credence/random/index';
import { openSession, predict } from '#credence/runtime/index';
import { fitScore, mcDropout, missing, scoreGraph, scoreOutput } from '#credence/scores/index';
import type { Classifier, FittedScore, McDropoutSettings } from '#credence/scores/index';
import { sliceRows, tensor } from '#credence/tensor/index';

import {
  identityClassifier,
  matrixOf,
  relativeError,
  rowsOf,
  scoresOf,
  trainedClassifier,
} from './classifiers.js';

const { classifier, x } = await trainedClassifier();
const inputs = sliceRows(x, 0, 40);
const fitted = (settings: McDropoutSettings, own: Classifier = classifier): Promise<FittedScore> =>
  fitScore(mcDropout(settings), own);

/** The network in plain float64 with a pass's masks: probabilities of a row. */
function pass(row: number[], masks: number[][]): number[] {
  const { constants } = classifier.graph;
  const layer = (input: number[], name: string): number[] => {
    const offsets = constants.get(`${name}.bias`)!.data as Float32Array;
    return rowsOf(constants.get(`${name}.weight`)!).map((w, i) =>
      w.reduce((s, value, j) => s + value * input[j]!, offsets[i]!),
    );
  };
  const masked = (values: number[], mask: number[]): number[] =>
    values.map((value, i) => (Math.max(value, 0) * mask[i]!) / 0.75);
  const logits = layer(masked(layer(masked(layer(row, 'fc1'), masks[0]!), 'fc2'), masks[1]!), 'fc3');
  const sum = logits.reduce((total, f) => total + Math.exp(f), 0);
  return logits.map((f) => Math.exp(f) / sum);
}

const entropy = (p: number[]): number => p.reduce((sum, value) => sum - value * Math.log(value), 0);
const mean = (rows: number[][]): number[] =>
  rows[0]!.map((_, k) => rows.reduce((s, row) => s + row[k]!, 0) / rows.length);
const measures = {
  entropy: (p: number[][]) => entropy(mean(p)),
  mutualInformation: (p: number[][]) => entropy(mean(p)) - mean(p.map((own) => [entropy(own)]))[0]!,
  variationRatio: (p: number[][]) => {
    const votes = mean(p.map((own) => own.map((value) => Number(value === Math.max(...own)))));
    return 1 - Math.max(...votes);
  },
};

describe.each(Object.entries(measures))('mcDropout, %s', (measure, plain) => {
  const settings = { measure: measure as keyof typeof measures, passes: 12 };

  it('is that of the passes with the fitted masks', async () => {
    const score = await fitted(settings);
    const { dropout1, dropout2 } = Object.fromEntries(
      Object.entries(score.fitted.tensors).map(([name, mask]) => [name.split('/')[0]!, rowsOf(mask)]),
    );
    const passes = rowsOf(inputs).map((row) =>
      Array.from({ length: 12 }, (_, s) => pass(row, [dropout1![s]!, dropout2![s]!])),
    );
    // Logits under 20 of float32 sums over up to 17 terms: absolute errors of probabilities and of the measures.
    const tolerance = 20 * 17 * 3 * 2 ** -24;
    const values = await scoresOf(classifier, score, inputs);
    values.forEach((value, i) => expect(Math.abs(value - plain(passes[i]!))).toBeLessThan(tolerance));
    expect(Math.max(...values)).toBeGreaterThan(0.01);
  });

  it('is the same alone and in a batch, now and later', async () => {
    const own = await scoresOf(classifier, await fitted(settings), inputs);
    const again = await fitted(settings);
    const [third] = await scoresOf(classifier, again, sliceRows(inputs, 3, 4));
    expect(relativeError([third!], [own[3]!], 1e-6)).toBeLessThan(1e-4);
    expect(again).toMatchObject({ fitted: (await fitted(settings)).fitted });
    expect(await scoresOf(classifier, await fitted({ ...settings, key: key(1) }), inputs)).not.toEqual(own);
  });
});

describe('mcDropout', () => {
  it('of one pass has no disagreement', async () => {
    for (const measure of ['mutualInformation', 'variationRatio'] as const) {
      const values = await scoresOf(classifier, await fitted({ measure, passes: 1 }), inputs);
      expect(Math.max(...values)).toBeLessThan(1e-7);
    }
  });

  it('drops each unit with its rate, independently', async () => {
    const passes = 4000;
    const { tensors } = (await fitted({ passes })).fitted;
    for (const mask of Object.values(tensors)) {
      const rows = rowsOf(mask);
      const width = rows[0]!.length;
      // Each mean is normal with deviation sqrt(p q / S); five of them, false-alarm rate 6e-7 each.
      const bound = 5 * Math.sqrt((0.75 * 0.25) / passes);
      for (let j = 0; j < width; j++) {
        expect(Math.abs(mean(rows)[j]! - 0.75)).toBeLessThan(bound);
        const pairs = rows.map((row) => [(row[j]! - 0.75) * (row[(j + 1) % width]! - 0.75)]);
        expect(Math.abs(mean(pairs)[0]!)).toBeLessThan((5 * 0.75 * 0.25) / Math.sqrt(passes));
      }
    }
  });

  it('has its passes once in a graph with several measures, and the weights once', async () => {
    const all = await Promise.all(
      (['entropy', 'mutualInformation', 'variationRatio'] as const).map((measure) =>
        fitted({ measure, passes: 20 }),
      ),
    );
    const together = scoreGraph(classifier, all);
    const gemms = together.nodes.filter(({ op }) => op === 'Gemm').length;
    // The deterministic pass has three, the first of which all passes share.
    expect(gemms).toBe(3 + 20 * 2);
    const names = [...together.constants.keys()];
    expect(names.filter((name) => name.startsWith('fc2.weight'))).toEqual(['fc2.weight']);
    const outputs = await predict(together, { x: inputs }, { workers: 0 });
    for (const score of all) {
      const alone = await scoresOf(classifier, score, inputs);
      expect(
        relativeError(outputs[scoreOutput(score.score)]!.data as Float32Array, alone, 1e-6),
      ).toBeLessThan(1e-5);
    }
  });

  it('runs on a convolutional network from a value inside it, its convolutions once', async () => {
    const graph = mnistConvnet(key(1));
    const convnet = { graph, differentiableInput: PIXELS, features: FEATURES, logits: LOGITS };
    const score = await fitted({ passes: 8 }, convnet);
    const scored = scoreGraph(convnet, [score]);
    expect(scored.nodes.filter(({ op }) => op === 'Conv').length).toBeLessThanOrEqual(4);
    expect(encodeOnnx(scored).length).toBeLessThan(encodeOnnx(graph).length + 8 * 612 + 20_000);
    const image = tensor(
      'uint8',
      [3, 28, 28],
      Uint8Array.from({ length: 3 * 784 }, (_, i) => (i * 37) % 256),
    );
    const values = await scoresOf(convnet, score, image);
    expect(values.every((value) => value > 0 && value < Math.log(10))).toBe(true);
  });

  it('runs where dropout comes first, and with a fixed batch', async () => {
    const b = new GraphBuilder('first');
    const image = dropout(b.input('x', 'float32', [2, 2, 3]), 0.5, 'early');
    const hidden = relu(gemm(flatten(image), b.constant(matrixOf(3, 6, 5))));
    const graph = b.build([named(gemm(hidden, b.constant(matrixOf(4, 5, 3))), 'logits')]);
    const own = { graph, differentiableInput: 'x', features: undefined, logits: 'logits' };
    const score = await fitted({ passes: 5, measure: 'mutualInformation' }, own);
    const outputs = await runOnce(own, score);
    expect(outputs.length).toBe(2);
    expect(Math.min(...outputs)).toBeGreaterThan(0);
  });

  it('needs a Dropout layer in front of the logits', async () => {
    expect(missing(mcDropout(), identityClassifier(3))).toMatch(/no Dropout layer in front of the logits/);
    await expect(fitted({}, identityClassifier(3))).rejects.toThrow(/no Dropout layer/);
    expect(() => mcDropout({ passes: 0 })).toThrow(/mcDropout: passes/);
  });
});

async function runOnce(own: Classifier, score: FittedScore): Promise<number[]> {
  const x = tensor(
    'float32',
    [2, 2, 3],
    Float32Array.from({ length: 12 }, (_, i) => i / 4),
  );
  await using session = await openSession(scoreGraph(own, [score]));
  const outputs = await session.run({ x });
  return Array.from(outputs[scoreOutput(score.score)]!.data as Float32Array);
}
