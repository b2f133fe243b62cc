import type { Predictions } from './measure.js';
import type { AssessmentFindings, SampleResult } from './results.js';

const SAMPLES = 12;

/** The most suspicious examples, and the least suspicious errors. `rows`: their places in the file. */
export function samplesOf(
  { labels, predictions, errors }: Predictions,
  scores: Float32Array,
  rows: Uint32Array | undefined,
): AssessmentFindings['samples'] {
  const sample = (i: number): SampleResult => ({
    index: rows?.[i] ?? i,
    label: labels[i]!,
    prediction: predictions[i]!,
    score: scores[i]!,
  });
  // An infinite score has no place in a figure.
  const order = Array.from(scores.keys())
    .filter((i) => Number.isFinite(scores[i]))
    .toSorted((a, b) => scores[a]! - scores[b]!);
  return {
    suspicious: order.toReversed().slice(0, SAMPLES).map(sample),
    overconfident: order
      .filter((i) => errors[i])
      .slice(0, SAMPLES)
      .map(sample),
  };
}
