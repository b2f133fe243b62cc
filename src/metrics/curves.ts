import { rank } from './ranking.js';
import type { Positives, Scores } from './inputs.js';

/** Points of a precision-recall curve, recall not decreasing; the first is the conventional (0, 1). */
export interface PrecisionRecallCurve {
  readonly recall: Float64Array;
  readonly precision: Float64Array;
  /** Positive where score >= threshold; +Infinity for the first point. */
  readonly thresholds: Float64Array;
}

/** Points of a ROC curve from (0, 0) to (1, 1), both rates not decreasing. */
export interface RocCurve {
  readonly falsePositiveRate: Float64Array;
  readonly truePositiveRate: Float64Array;
  /** Positive where score >= threshold; +Infinity for the first point. */
  readonly thresholds: Float64Array;
}

/**
 * The precision-recall curve: one point for each distinct score, from the highest down, after (0, 1).
 *
 * @param scores `(n,)`, larger for the more suspicious input.
 * @param positive `(n,)`, the inputs to be found: errors, or OOD samples.
 * @returns arrays `(G + 1,)`, G the number of distinct scores.
 * @throws DataError for NaN, differing lengths, no input, or one class only.
 */
export function precisionRecallCurve(scores: Scores, positive: Positives): PrecisionRecallCurve {
  const { thresholds, positives, negatives, totalPositives } = rank(scores, positive);
  const points = thresholds.length + 1;
  const recall = new Float64Array(points);
  const precision = new Float64Array(points).fill(1);
  let truePositives = 0;
  let predicted = 0;
  for (let k = 1; k < points; k++) {
    truePositives += positives[k - 1]!;
    predicted += positives[k - 1]! + negatives[k - 1]!;
    recall[k] = truePositives / totalPositives;
    precision[k] = truePositives / predicted;
  }
  return { recall, precision, thresholds: withInfinity(thresholds) };
}

/**
 * The ROC curve: one point for each distinct score, from the highest down, after (0, 0).
 *
 * @param scores `(n,)`, larger for the more suspicious input.
 * @param positive `(n,)`, the inputs to be found: errors, or OOD samples.
 * @returns arrays `(G + 1,)`, G the number of distinct scores.
 * @throws DataError for NaN, differing lengths, no input, or one class only.
 */
export function rocCurve(scores: Scores, positive: Positives): RocCurve {
  const { thresholds, positives, negatives, totalPositives, totalNegatives } = rank(scores, positive);
  const points = thresholds.length + 1;
  const falsePositiveRate = new Float64Array(points);
  const truePositiveRate = new Float64Array(points);
  let truePositives = 0;
  let falsePositives = 0;
  for (let k = 1; k < points; k++) {
    truePositives += positives[k - 1]!;
    falsePositives += negatives[k - 1]!;
    truePositiveRate[k] = truePositives / totalPositives;
    falsePositiveRate[k] = falsePositives / totalNegatives;
  }
  return { falsePositiveRate, truePositiveRate, thresholds: withInfinity(thresholds) };
}

function withInfinity(thresholds: Float64Array): Float64Array {
  const out = new Float64Array(thresholds.length + 1);
  out[0] = Infinity;
  out.set(thresholds, 1);
  return out;
}
