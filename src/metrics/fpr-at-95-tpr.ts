import { rank } from './ranking.js';
import type { Positives, Scores } from './inputs.js';
import type { RankedCounts } from './ranking.js';

/**
 * False-positive rate at 95 % true-positive rate: the share of negatives that are flagged when the threshold
 * is low enough to find at least 95 % of the positives. Smaller is better.
 *
 * Convention: thresholds are the scores themselves (positive where score >= threshold, equal scores fall
 * together); of those with TPR >= 0.95 the one with the lowest FPR, which is the highest, counts. Nothing is
 * interpolated, so with few positives the TPR reached may be well above 95 %.
 *
 * @param scores `(n,)`, larger for the more suspicious input.
 * @param positive `(n,)`, the inputs to be found: errors, or OOD samples.
 * @throws DataError for NaN, differing lengths, no input, or one class only.
 */
export function fprAt95Tpr(scores: Scores, positive: Positives): number {
  return fprAt95TprOfCounts(rank(scores, positive));
}

/** FPR at 95 % TPR of ranked counts. */
export function fprAt95TprOfCounts({
  positives,
  negatives,
  totalPositives,
  totalNegatives,
}: RankedCounts): number {
  let truePositives = 0;
  let falsePositives = 0;
  for (let k = 0; k < positives.length; k++) {
    truePositives += positives[k]!;
    falsePositives += negatives[k]!;
    // 19/20 in integers: 0.95 has no exact binary form, and 19 of 20 must pass.
    if (20 * truePositives >= 19 * totalPositives) break;
  }
  return falsePositives / totalNegatives;
}
