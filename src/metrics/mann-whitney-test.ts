import { DataError } from '../errors/index.js';
import { atLeastAsExtreme, binomial, withSmallerFirst } from './two-sample.js';
import type { Alternative, TwoSampleOptions, TwoSampleTest } from './two-sample.js';

/** Additions of the count, about half a second. */
const MOST_WORK = 400_000_000;

/**
 * Exact Mann-Whitney (Wilcoxon rank-sum) test: the share of assignments whose U is at least as extreme as the
 * observed one, counted by dynamic programming over the ranks. Exact with ties too (midranks).
 *
 * False alarms: when both samples are exchangeable, P(pValue <= a) <= a. Unlike a difference of means, one
 * outlying seed cannot carry it; like it, 5 against 5 cannot go below 2/252 two-sided.
 *
 * @param x `(n,)`, at least one value.
 * @param y `(m,)`, at least one value.
 * @returns the statistic is U: the number of pairs with x > y, ties counted half. Two-sided is by the
 * distance to n m / 2.
 * @throws DataError for an empty sample, a value that is not finite, or samples too large to count exactly
 * (about 80 and 80).
 *
 * Source: Mann & Whitney, "On a test of whether one of two random variables is stochastically larger than the
 * other", Annals of Mathematical Statistics 18, 1947.
 */
export function mannWhitneyTest(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { alternative = 'two-sided' }: TwoSampleOptions = {},
): TwoSampleTest {
  return withSmallerFirst(x, y, alternative, countRankSums, (statistic) => x.length * y.length - statistic);
}

function countRankSums(pooled: Float64Array, n: number, alternative: Alternative): TwoSampleTest {
  const ranks = doubledMidranks(pooled);
  const least = n * (n + 1);
  const observed = ranks.subarray(0, n).reduce((sum, rank) => sum + rank, 0) - least;
  const ways = rankSumCounts(ranks, n);
  const extremeU = atLeastAsExtreme(observed, alternative, { centre: n * (ranks.length - n) });
  let extreme = 0;
  let all = 0;
  for (let sum = least; sum < ways.length; sum++) {
    all += ways[sum]!;
    if (extremeU(sum - least)) extreme += ways[sum]!;
  }
  return { statistic: observed / 2, pValue: extreme / all, assignments: binomial(ranks.length, n) };
}

/** Twice the rank of each value, equal values sharing the mean of theirs: integers. */
function doubledMidranks(values: Float64Array): Uint32Array {
  const sorted = values.slice().sort();
  return Uint32Array.from(values, (value) => {
    let below = 0;
    let equal = 0;
    for (const other of sorted) {
      if (other < value) below++;
      else if (other === value) equal++;
    }
    return 2 * below + equal + 1;
  });
}

/** For each sum, the number of choices of `n` of the ranks that have it. */
function rankSumCounts(ranks: Uint32Array, n: number): Float64Array {
  const largest = ranks
    .slice()
    .sort()
    .subarray(ranks.length - n)
    .reduce((sum, rank) => sum + rank, 0);
  if (ranks.length * n * largest > MOST_WORK) {
    throw new DataError({
      what: 'mannWhitneyTest: samples',
      expected: 'samples small enough to count every assignment, about 80 and 80',
      got: `${n} and ${ranks.length - n} values`,
      hint: 'with so many values, look at the interval of the difference of means',
    });
  }
  const ways = Array.from({ length: n + 1 }, () => new Float64Array(largest + 1));
  ways[0]![0] = 1;
  for (const rank of ranks) {
    for (let chosen = n; chosen >= 1; chosen--) {
      const from = ways[chosen - 1]!;
      const to = ways[chosen]!;
      for (let sum = rank; sum <= largest; sum++) to[sum]! += from[sum - rank]!;
    }
  }
  return ways[n]!;
}
