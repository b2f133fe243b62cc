import { fitTemperature } from '../calibration/index.js';
import { CredenceError } from '../errors/index.js';
import { expectedCalibrationError, reliabilityBins } from '../metrics/index.js';
import type { Examples } from '../scores/index.js';
import type { Confidence, Predictions } from './measure.js';
import type { CalibrationResult, ClassifierResult } from './results.js';

/** Temperature scaling, or why there is none. */
export type Temperature = { readonly value: number } | { readonly reason: string };

/** Fitted on examples that are not measured on. */
export function temperatureOf({ logits, labels }: Examples): Temperature {
  try {
    return { value: fitTemperature(logits, labels.data).temperature };
  } catch (error) {
    if (error instanceof CredenceError) return { reason: error.message };
    throw error;
  }
}

/** Accuracy and calibration of a classifier, before and after temperature scaling. */
export function classifierResult(
  { errors, before, after }: Predictions,
  temperature: Temperature,
): ClassifierResult {
  const wrong = errors.filter(Boolean).length;
  const correct = errors.map((isError) => !isError);
  return {
    accuracy: 1 - wrong / errors.length,
    errors: wrong,
    before: calibrationResult(before, correct),
    temperature: 'value' in temperature ? temperature.value : null,
    after: after === undefined ? null : calibrationResult(after, correct),
    notScaled: 'reason' in temperature ? temperature.reason : null,
  };
}

function calibrationResult(
  { confidence, nll, brier }: Confidence,
  correct: readonly boolean[],
): CalibrationResult {
  return {
    nll,
    brier,
    ece: expectedCalibrationError(confidence, correct),
    bins: reliabilityBins(confidence, correct)
      .filter(({ count }) => count > 0)
      .map((bin) => ({ ...bin, confidence: bin.confidence ?? 0, accuracy: bin.accuracy ?? 0 })),
  };
}
