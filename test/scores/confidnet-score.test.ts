import { describe, expect, it } from 'vitest';

import { auroc } from '#credence/metrics/index';
import { key } from '#credence/random/index';
import { confidnet, fitScore } from '#credence/scores/index';
import type { ConfidnetSettings, Examples, FittedScore } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

import { matrixOf, relativeError, rowsOf, scoresOf, splitClassifier, tensorOf } from './classifiers.js';

const [n, d, classes] = [400, 3, 2];
const classifier = splitClassifier(d, classes);

/** Predictions that are sure of class 0 everywhere, and wrong where the first feature is over 0. */
function problem(seed: number): Examples & { readonly wrong: boolean[]; readonly x: Tensor<'float32'> } {
  const features = tensorOf(rowsOf(matrixOf(seed, n, d)).map(([a, b]) => [100 + 3 * a!, b! / 1000, 7]));
  const wrong = rowsOf(features).map(([a]) => a! > 100);
  const logits = tensorOf(wrong.map(() => [2, 0]));
  const labels = tensor('int32', [n], Int32Array.from(wrong, Number));
  const x = tensorOf(rowsOf(features).map((row, i) => [...row, ...rowsOf(logits)[i]!]));
  return { features, logits, labels, wrong, x };
}

const { x, logits, features, labels } = problem(1);
const examples = { logits, features, labels };
const small: ConfidnetSettings = { hidden: [16, 8], epochs: 20, learningRate: 1e-2 };
const fitted = (settings: ConfidnetSettings, own: Examples = examples): Promise<FittedScore> =>
  fitScore(confidnet(settings), classifier, { examples: own });

describe('confidnet', () => {
  it('is 1 - sigmoid of the network that its arrays describe', async () => {
    const score = await fitted(small);
    const { tensors } = score.fitted;
    const numbers = (name: string): number[] => Array.from(tensors[name]!.data as Float32Array);
    const plain = rowsOf(examples.features!).map((row) => {
      let values = row.map((value, j) => (value - numbers('mean')[j]!) / numbers('deviation')[j]!);
      [1, 2, 3].forEach((i) => {
        const sums = rowsOf(tensors[`uncertainty${i}.weight`]!).map((w, k) =>
          w.reduce((s, value, j) => s + value * values[j]!, numbers(`uncertainty${i}.bias`)[k]!),
        );
        values = i < 3 ? sums.map((sum) => Math.max(sum, 0)) : sums;
      });
      return 1 / (1 + Math.exp(values[0]!));
    });
    // Logits under 20 of sums of 16 terms, and standardised features of 100 +- 3 in float32.
    expect(relativeError(await scoresOf(classifier, score, x), plain)).toBeLessThan(20 * 16 * 100 * 2 ** -24);
    expect(score.fitted.settings).toMatchObject({ hidden: '16 8', layers: 3, examples: n, steps: 80 });
  });

  it('learns where the classifier is wrong, which its logits do not tell', async () => {
    const other = problem(2);
    const values = await scoresOf(classifier, await fitted(small), other.x);
    expect(auroc(values, other.wrong)).toBeGreaterThan(0.98);
    // What it estimates is the probability of the true class, 0.88 or 0.12.
    const sure = values.filter((_, i) => !other.wrong[i]);
    expect(sure.reduce((a, b) => a + b) / sure.length).toBeCloseTo(1 - 1 / (1 + Math.exp(-2)), 1);
  });

  it('is the same for the same key, and does not depend on the unit of a feature', async () => {
    const settings = { ...small, epochs: 2 };
    const [own, again] = [await fitted(settings), await fitted(settings)];
    expect(again.fitted).toEqual(own.fitted);
    expect((await fitted({ ...settings, key: key(9) })).fitted.tensors).not.toEqual(own.fitted.tensors);
    const scaled = tensorOf(rowsOf(examples.features!).map(([a, b, c]) => [a! / 4, 8 * b!, 2 * c!]));
    const inputs = tensorOf(rowsOf(scaled).map((row, i) => [...row, ...rowsOf(examples.logits)[i]!]));
    const values = await scoresOf(
      classifier,
      await fitted(settings, { ...examples, features: scaled }),
      inputs,
    );
    expect(relativeError(values, await scoresOf(classifier, own, x))).toBeLessThan(1e-3);
  });

  it('takes more classes than a byte counts', async () => {
    const many = splitClassifier(2, 300);
    const features = matrixOf(3, 50, 2);
    const logits = matrixOf(4, 50, 300);
    const labels = tensor(
      'int32',
      [50],
      Int32Array.from({ length: 50 }, (_, i) => 250 + i),
    );
    const score = await fitScore(confidnet({ hidden: [4], epochs: 1 }), many, {
      examples: { features, logits, labels },
    });
    expect(score.fitted.settings['steps']).toBe(1);
  });

  it('tells how far it is, and stops when asked', async () => {
    const shares: number[] = [];
    const control = new AbortController();
    const fit = fitScore(confidnet({ ...small, epochs: 1000 }), classifier, {
      examples,
      signal: control.signal,
      onProgress: (share) => {
        shares.push(share);
        if (shares.length === 2) control.abort();
      },
    });
    await expect(fit).rejects.toThrow(/abort/i);
    expect(shares.every((share) => share > 0 && share < 1)).toBe(true);
  });

  it('refuses settings out of range', () => {
    expect(() => confidnet({ hidden: [0] })).toThrow(/confidnet: hidden units/);
    expect(() => confidnet({ epochs: 0 })).toThrow(/confidnet: epochs/);
    expect(() => confidnet({ learningRate: -1 })).toThrow(/confidnet: learningRate/);
    expect(() => confidnet({ batchSize: 0.5 })).toThrow(/confidnet: batchSize/);
  });
});
