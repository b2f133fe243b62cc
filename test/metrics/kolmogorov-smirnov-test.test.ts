import { describe, expect, test } from 'vitest';
import { DataError } from '#credence/errors/index';
import { kolmogorovSmirnovTest } from '#credence/metrics/index';
import { fold, key, normal } from '#credence/random/index';

/** The largest |F(t) - G(t)| over all values t. */
function bruteStatistic(x: readonly number[], y: readonly number[]): number {
  const share = (values: readonly number[], t: number): number =>
    values.filter((value) => value <= t).length / values.length;
  return Math.max(...[...x, ...y].map((t) => Math.abs(share(x, t) - share(y, t))));
}

/** Of all ways to choose which of the pooled values are x, the share with a statistic at least as large. */
function brutePValue(x: readonly number[], y: readonly number[]): number {
  const pooled = [...x, ...y];
  const observed = bruteStatistic(x, y);
  let [extreme, all] = [0, 0];
  for (let mask = 0; mask < 2 ** pooled.length; mask++) {
    const own = pooled.filter((_, i) => (mask >> i) & 1);
    if (own.length !== x.length) continue;
    const other = pooled.filter((_, i) => !((mask >> i) & 1));
    all++;
    if (bruteStatistic(own, other) >= observed - 1e-12) extreme++;
  }
  return extreme / all;
}

describe('kolmogorovSmirnovTest', () => {
  test('is what enumeration gives, for every size up to 5 and 5', () => {
    for (let n = 1; n <= 5; n++) {
      for (let m = 1; m <= 5; m++) {
        const x = [...normal(fold(key(n), 'x', m), n)];
        const y = [...normal(fold(key(n), 'y', m), m)];
        const { statistic, pValue } = kolmogorovSmirnovTest(x, y);
        expect(statistic).toBeCloseTo(bruteStatistic(x, y), 12);
        expect(pValue).toBeCloseTo(brutePValue(x, y), 12);
      }
    }
  });

  test('statistic with ties and infinities; the p-value is not below that of enumeration', () => {
    const x = [1, 1, 2, 3, Infinity];
    const y = [1, 2, 2, 2, -Infinity];
    const { statistic, pValue } = kolmogorovSmirnovTest(x, y);
    expect(statistic).toBeCloseTo(bruteStatistic(x, y), 12);
    expect(pValue).toBeGreaterThanOrEqual(brutePValue(x, y) - 1e-12);
  });

  test('no overlap: the p-value is two of all the orders', () => {
    // 2 / (10 choose 5).
    expect(kolmogorovSmirnovTest([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])).toEqual({
      statistic: 1,
      pValue: 2 / 252,
    });
    expect(kolmogorovSmirnovTest([1, 2], [1, 2])).toEqual({ statistic: 0, pValue: 1 });
  });

  test('the limit for large samples goes on where the exact values end', () => {
    // 1000 x 1000 is exact, 1000 x 1001 is not. One more value moves the distribution by about 1/(2 n)
    // relative to sqrt(n) D; the limit itself is off by O(1 / sqrt(e)) = 1/22 of its slope at most, below
    // 0.01 after Stephens' correction.
    for (const shift of [0, 0.02, 0.05, 0.08, 0.12]) {
      const x = normal(fold(key(1), 'x'), 1000);
      const y = normal(fold(key(2), 'y'), 1001).map((value) => value + shift);
      const limit = kolmogorovSmirnovTest(x, y);
      const exact = kolmogorovSmirnovTest(x, y.subarray(0, 1000));
      expect(Math.abs(limit.statistic - exact.statistic)).toBeLessThanOrEqual(1 / 1001);
      // d p / d D is below 2 sqrt(e) = 45, and D moves by up to 1/1001.
      expect(Math.abs(limit.pValue - exact.pValue)).toBeLessThan(0.01 + 45 / 1001);
    }
  });

  test('critical values of the limit distribution', () => {
    // Kolmogorov's distribution: P(K >= 1.358) = 0.05, P(K >= 1.628) = 0.01 (Smirnov 1948, table).
    // Two step functions of 2000 and 2000 values that are D apart.
    const n = 2000;
    const apart = (k: number): number => {
      const x = Array.from({ length: n }, (_, i) => i);
      const y = x.map((value) => value + k + 0.5);
      return kolmogorovSmirnovTest(x, y).pValue;
    };
    const root = Math.sqrt(n / 2) + 0.12 + 0.11 / Math.sqrt(n / 2);
    for (const [critical, level] of [
      [1.358, 0.05],
      [1.628, 0.01],
    ] as const) {
      const k = Math.round((critical / root) * n) - 1;
      // k is rounded: half a step of D is 1/4000, of p at most 4 lambda p root / 4000.
      expect(Math.abs(apart(k) - level)).toBeLessThan((4 * critical * level * root) / 4000 + 5e-5);
    }
  });

  test('refuses empty samples and NaN', () => {
    expect(() => kolmogorovSmirnovTest([], [1])).toThrow(DataError);
    expect(() => kolmogorovSmirnovTest([1], [NaN])).toThrow(/got NaN/);
  });
});
