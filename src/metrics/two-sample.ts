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

/**
 * Runs a test with the smaller sample first, so that there is less to enumerate.
 *
 * @param test of the pooled values, those of x first, of which there are n.
 * @param mirrored the statistic of (x, y) by that of (y, x).
 * @throws DataError for an empty sample or a value that is not finite.
 */
export function withSmallerFirst(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  alternative: Alternative,
  test: (pooled: Float64Array, n: number, alternative: Alternative) => TwoSampleTest,
  mirrored: (statistic: number) => number,
): TwoSampleTest {
  if (x.length <= y.length) return test(pool(x, y), x.length, alternative);
  // What is wrong with a sample is said under its own name.
  pool(x, y);
  const { statistic, ...rest } = test(pool(y, x), y.length, opposite(alternative));
  return { statistic: mirrored(statistic), ...rest };
}

/** Whether a value of the statistic is at least as extreme as the observed one; `rounding`: how far apart equal ones may be. */
export function atLeastAsExtreme(
  observed: number,
  alternative: Alternative,
  { centre = 0, rounding = 0 }: { centre?: number; rounding?: number },
): (value: number) => boolean {
  switch (alternative) {
    case 'greater':
      return (value) => value >= observed - rounding;
    case 'less':
      return (value) => value <= observed + rounding;
    case 'two-sided':
      return (value) => Math.abs(value - centre) >= Math.abs(observed - centre) - rounding;
  }
}

/** Both samples in one array, x first. */
function pool(x: ArrayLike<number>, y: ArrayLike<number>): Float64Array {
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
function opposite(alternative: Alternative): Alternative {
  return alternative === 'greater' ? 'less' : alternative === 'less' ? 'greater' : alternative;
}

/** n choose k, exact while k times it is below 2^53. */
export function binomial(n: number, k: number): number {
  let result = 1;
  // Multiplied before it is divided, each step is an integer: i of any i consecutive factors divide.
  for (let i = 1; i <= Math.min(k, n - k); i++) result = (result * (n - i + 1)) / i;
  return result;
}
