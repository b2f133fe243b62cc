import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError, ShapeError } from '#credence/errors/index';
import {
  expectedEntropy,
  mutualInformation,
  predictedClasses,
  predictiveEntropy,
  summariseSamples,
  variationRatio,
} from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

/** Rows of probabilities, [sample][example][class], as a float64 array. */
function samplesOf(rows: readonly (readonly (readonly number[])[])[]): Tensor<'float64'> {
  const [S, n, K] = [rows.length, rows[0]!.length, rows[0]![0]!.length];
  return tensor('float64', [S, n, K], Float64Array.from(rows.flat(2)));
}

const arbitrary = fc
  .record({
    S: fc.integer({ min: 1, max: 7 }),
    n: fc.integer({ min: 1, max: 4 }),
    K: fc.integer({ min: 2, max: 6 }),
  })
  .chain(({ S, n, K }) => {
    // Weights of a few sizes and zeros: ties, certainties and impossible classes all occur.
    const weight = fc.constantFrom(0, 0, 1, 1, 2, 1e-8);
    const row = fc
      .array(weight, { minLength: K, maxLength: K })
      .filter((weights) => weights.some((w) => w > 0))
      .map((weights) => weights.map((w) => w / weights.reduce<number>((sum, each) => sum + each, 0)));
    return fc.array(fc.array(row, { minLength: n, maxLength: n }), { minLength: S, maxLength: S });
  });

const entropy = (p: readonly number[]): number =>
  p.reduce<number>((sum, each) => (each > 0 ? sum - each * Math.log(each) : sum), 0);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length;

/**
 * Sums of at most 7 x 6 terms, none above 1, in another order: below 2^-53 for each of the additions, and the logarithm's own error;
 * 64 of them is more than there are.
 */
const ROUNDING = 64 * 2 ** -53;

test('the scores are their definitions, example by example', () => {
  fc.assert(
    fc.property(arbitrary, (rows) => {
      const samples = samplesOf(rows);
      const summary = summariseSamples(samples);
      const scores = {
        predictive: predictiveEntropy(samples),
        expected: expectedEntropy(samples),
        information: mutualInformation(samples),
        ratio: variationRatio(samples),
        classes: predictedClasses(samples),
      };
      rows[0]!.forEach((first, i) => {
        const own = rows.map((sample) => sample[i]!);
        const average = first.map((_, k) => mean(own.map((p) => p[k]!)));
        const votes = own.map((p) => p.indexOf(Math.max(...p)));
        const most = Math.max(...first.map((_, k) => votes.filter((vote) => vote === k).length));
        const aleatoric = mean(own.map(entropy));
        expect(Math.abs(scores.predictive[i]! - entropy(average))).toBeLessThan(ROUNDING);
        expect(Math.abs(scores.expected[i]! - aleatoric)).toBeLessThan(ROUNDING);
        expect(Math.abs(scores.information[i]! - (entropy(average) - aleatoric))).toBeLessThan(2 * ROUNDING);
        expect(scores.ratio[i]).toBe(1 - most / own.length);
        average.forEach((p, k) =>
          expect(Math.abs(summary.meanProbability[i * first.length + k]! - p)).toBeLessThan(ROUNDING),
        );
        expect(average[scores.classes[i]!]! + ROUNDING).toBeGreaterThan(Math.max(...average));
      });
    }),
  );
});

test('the scores stay within their bounds, and the summary gives what the samples give', () => {
  fc.assert(
    fc.property(arbitrary, (rows) => {
      const samples = samplesOf(rows);
      const K = samples.shape[2]!;
      const summary = summariseSamples(samples);
      for (const score of [predictiveEntropy, expectedEntropy, mutualInformation]) {
        const values = score(samples);
        expect(values).toEqual(score(summary));
        for (const value of values) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThan(Math.log(K) + ROUNDING);
        }
      }
      const ratios = variationRatio(samples);
      expect(ratios).toEqual(variationRatio(summary));
      for (const ratio of ratios) {
        expect(ratio).toBeGreaterThanOrEqual(0);
        expect(ratio).toBeLessThanOrEqual(1 - 1 / K);
      }
    }),
  );
});

