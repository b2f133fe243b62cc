import { fitTemperature } from '../calibration/index.js';
import { CredenceError } from '../errors/index.js';
import {
  brierScore,
  expectedCalibrationError,
  negativeLogLikelihood,
  reliabilityBins,
} from '../metrics/index.js';
import { predictionsOf, probabilitiesOf } from './labels.js';
import type { Labelled } from './labels.js';
import type { CalibrationResult, ClassifierResult } from './results.js';

/** Temperature scaling, or why there is none. */
export type Temperature = { readonly value: number } | { readonly reason: string };

/** Fitted on examples that are not measured on. */
export function temperatureOf({ logits, labels }: Labelled): Temperature {
  try {
    return { value: fitTemperature(logits, labels.data).temperature };
  } catch (error) {
    if (error instanceof CredenceError) return { reason: error.message };
    throw error;
  }
}

/** Accuracy and calibration of a classifier, before and after temperature scaling. */
export function classifierResult(measured: Labelled, temperature: Temperature): ClassifierResult {
  const predictions = predictionsOf(measured.logits);
  const errors = predictions.filter((prediction, i) => prediction !== measured.labels.data[i]).length;
  return {
    accuracy: 1 - errors / predictions.length,
    errors,
    before: calibrationResult(measured, predictions, 1),
    temperature: 'value' in temperature ? temperature.value : null,
    after: 'value' in temperature ? calibrationResult(measured, predictions, temperature.value) : null,
    notScaled: 'reason' in temperature ? temperature.reason : null,
  };
}

function calibrationResult(
  { logits, labels }: Labelled,
  predictions: Int32Array,
  temperature: number,
): CalibrationResult {
  const probabilities = probabilitiesOf(logits, temperature);
  const classes = logits.shape[1]!;
  const confidences = predictions.map((_, i) => i);
  const confidence = Float64Array.from(confidences, (i) => probabilities[i * classes + predictions[i]!]!);
  const correct = Array.from(predictions, (prediction, i) => prediction === labels.data[i]);
  return {
    nll: negativeLogLikelihood(probabilities, labels.data),
    brier: brierScore(probabilities, labels.data),
    ece: expectedCalibrationError(confidence, correct),
    bins: reliabilityBins(confidence, correct)
      .filter(({ count }) => count > 0)
      .map((bin) => ({ ...bin, confidence: bin.confidence ?? 0, accuracy: bin.accuracy ?? 0 })),
  };
}
