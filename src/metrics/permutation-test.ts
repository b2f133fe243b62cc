import { DataError } from '../errors/index.js';
import { assertNotEmpty, assertNumbers } from './inputs.js';

/**
 * What is held against 'both samples come of one distribution': that x tends to be unequal, greater or less.
 */
export type Alternative = 'two-sided' | 'greater' | 'less';

export interface TwoSampleOptions {
  /** 'two-sided' by default. */
  readonly alternative?: Alternative;
}

/** Result of an exact two-sample test. */
export interface TwoSampleTest {
  readonly statistic: number;
  /**
   * Rejecting when `pValue <= a` raises a false alarm with probability at most `a`, for samples of any size.
   */
  readonly pValue: number;
  /** Equally likely assignments of the values to the two samples. No p-value is below 1 / assignments. */
  readonly assignments: number;
}

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
  const pooled = pool(x, y);
  if (x.length > y.length) {
    const { statistic, ...rest } = permutationTest(y, x, { alternative: opposite(alternative) });
    return { statistic: -statistic, ...rest };
  }
  const n = x.length;
  const assignments = binomial(pooled.length, n);
  if (assignments > MOST_ASSIGNMENTS) {
    throw new DataError({
      what: 'permutationTest: samples',
      expected: `at most ${MOST_ASSIGNMENTS} assignments`,
      got: `${assignments.toPrecision(3)} for ${n} and ${y.length} values`,
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
  const extreme = (sum: number): boolean =>
    alternative === 'greater'
      ? sum >= observed - rounding
      : alternative === 'less'
        ? sum <= observed + rounding
        : Math.abs(sum) >= Math.abs(observed) - rounding;

  let count = 0;
  const choose = (from: number, left: number, sum: number): void => {
    if (left === 0) {
      if (extreme(sum)) count++;
      return;
    }
    for (let i = from; i <= values.length - left; i++) choose(i + 1, left - 1, sum + values[i]!);
  };
  choose(0, n, 0);
  return { statistic: observed * (1 / n + 1 / y.length), pValue: count / assignments, assignments };
}

/** Both samples in one array, x first. */
export function pool(x: ArrayLike<number>, y: ArrayLike<number>): Float64Array {
  for (const [name, values] of [
    ['x', x],
    ['y', y],
  ] as const) {
    assertNotEmpty(name, values.length);
    assertNumbers(name, values, { finite: true });
  }
  const pooled = new Float64Array(x.length + y.length);
  pooled.set(x);
  pooled.set(y, x.length);
  return pooled;
}

/** What an alternative becomes when the samples change places. */
export function opposite(alternative: Alternative): Alternative {
  return alternative === 'greater' ? 'less' : alternative === 'less' ? 'greater' : alternative;
}

/** n choose k, exact while k times it is below 2^53. */
export function binomial(n: number, k: number): number {
  let result = 1;
  // Multiplied before it is divided, each step is an integer: i of any i consecutive factors divide.
  for (let i = 1; i <= Math.min(k, n - k); i++) result = (result * (n - i + 1)) / i;
  return result;
}