describe('closed forms', () => {
  const single = (rows: readonly (readonly number[])[]): Tensor<'float64'> =>
    samplesOf(rows.map((row) => [row]));

  test('samples that are sure of different classes: all uncertainty is epistemic', () => {
    const samples = single([
      [1, 0],
      [0, 1],
    ]);
    expect(predictiveEntropy(samples)).toEqual(Float64Array.of(Math.log(2)));
    expect(expectedEntropy(samples)).toEqual(Float64Array.of(0));
    // With the sign of a published formula this is -log 2.
    expect(mutualInformation(samples)).toEqual(Float64Array.of(Math.log(2)));
    expect(variationRatio(samples)).toEqual(Float64Array.of(0.5));
  });

  test('samples that agree to know nothing: all of it is aleatoric, and the vote is unanimous', () => {
    const samples = single([
      [0.25, 0.25, 0.25, 0.25],
      [0.25, 0.25, 0.25, 0.25],
    ]);
    expect(predictiveEntropy(samples)[0]).toBeCloseTo(Math.log(4), 15);
    expect(expectedEntropy(samples)).toEqual(predictiveEntropy(samples));
    expect(mutualInformation(samples)).toEqual(Float64Array.of(0));
    // Ties go to the first class, in every sample.
    expect(variationRatio(samples)).toEqual(Float64Array.of(0));
    expect(predictedClasses(samples)).toEqual(Uint32Array.of(0));
  });

  test('one sample has no disagreement', () => {
    const samples = single([[0.2, 0.7, 0.1]]);
    expect(mutualInformation(samples)).toEqual(Float64Array.of(0));
    expect(variationRatio(samples)).toEqual(Float64Array.of(0));
    expect(predictedClasses(samples)).toEqual(Uint32Array.of(1));
  });

  test('a certain prediction has score 0, although p log p is 0 times infinity there', () => {
    const samples = single([
      [0, 1, 0],
      [0, 1, 0],
    ]);
    for (const score of [predictiveEntropy, expectedEntropy, mutualInformation, variationRatio]) {
      expect(score(samples)).toEqual(Float64Array.of(0));
    }
  });

  test('the vote and the mean may differ', () => {
    const samples = single([
      [0.55, 0.45],
      [0.55, 0.45],
      [0, 1],
    ]);
    expect(summariseSamples(samples).votes).toEqual(Uint32Array.of(2, 1));
    expect(predictedClasses(samples)).toEqual(Uint32Array.of(1));
    expect(variationRatio(samples)[0]).toBe(1 - 2 / 3);
  });

  test('examples keep to themselves', () => {
    const samples = samplesOf([
      [
        [1, 0],
        [0.5, 0.5],
      ],
      [
        [1, 0],
        [0, 1],
      ],
    ]);
    expect(variationRatio(samples)).toEqual(Float64Array.of(0, 0.5));
    expect(predictedClasses(samples)).toEqual(Uint32Array.of(0, 1));
  });

  test('more classes than a byte counts', () => {
    const probabilities = new Float64Array(1000);
    probabilities[777] = 1;
    expect(predictedClasses(tensor('float64', [1, 1, 1000], probabilities))).toEqual(Uint32Array.of(777));
  });

  test('a float32 probability above 1 by a rounding is no negative uncertainty', () => {
    const samples = tensor('float32', [1, 1, 2], Float32Array.of(1 + 2 ** -23, 0));
    expect(predictiveEntropy(samples)).toEqual(Float64Array.of(0));
    expect(expectedEntropy(samples)).toEqual(Float64Array.of(0));
  });
});

describe('what is refused', () => {
  test('no examples are no scores', () => {
    const samples = tensor('float32', [3, 0, 10], new Float32Array(0));
    for (const score of [predictiveEntropy, mutualInformation, variationRatio, predictedClasses]) {
      expect(score(samples)).toHaveLength(0);
    }
  });

  test.each([
    [[2, 3], ShapeError],
    [[2, 3, 2, 1], ShapeError],
    [[0, 3, 2], DataError],
    [[2, 3, 1], DataError],
  ])('an array of shape %j', (shape, kind) => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    expect(() => summariseSamples(tensor('float32', shape, new Float32Array(size).fill(1)))).toThrow(kind);
  });

  test.each([NaN, -0.1, 1.1, Infinity])('%s as a probability, named by its place', (value) => {
    const samples = tensor('float64', [2, 2, 2], Float64Array.of(1, 0, 1, 0, 1, 0, value, 0));
    expect(() => summariseSamples(samples)).toThrow(
      expect.objectContaining({
        code: 'E_DATA',
        message: expect.stringContaining('sample 1, example 1, class 0') as string,
      }),
    );
  });
});
