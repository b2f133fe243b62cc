import { assertDistributions, classCount } from './probabilities.js';

/**
 * Brier score: the mean over inputs of `sum_c (p[c] - [c = y])^2`, of [0, 2]. The sum runs over all classes,
 * as in the original paper; for two classes it is twice the `(p[1] - y)^2` that some libraries report.
 *
 * @param probabilities `(n, C)` row by row; each row sums to 1 within 1e-3.
 * @param labels `(n,)` true class indices.
 * @throws DataError for NaN, logits, lengths that do not fit, a label out of range, or no input.
 *
 * Source: Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78,
 * 1950.
 */
export function brierScore(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  const classes = classCount('probabilities', probabilities, labels);
  assertDistributions('probabilities', probabilities, classes);
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    for (let c = 0; c < classes; c++) {
      sum += (probabilities[i * classes + c]! - (c === labels[i] ? 1 : 0)) ** 2;
    }
  }
  return sum / labels.length;
}
