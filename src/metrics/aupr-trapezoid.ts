import { rank } from './ranking.js';
import type { Positives, Scores } from './inputs.js';
import type { RankedCounts } from './ranking.js';

/**
 * Area under the precision-recall curve by the trapezoid rule, from the conventional point (recall 0,
 * precision 1) through one point for each distinct score. A straight line between two points of this curve
 * cannot be reached by any classifier, so this is optimistic where many scores are tied: a constant score
 * gives (1 + share of positives) / 2. Prefer `averagePrecision`; this one is for comparison with work that
 * reports it.
 *
 * @param scores `(n,)`, larger for the more suspicious input.
 * @param positive `(n,)`, the inputs to be found: errors, or OOD samples.
 * @throws DataError for NaN, differing lengths, no input, or one class only.
 */
export function auprTrapezoid(scores: Scores, positive: Positives): number {
  return auprTrapezoidOfCounts(rank(scores, positive));
}

/** Trapezoid area of ranked counts. */
export function auprTrapezoidOfCounts({ positives, negatives, totalPositives }: RankedCounts): number {
  let truePositives = 0;
  let predicted = 0;
  let precision = 1;
  let sum = 0;
  for (let k = 0; k < positives.length; k++) {
    const found = positives[k]!;
    truePositives += found;
    predicted += found + negatives[k]!;
    // A resample may leave out the groups of the highest scores: no point of the curve yet.
    if (predicted === 0) continue;
    const next = truePositives / predicted;
    sum += (found * (precision + next)) / 2;
    precision = next;
  }
  return sum / totalPositives;
}
