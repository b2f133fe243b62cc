import { describe, expect, it } from 'vitest';

import { confidnet, fitScore, knn, mcp, missing, scoreNamed, scores } from '#credence/scores/index';
import type { FittedScore, Score } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';

import { trainedClassifier } from './classifiers.js';

const { classifier, labels, examples } = await trainedClassifier();
const nothing = { tensors: {}, settings: {} };
// ConfidNet with its usual settings takes seconds.
const quick = scores.map((score) =>
  score.name === 'confidnet' ? confidnet({ hidden: [8], epochs: 1 }) : score,
);

describe('fitScore', () => {
  const fit = (score: Score, changes: Partial<typeof examples>, own = classifier): Promise<FittedScore> =>
    fitScore(score, own, { examples: { ...examples, ...changes } });
  const n = labels.data.length;

  it('refuses examples that are none, or do not fit each other, whatever the score', async () => {
    for (const score of [mcp, knn()]) {
      await expect(fit(score, { labels: tensor('int32', [n - 1], labels.data.subarray(1)) })).rejects.toThrow(
        /examples: labels: expected \(300\), got \(299\)/,
      );
      await expect(
        fit(score, { labels: { ...labels, data: labels.data.map((label) => label - 1) } }),
      ).rejects.toThrow(/examples: labels: expected classes of \[0, 3\), got -1/);
      await expect(
        fit(score, { labels: { ...labels, data: labels.data.map((label) => label + 1) } }),
      ).rejects.toThrow(/got 3/);
      await expect(
        fit(score, { features: tensor('float32', [n - 1, 8], new Float32Array(8 * (n - 1))) }),
      ).rejects.toThrow(/examples: features: expected \(300, d\)/);
      const spoilt = examples.features!.data.slice();
      spoilt[17] = NaN;
      await expect(fit(score, { features: { ...examples.features!, data: spoilt } })).rejects.toThrow(
        /examples: features: expected finite numbers, got NaN \(element 17/,
      );
      const infinite = examples.logits.data.slice();
      infinite[4] = Infinity;
      await expect(fit(score, { logits: { ...examples.logits, data: infinite } })).rejects.toThrow(
        /examples: logits: expected finite numbers, got Infinity/,
      );
      await expect(
        fit(score, {
          logits: tensor('float32', [0, 3], new Float32Array(0)),
          features: undefined,
          labels: tensor('int32', [0], new Int32Array(0)),
        }),
      ).rejects.toThrow(/examples: expected at least one, got none/);
      await expect(fit(score, { logits: tensor('float32', [n, 1], new Float32Array(n)) })).rejects.toThrow(
        /examples: logits: expected \(n, K\)/,
      );
    }
  });

  it('says which scores lack something, and what', async () => {
    const without = { ...classifier, features: undefined };
    const lacking = scores.filter((score) => missing(score, without) !== undefined).map(({ name }) => name);
    expect(lacking).toEqual([
      'mahalanobis',
      'relativeMahalanobis',
      'knn',
      'vim',
      'trustScore',
      'laplace.full',
      'laplace.kronecker',
      'laplace.diagonal',
      'confidnet',
    ]);
    await expect(fit(knn(), {}, without)).rejects.toThrow(/score 'knn': .*no features/);
    await expect(fit(knn(), { features: undefined })).rejects.toThrow(
      /score 'knn': expected examples with features to be fitted on, got none/,
    );
    await expect(fitScore(knn(), classifier)).rejects.toThrow(/examples with features/);
    await expect(fitScore(scoreNamed('temperatureScaledMcp'), classifier)).rejects.toThrow(
      /examples with logits/,
    );
    await expect(fitScore(mcp, classifier)).resolves.toMatchObject({ fitted: nothing });
  });

  it('stops before it starts when asked', async () => {
    const signal = AbortSignal.abort();
    await expect(fitScore(knn(), classifier, { examples, signal })).rejects.toThrow(/abort/i);
  });

  it('fits every score that can be on examples of one class, and says why it cannot the others', async () => {
    const one = { labels: tensor('int32', [n], new Int32Array(n)) };
    const refused: string[] = [];
    for (const score of quick) {
      try {
        await fit(score, one);
      } catch (error) {
        expect((error as Error).message).toMatch(/of one$|temperature scaling/);
        refused.push(score.name);
      }
    }
    expect(refused).toEqual(expect.arrayContaining(['relativeMahalanobis', 'trustScore']));
  });
});
