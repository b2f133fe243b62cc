import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, DataError } from '#credence/errors/index';
import {
  accuracy,
  brierScore,
  expectedCalibrationError,
  negativeLogLikelihood,
  negativeLogLikelihoodOfLogs,
  predictedClasses,
  reliabilityBins,
} from '#credence/metrics/index';

describe('accuracy and predictedClasses', () => {
  it('counts the right ones', () => {
    expect(accuracy([1, 2, 3, 4], [1, 2, 0, 4])).toBe(0.75);
    expect(accuracy([1, 2], [2, 1])).toBe(0);
  });

  it('takes the first of equal maxima', () => {
    expect([...predictedClasses([0.2, 0.5, 0.3, 0.4, 0.2, 0.4], 3)]).toEqual([1, 0]);
    expect([...predictedClasses([-3, -1, -Infinity, -2], 2)]).toEqual([1, 1]);
  });

  it('refuses bad input', () => {
    expect(() => accuracy([], [])).toThrow(DataError);
    expect(() => accuracy([1], [1, 2])).toThrow(/labels: expected 1 values.*got 2/);
    expect(() => predictedClasses([1, 2, 3], 2)).toThrow(DataError);
    expect(() => predictedClasses([1, NaN], 2)).toThrow(/NaN \(element 1\)/);
    expect(() => predictedClasses([], 2)).toThrow(DataError);
    expect(() => predictedClasses([1, 2], 0)).toThrow(ConfigurationError);
  });
});

describe('negativeLogLikelihood', () => {
  // scikit-learn's documentation of log_loss: classes ham, spam; labels spam, ham, ham, spam.
  const probabilities = [0.1, 0.9, 0.9, 0.1, 0.8, 0.2, 0.35, 0.65];
  const labels = [1, 0, 0, 1];

  it('gives the documented 0.21616', () => {
    expect(negativeLogLikelihood(probabilities, labels)).toBeCloseTo(0.21616, 5);
    expect(negativeLogLikelihoodOfLogs(probabilities.map(Math.log), labels)).toBeCloseTo(0.21616, 5);
  });

  it('is ln C for the uniform distribution, 0 for certainty', () => {
    expect(negativeLogLikelihood(new Float32Array(30).fill(0.1), [0, 5, 9])).toBeCloseTo(Math.log(10), 7);
    expect(negativeLogLikelihood([0, 1, 1, 0], [1, 0])).toBeCloseTo(0, 15);
  });

  it('clips at the floor and says nothing is impossible', () => {
    expect(negativeLogLikelihood([0, 1], [0])).toBe(126 * Math.LN2);
    expect(negativeLogLikelihood([0, 1], [0], { floor: 1e-3 })).toBeCloseTo(Math.log(1000), 12);
    expect(negativeLogLikelihood([0, 1], [0], { floor: 0 })).toBe(Infinity);
    expect(negativeLogLikelihoodOfLogs([-Infinity, 0], [0])).toBe(Infinity);
    expect(negativeLogLikelihoodOfLogs([-1000, 0], [0])).toBe(1000);
  });
});

describe('brierScore', () => {
  it("is twice scikit-learn's documented 0.0375 for two classes", () => {
    // brier_score_loss([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3]), which squares one of the two probabilities.
    const probabilities = [0.1, 0.9, 0.8, 0.3].flatMap((p) => [1 - p, p]);
    expect(brierScore(probabilities, [0, 1, 1, 0])).toBeCloseTo(2 * 0.0375, 14);
  });

  it('is 0 for certainty, 2 for certain error, 1 - 1/C for the uniform distribution', () => {
    expect(brierScore([0, 1, 0], [1])).toBe(0);
    expect(brierScore([0, 1, 0], [2])).toBe(2);
    expect(brierScore([0.25, 0.25, 0.25, 0.25], [3])).toBe(0.75);
  });

  it('is proper: the true distribution has the least expected score, and so for the log likelihood', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(weights, weights, (counts, others) => {
        const total = (w: readonly number[]): number => w.reduce((sum, v) => sum + v, 0);
        const labels = counts.flatMap((count, c) => Array.from({ length: count }, () => c));
        const rows = (w: readonly number[]): number[] => labels.flatMap(() => w.map((v) => v / total(w)));
        for (const score of [brierScore, negativeLogLikelihood]) {
          expect(score(rows(counts), labels)).toBeLessThanOrEqual(score(rows(others), labels) + 1e-12);
        }
      }),
    );
  });
});

