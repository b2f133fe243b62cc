/** Statistics of the tests of randomness. Keys are fixed, so a false alarm shows when a test is written and never again. */

/** A z-score is beyond this with probability 5.7e-7. */
export const Z_BOUND: number = 5;

/**
 * sqrt(n) times the largest distance between the empirical distribution and `cdf`. Beyond 2.7 with probability
 * 2 exp(-2 2.7^2) = 9e-7 (Kolmogorov, 1933; Smirnov, 1948).
 */
export function kolmogorovSmirnov(values: Float64Array, cdf: (x: number) => number): number {
  const sorted = values.toSorted();
  const n = sorted.length;
  let distance = 0;
  sorted.forEach((x, i) => {
    const p = cdf(x);
    distance = Math.max(distance, (i + 1) / n - p, p - i / n);
  });
  return Math.sqrt(n) * distance;
}

export const KS_BOUND: number = 2.7;

/** Pearson's statistic of counts that should be equal. */
export function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b, 0) / counts.length;
  return counts.reduce((total, count) => total + (count - expected) ** 2 / expected, 0);
}

/** What a chi-square variable exceeds with probability 1e-6, by degrees of freedom (regularised incomplete gamma function). */
export const CHI_SQUARE_BOUND: Readonly<Record<9 | 23 | 255, number>> = {
  9: 44.82,
  23: 70.55,
  255: 377.08,
};

export function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((a, b) => a + b, 0) / values.length;
}

/** Pearson's correlation times sqrt(n): a z-score for independent values. */
export function correlationScore(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]! - meanA, b[i]! - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return (Math.sqrt(a.length) * ab) / Math.sqrt(aa * bb);
}
