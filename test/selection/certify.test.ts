import { describe, expect, test } from 'vitest';
import { ConfigurationError, DataError } from '#credence/errors/index';
import { fold, key, uniform } from '#credence/random/index';
import {
  binomialTail,
  binomialUpperBound,
  certifyThreshold,
  fewestAccepted,
} from '#credence/selection/index';

/** The sum of all terms as products of doubles, for small n. */
function bruteTail(k: number, n: number, p: number): number {
  let sum = 0;
  for (let i = 0; i <= k; i++) {
    let term = 1;
    for (let j = 0; j < i; j++) term *= ((n - j) / (j + 1)) * p;
    sum += term * (1 - p) ** (n - i);
  }
  return sum;
}

describe('binomialTail', () => {
  test('is the sum of its terms', () => {
    for (const n of [1, 5, 40, 60]) {
      for (let k = 0; k <= n; k++) {
        for (const p of [0.01, 0.3, 0.5, 0.9]) {
          const expected = bruteTail(k, n, p);
          expect(Math.abs(binomialTail(k, n, p) - expected)).toBeLessThan(1e-12);
          if (k < n * p) expect(binomialTail(k, n, p) / expected).toBeCloseTo(1, 10);
        }
      }
    }
  });

  test('keeps its digits for large n: no errors of n is (1 - p)^n', () => {
    const exact = Math.exp(200_000 * Math.log1p(-0.001));
    expect(binomialTail(0, 200_000, 0.001) / exact).toBeCloseTo(1, 8);
    expect(binomialTail(0, 3, 0)).toBe(1);
    expect(binomialTail(1, 3, 1)).toBe(0);
    expect(() => binomialTail(4, 3, 0.1)).toThrow(ConfigurationError);
  });

  test('its inverse is the Clopper-Pearson bound: 1 - 0.05^(1/n) for no error', () => {
    expect(binomialUpperBound(0, 100, 0.95)).toBeCloseTo(1 - 0.05 ** 0.01, 12);
    expect(binomialTail(3, 50, binomialUpperBound(3, 50, 0.9))).toBeCloseTo(0.1, 10);
    expect(binomialUpperBound(5, 5, 0.9)).toBe(1);
  });
});

/** Errors of probability `chance` at a score u, uniform on [0, 1]. */
function draw(seed: number, n: number, chance: (u: number) => number): [Float64Array, boolean[]] {
  const scores = uniform(fold(key(seed), 'scores'), n);
  const draws = uniform(fold(key(seed), 'errors'), n);
  return [scores, Array.from(scores, (u, i) => draws[i]! < chance(u))];
}

/** Its risk at a threshold t is t^3 / 4: 0.05 at 0.585. */
const rising = (u: number): number => u ** 3;

describe('certifyThreshold', () => {
  const [risk, confidence, runs, n] = [0.05, 0.9, 1000, 800];
  // Wrong promises in at most a share of 0.1: mean 100, standard deviation 9.5; 4.8 of them, false-alarm rate 1e-6.
  const limit = 100 + 46;

  test('promises wrongly in at most 1 - confidence of the data sets, and finds one in most', () => {
    let [wrong, found] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const [scores, errors] = draw(run, n, rising);
      const certificate = certifyThreshold(scores, errors, { risk, confidence, key: key(run) });
      if (certificate === undefined) continue;
      found++;
      if (Math.min(certificate.threshold, 1) ** 3 / 4 > risk) wrong++;
    }
    expect(wrong).toBeLessThanOrEqual(limit);
    expect(found).toBeGreaterThan(0.8 * runs);
  });

  test('also where every promise is wrong, which the best of all thresholds does not', () => {
    let [wrong, uncorrected] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const [scores, errors] = draw(run, n, () => risk + 1e-9);
      if (certifyThreshold(scores, errors, { risk, confidence, key: key(run) }) !== undefined) wrong++;
      const order = Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
      let bad = 0;
      const passes = order.map((i, place) => {
        bad += Number(errors[i]);
        return binomialTail(bad, place + 1, risk) <= 1 - confidence;
      });
      if (passes.includes(true)) uncorrected++;
    }
    expect(wrong).toBeLessThanOrEqual(limit);
    expect(uncorrected).toBeGreaterThan(2 * limit);
  });

  test('reports what it saw, and keeps to its key', () => {
    const [scores, errors] = draw(1, 4000, rising);
    const options = { risk, confidence, key: key(3) };
    const certificate = certifyThreshold(scores, errors, options)!;
    expect(certificate).toEqual(certifyThreshold(scores, errors, options));
    expect(certificate.examples).toBe(3000);
    expect(certificate.coverage).toBe(certificate.accepted / 3000);
    expect(binomialTail(certificate.errors, certificate.accepted, risk)).toBeLessThanOrEqual(1 - confidence);
    // R is 0.05 at 0.585; 3000 examples come close.
    expect(certificate.threshold).toBeGreaterThan(0.45);
    expect(certificate.threshold).toBeLessThan(0.65);
  });

  test('accepts all where nothing is wrong, and none where examples are too few or too wrong', () => {
    const scores = uniform(key(1), 600);
    const none = Array.from(scores, () => false);
    const options = { risk: 0.01, confidence: 0.95, key: key(1) };
    expect(certifyThreshold(scores, none, options)).toMatchObject({ threshold: Infinity, coverage: 1 });
    expect(fewestAccepted(0.01, 0.95)).toBe(299);
    expect(certifyThreshold(scores.subarray(0, 299), none.slice(0, 299), options)).toBeUndefined();
    expect(
      certifyThreshold(
        scores,
        none.map(() => true),
        options,
      ),
    ).toBeUndefined();
    expect(certifyThreshold([1], [0], options)).toBeUndefined();
  });

  test('refuses what makes no sense', () => {
    expect(() => certifyThreshold([NaN], [0], { risk: 0.1, key: key(0) })).toThrow(DataError);
    expect(() => certifyThreshold([1], [], { risk: 0.1, key: key(0) })).toThrow(DataError);
    expect(() => certifyThreshold([1], [2], { risk: 0.1, key: key(0) })).toThrow(DataError);
    expect(() => certifyThreshold([1], [0], { risk: 0, key: key(0) })).toThrow(ConfigurationError);
    expect(() => certifyThreshold([1], [0], { risk: 0.1, confidence: 1, key: key(0) })).toThrow(
      ConfigurationError,
    );
  });
});
