import { DataError } from '../errors/index.js';
import { atLeastAsExtreme, binomial, withSmallerFirst } from './two-sample.js';
import type { Alternative, TwoSampleOptions, TwoSampleTest } from './two-sample.js';

/** About a tenth of a second. */
const MOST_ASSIGNMENTS = 5_000_000;

/**
 * Exact permutation test of the difference of means: the share of all C(n + m, n) assignments of the pooled
 * values to samples of n and m whose difference is at least as extreme as the observed one.
 *
 * False alarms: when both samples are exchangeable (one distribution), P(pValue <= a) <= a exactly, without
 * assuming a shape. Small samples limit what can be found: 5 against 5 give 252 assignments, so a two-sided
 * p-value is at least 2/252 = 0.8 %; 5 against 1 give 6, which cannot reject at 5 %.
 *
 * @param x `(n,)`, at least one value.
 * @param y `(m,)`, at least one value.
 * @returns the statistic is mean(x) - mean(y).
 * @throws DataError for an empty sample, a value that is not finite, or over 5,000,000 assignments.
 *
 * Source: Pitman, "Significance tests which may be applied to samples from any populations", 1937.
 */
export function permutationTest(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { alternative = 'two-sided' }: TwoSampleOptions = {},
): TwoSampleTest {
  return withSmallerFirst(x, y, alternative, enumerate, (statistic) => -statistic);
}

function enumerate(pooled: Float64Array, n: number, alternative: Alternative): TwoSampleTest {
  const others = pooled.length - n;
  const assignments = binomial(pooled.length, n);
  if (assignments > MOST_ASSIGNMENTS) {
    throw new DataError({
      what: 'permutationTest: samples',
      expected: `at most ${MOST_ASSIGNMENTS} assignments`,
      got: `${assignments.toPrecision(3)} for ${n} and ${others} values`,
      hint: 'mannWhitneyTest is exact for larger samples',
    });
  }
  const mean = pooled.reduce((sum, value) => sum + value, 0) / pooled.length;
  // With the pooled mean taken off, the difference of means is (1/n + 1/m) times the sum over x.
  const values = pooled.map((value) => value - mean);
  const observed = values.subarray(0, n).reduce((sum, value) => sum + value, 0);
  // Assignments that tie in exact arithmetic differ by the rounding of the values, of their mean and of the
  // sums.
  const rounding = pooled.reduce((sum, value) => sum + Math.abs(value), 0) * pooled.length * Number.EPSILON;
  const extreme = atLeastAsExtreme(observed, alternative, { rounding });

  let count = 0;
  const choose = (from: number, left: number, sum: number): void => {
    if (left === 0) {
      if (extreme(sum)) count++;
      return;
    }
    for (let i = from; i <= values.length - left; i++) choose(i + 1, left - 1, sum + values[i]!);
  };
  choose(0, n, 0);
  return { statistic: observed * (1 / n + 1 / others), pValue: count / assignments, assignments };
}
