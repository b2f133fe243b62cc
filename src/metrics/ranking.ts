import { DataError } from '../errors/index.js';
import { assertNumbers, assertSameLength, flagAt } from './inputs.js';
import type { Positives, Scores } from './inputs.js';

/**
 * How many positives and negatives have each score, from the highest score down; equal scores are one group.
 */
export interface RankedCounts {
  /** Positives of each group, (G,). */
  readonly positives: Uint32Array;
  /** Negatives of each group, (G,). */
  readonly negatives: Uint32Array;
  readonly totalPositives: number;
  readonly totalNegatives: number;
}

/** Scores sorted once, with what is needed to count any resample of the inputs without sorting again. */
export interface Ranking extends RankedCounts {
  /** The distinct scores, descending, (G,). */
  readonly thresholds: Float64Array;
  /** The group of each positive, in the order of the input, (totalPositives,). */
  readonly groupOfPositive: Uint32Array;
  /** The group of each negative, in the order of the input, (totalNegatives,). */
  readonly groupOfNegative: Uint32Array;
}

/**
 * Sorts `scores` `(n,)` descending and counts both classes at each distinct score. `name` is what errors call
 * them.
 * @throws DataError when a score is NaN, the lengths differ, there is no input, or a class is missing.
 */
export function rank(scores: Scores, positive: Positives, name = 'scores'): Ranking {
  assertSameLength(name, scores, 'positive', positive);
  assertNumbers(name, scores);
  const n = scores.length;
  const thresholds = Float64Array.from(scores).sort().reverse();
  let groups = 0;
  // Strict comparison keeps +0 and -0, which the typed sort tells apart, in one group.
  for (let i = 0; i < n; i++)
    if (i === 0 || thresholds[i] !== thresholds[groups - 1]) thresholds[groups++] = thresholds[i]!;

  const positives = new Uint32Array(groups);
  const negatives = new Uint32Array(groups);
  const groupOfPositive = new Uint32Array(n);
  const groupOfNegative = new Uint32Array(n);
  let totalPositives = 0;
  let totalNegatives = 0;
  for (let i = 0; i < n; i++) {
    const group = groupOf(scores[i]!, thresholds, groups);
    if (flagAt('positive', positive, i)) {
      positives[group]!++;
      groupOfPositive[totalPositives++] = group;
    } else {
      negatives[group]!++;
      groupOfNegative[totalNegatives++] = group;
    }
  }
  if (totalPositives === 0 || totalNegatives === 0) {
    throw new DataError({
      what: 'positive',
      expected: 'both positives and negatives',
      got: `${totalPositives} positives, ${totalNegatives} negatives`,
      hint: 'a ranking needs both classes: use more inputs, or check how the positives were flagged',
    });
  }
  return {
    thresholds: thresholds.slice(0, groups),
    positives,
    negatives,
    totalPositives,
    totalNegatives,
    groupOfPositive: groupOfPositive.slice(0, totalPositives),
    groupOfNegative: groupOfNegative.slice(0, totalNegatives),
  };
}

function groupOf(score: number, thresholds: Float64Array, groups: number): number {
  let low = 0;
  for (let high = groups - 1; low < high;) {
    const middle = (low + high) >> 1;
    if (thresholds[middle]! > score) low = middle + 1;
    else high = middle;
  }
  return low;
}