describe.each([
  ['negativeLogLikelihood', negativeLogLikelihood],
  ['brierScore', brierScore],
])('%s refuses', (_, metric) => {
  it.each([
    ['logits', [2, 5], [1], /row 0\); logits need a softmax/],
    ['negative probabilities', [-0.5, 1.5], [1], /outside \[0, 1\]/],
    ['NaN', [0.5, 0.5, NaN, 1], [0, 1], /NaN \(element 2\)/],
    ['a label out of range', [0.5, 0.5], [2], /labels: expected class indices of \[0, 2\), got 2/],
    ['a label that is no index', [0.5, 0.5], [0.5], /got 0.5/],
    ['ragged rows', [0.5, 0.5, 1], [0, 1], /a row of equal length for each of 2 labels, got 3 values/],
    ['no labels', [0.5, 0.5], [], /labels: expected at least one value/],
    ['no probabilities', [], [0], /probabilities: expected at least one value/],
  ])('%s', (_name, probabilities, labels, message) => {
    expect(() => metric(probabilities, labels)).toThrow(DataError);
    expect(() => metric(probabilities, labels)).toThrow(message);
  });
});

it('negativeLogLikelihood refuses a bad floor, and logits for logarithms', () => {
  expect(() => negativeLogLikelihood([0.5, 0.5], [0], { floor: 1 })).toThrow(ConfigurationError);
  expect(() => negativeLogLikelihoodOfLogs([2, 5], [1])).toThrow(DataError);
});

describe('calibration', () => {
  it('by hand', () => {
    // Bins of 1/2: (0, 0.5] holds 0, 0.3, 0.5, two of them right; (0.5, 1] holds 0.7 and 1, one of them
    // right.
    const confidences = [0.3, 0.7, 0, 1, 0.5];
    const correct = [true, false, false, true, true];
    expect(reliabilityBins(confidences, correct, { bins: 2 })).toEqual([
      { low: 0, high: 0.5, count: 3, confidence: 0.8 / 3, accuracy: 2 / 3 },
      { low: 0.5, high: 1, count: 2, confidence: 0.85, accuracy: 0.5 },
    ]);
    const expected = (3 * (2 / 3 - 0.8 / 3) + 2 * 0.35) / 5;
    expect(expectedCalibrationError(confidences, correct, { bins: 2 })).toBeCloseTo(expected, 14);
  });

  it('has 15 bins unless told, empty ones without means', () => {
    const bins = reliabilityBins([0.99], [1]);
    expect(bins).toHaveLength(15);
    expect(bins[0]).toEqual({ low: 0, high: 1 / 15, count: 0, confidence: undefined, accuracy: undefined });
    expect(bins[14]).toEqual({ low: 14 / 15, high: 1, count: 1, confidence: 0.99, accuracy: 1 });
  });

  it('puts every edge into the bin that ends there', () => {
    for (const bins of [1, 3, 7, 10, 15, 49, 1000]) {
      for (let k = 1; k <= bins; k++) {
        const filled = reliabilityBins([k / bins], [1], { bins }).findIndex(({ count }) => count === 1);
        expect(filled).toBe(k - 1);
      }
    }
  });

  it('every confidence lies in its bin', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 100 }),
        (confidence, bins) => {
          const { low, high } = reliabilityBins([confidence], [0], { bins }).find(
            ({ count }) => count === 1,
          )!;
          expect(confidence === 0 ? low === 0 : low < confidence).toBe(true);
          expect(confidence <= high).toBe(true);
        },
      ),
    );
  });

  it('forgives the last bits of a float32 mean above 1', () => {
    expect(reliabilityBins([1 + 2 ** -22], [1])[14]).toMatchObject({ count: 1 });
  });

  it('one bin leaves the distance of the means', () => {
    expect(expectedCalibrationError([0.9, 0.8, 0.7], [1, 0, 1], { bins: 1 })).toBeCloseTo(0.8 - 2 / 3, 14);
  });

  it('refuses bad input', () => {
    expect(() => expectedCalibrationError([], [])).toThrow(DataError);
    expect(() => expectedCalibrationError([1.2], [1])).toThrow(
      /probabilities of \[0, 1\], got 1.2 \(element 0\)/,
    );
    expect(() => expectedCalibrationError([NaN], [1])).toThrow(DataError);
    expect(() => expectedCalibrationError([0.5], [3])).toThrow(/correct: expected booleans/);
    expect(() => expectedCalibrationError([0.5], [1, 0])).toThrow(DataError);
    expect(() => expectedCalibrationError([0.5], [1], { bins: 0 })).toThrow(ConfigurationError);
  });
});
