import { rank } from './ranking.js';
import type { Positives, Scores } from './inputs.js';
import type { RankedCounts } from './ranking.js';

/**
 * Area under the ROC curve: the probability that a positive scores higher than a negative, ties counted half
 * (Mann-Whitney's U over the number of pairs). 0.5 for a constant score.
 *
 * @param scores `(n,)`, larger for the more suspicious input.
 * @param positive `(n,)`, the inputs to be found: errors, or OOD samples.
 * @throws DataError for NaN, differing lengths, no input, or one class only.
 *
 * Source: Hanley & McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC)
 * curve", Radiology 143, 1982.
 */
export function auroc(scores: Scores, positive: Positives): number {
  return aurocOfCounts(rank(scores, positive));
}

/** AUROC of ranked counts. */
export function aurocOfCounts({
  positives,
  negatives,
  totalPositives,
  totalNegatives,
}: RankedCounts): number {
  let truePositives = 0;
  // Twice U: an integer, so that the sum is exact and AUROC(s) + AUROC(-s) = 1 to the last rounding.
  let doubled = 0;
  for (let k = 0; k < positives.length; k++) {
    const found = positives[k]!;
    doubled += negatives[k]! * (2 * truePositives + found);
    truePositives += found;
  }
  return doubled / (2 * totalPositives * totalNegatives);
}
