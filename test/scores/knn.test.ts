import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { key } from '#credence/random/index';
import { fitScore, knn } from '#credence/scores/index';
import type { FittedScore } from '#credence/scores/index';

import {
  blobs,
  examplesOf,
  fitAndScore,
  linearClassifier,
  matrixOf,
  relativeError,
  rowsOf,
  scoresOf,
  tensorOf,
} from './classifiers.js';

const [n, d, classes] = [120, 6, 3];
const classifier = linearClassifier(d, classes);
const { x, labels } = blobs(n, d, classes);
const examples = await examplesOf(classifier, x, labels);
const inputs = matrixOf(4, 40, d, 2);

const unit = (row: number[]): number[] => row.map((value) => value / Math.hypot(...row));
const distance = (a: number[], b: number[]): number => Math.hypot(...a.map((value, j) => value - b[j]!));
const plain = (bank: number[][], row: number[], k: number): number =>
  bank.map((own) => distance(unit(row), unit(own))).toSorted((a, b) => a - b)[k - 1]!;
const fitted = (settings: Parameters<typeof knn>[0]): Promise<FittedScore> =>
  fitScore(knn(settings), classifier, { examples });

describe('knn', () => {
  it.each([1, 2, 7, n])('is the distance to neighbour %d of all, found by trying them', async (k) => {
    const values = await scoresOf(classifier, await fitted({ k }), inputs);
    const own = rowsOf(inputs).map((row) => plain(rowsOf(x), row, k));
    // Differences of numbers under 1, each right to a few 2^-24, relative to distances of about 0.1 and more.
    expect(relativeError(values, own, 0.1)).toBeLessThan(20 * 2 ** -24);
  });

  it('is 0 for k = 1 at the examples, and does not see the length of the features', async () => {
    const nearest = await fitted({ k: 1 });
    expect(Math.max(...(await scoresOf(classifier, nearest, x)))).toBeLessThan(4 * 2 ** -24);
    const doubled = { ...inputs, data: inputs.data.map((value) => 8 * value) };
    expect(await scoresOf(classifier, nearest, doubled)).toEqual(await scoresOf(classifier, nearest, inputs));
  });

  it('grows with k and lies between 0 and 2', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: n - 1 }),
        fc.integer({ min: 1, max: 1000 }),
        async (k, seed) => {
          const own = matrixOf(seed, 5, d, 3);
          const [near, far] = [
            await scoresOf(classifier, await fitted({ k }), own),
            await scoresOf(classifier, await fitted({ k: k + 1 }), own),
          ];
          // Neighbours are ranked by float32 similarities.
          near.forEach((value, i) => expect(value).toBeLessThanOrEqual(far[i]! + 1e-6));
          expect(Math.max(...far)).toBeLessThanOrEqual(2 + 1e-6);
        },
      ),
      { numRuns: 10 },
    );
  });

  it('keeps a subsample of the bank at the same quantile, by the key, and says so', async () => {
    const some = await fitted({ k: 12, bankSize: 40 });
    const { tensors, settings } = some.fitted;
    expect(settings).toEqual({ k: 12, bankSize: 40, key: '0:0', examples: n, kOfBank: 4 });
    const bank = rowsOf(tensors['bank']!);
    const own = rowsOf(inputs).map((row) => plain(bank, row, 4));
    expect(relativeError(await scoresOf(classifier, some, inputs), own, 0.1)).toBeLessThan(20 * 2 ** -24);
    // Rows of the bank are rows of the examples, each once.
    const all = rowsOf(x).map(unit);
    const places = bank.map((row) => all.findIndex((other) => distance(row, other) < 1e-6));
    expect(new Set(places).size).toBe(40);
    expect(places).not.toContain(-1);
    expect((await fitted({ k: 12, bankSize: 40 })).fitted.tensors).toEqual(tensors);
    expect((await fitted({ k: 12, bankSize: 40, key: key(1) })).fitted.tensors).not.toEqual(tensors);
  });

  it('puts features of zeros at distance 1 from everything', async () => {
    const zeros = tensorOf([[0, 0, 0, 0, 0, 0]]);
    expect(await scoresOf(classifier, await fitted({ k: 3 }), zeros)).toEqual([expect.closeTo(1, 6)]);
  });

  it('refuses fewer examples than k, and settings out of range', async () => {
    await expect(fitAndScore(knn({ k: n + 1 }), classifier, examples, x)).rejects.toThrow(
      /KNN: examples: expected at least k = 121, got 120/,
    );
    expect(() => knn({ k: 0 })).toThrow(/knn: k/);
    expect(() => knn({ bankSize: 1.5 })).toThrow(/knn: bankSize/);
  });
});
