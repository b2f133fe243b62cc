import { DataError } from '../errors/index.js';
import { assertCount, assertNumbers, assertSameLength, flagAt } from './inputs.js';
import type { Positives } from './inputs.js';

/** A mean of many float32 softmaxes may exceed 1 by some of its last bits. */
const ABOVE_ONE = 2 ** -20;

/** One bar of a reliability diagram: the inputs with confidence of (low, high]; the first bin holds 0 too. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Mean confidence of the bin; undefined when it is empty. */
  readonly confidence: number | undefined;
  /** Share of right predictions in the bin; undefined when it is empty. */
  readonly accuracy: number | undefined;
}

export interface CalibrationOptions {
  /** Number of bins of equal width over [0, 1], at least 1; 15 by default. */
  readonly bins?: number;
}

/**
 * Groups predictions by confidence into bins of equal width (low, high].
 *
 * @param confidences `(n,)`, of [0, 1]: the probability that the prediction is right, usually the maximum of
 * the softmax.
 * @param correct `(n,)`, whether the prediction was right.
 * @returns `bins` bins from low to high, empty ones included.
 * @throws DataError for a confidence outside [0, 1], NaN, differing lengths or no input; ConfigurationError
 * for `bins`.
 */
export function reliabilityBins(
  confidences: ArrayLike<number>,
  correct: Positives,
  { bins = 15 }: CalibrationOptions = {},
): ReliabilityBin[] {
  assertCount('reliabilityBins: bins', bins, 1);
  assertSameLength('confidences', confidences, 'correct', correct);
  assertNumbers('confidences', confidences);
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (let i = 0; i < confidences.length; i++) {
    const confidence = confidences[i]!;
    if (confidence < 0 || confidence > 1 + ABOVE_ONE) {
      throw new DataError({
        what: 'confidences',
        expected: 'probabilities of [0, 1]',
        got: `${confidence}`,
        where: `element ${i}`,
        hint: 'a score is not a confidence: pass the maximum of the softmax',
      });
    }
    const sum = sums[binOf(confidence, bins)]!;
    sum.count++;
    sum.confidence += confidence;
    if (flagAt('correct', correct, i)) sum.right++;
  }
  return sums.map(({ count, confidence, right }, bin) => ({
    low: bin / bins,
    high: (bin + 1) / bins,
    count,
    confidence: count === 0 ? undefined : confidence / count,
    accuracy: count === 0 ? undefined : right / count,
  }));
}

/**
 * Expected calibration error: `sum_b n_b / n |accuracy_b - confidence_b|` over bins of equal width, of [0,
 * 1]. It depends on the number of bins, and is biased upward where bins hold few inputs: say both when you
 * report it.
 *
 * @param confidences `(n,)`, of [0, 1].
 * @param correct `(n,)`, whether the prediction was right.
 * @throws DataError for a confidence outside [0, 1], NaN, differing lengths or no input; ConfigurationError
 * for `bins`.
 *
 * Source: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017.
 */
export function expectedCalibrationError(
  confidences: ArrayLike<number>,
  correct: Positives,
  options: CalibrationOptions = {},
): number {
  let sum = 0;
  for (const { count, confidence, accuracy } of reliabilityBins(confidences, correct, options)) {
    if (confidence !== undefined && accuracy !== undefined) sum += count * Math.abs(accuracy - confidence);
  }
  return sum / confidences.length;
}

function binOf(confidence: number, bins: number): number {
  let bin = Math.min(Math.max(Math.ceil(confidence * bins) - 1, 0), bins - 1);
  // The product is rounded: an edge k / bins itself must fall into the bin that ends there.
  if (bin > 0 && confidence <= bin / bins) bin--;
  else if (bin < bins - 1 && confidence > (bin + 1) / bins) bin++;
  return bin;
}
