import { rank } from './ranking.js';
import type { Positives, Scores } from './inputs.js';
import type { RankedCounts } from './ranking.js';

/**
 * Average precision: `sum_k (R_k - R_{k-1}) P_k` over the distinct scores from the highest down, P_k and R_k
 * the precision and recall of 'positive where score >= s_k'. Equal scores are one step, so the order of the
 * input does not matter, and a constant score gives the share of positives. No interpolation. In failure
 * prediction this is AUPR-error.
 *
 * @param scores `(n,)`, larger for the more suspicious input.
 * @param positive `(n,)`, the inputs to be found: errors, or OOD samples.
 * @returns of (0, 1]; 1 when every positive is above every negative.
 * @throws DataError for NaN, differing lengths, no input, or one class only.
 *
 * Source: Davis & Goadrich, "The relationship between precision-recall and ROC curves", ICML 2006, on why the
 * step sum and not the trapezoid.
 */
export function averagePrecision(scores: Scores, positive: Positives): number {
  return averagePrecisionOfCounts(rank(scores, positive));
}

/**
 * Average precision with the other class to be found and the scores turned round: how well the least
 * suspicious inputs are the negatives. In failure prediction this is AUPR-success; for OOD detection,
 * AUPR-in.
 *
 * @param scores `(n,)`, larger for the more suspicious input, as everywhere: the sign is turned here.
 * @param positive `(n,)`, errors or OOD samples, as everywhere: the class is turned here.
 * @throws DataError for NaN, differing lengths, no input, or one class only.
 */
export function averagePrecisionOfNegatives(scores: Scores, positive: Positives): number {
  const { positives, negatives, totalPositives, totalNegatives } = rank(scores, positive);
  return averagePrecisionOfCounts({
    positives: negatives.slice().reverse(),
    negatives: positives.slice().reverse(),
    totalPositives: totalNegatives,
    totalNegatives: totalPositives,
  });
}

/** Average precision of ranked counts. */
export function averagePrecisionOfCounts({ positives, negatives, totalPositives }: RankedCounts): number {
  let truePositives = 0;
  let predicted = 0;
  let sum = 0;
  for (let k = 0; k < positives.length; k++) {
    const found = positives[k]!;
    truePositives += found;
    predicted += found + negatives[k]!;
    if (found > 0) sum += (found * truePositives) / predicted;
  }
  return sum / totalPositives;
}
