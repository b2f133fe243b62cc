import { mutualInformation, summariseSamples } from 'credence/scores';
import { tensor } from 'credence/tensor';
import type { Tensor } from 'credence/tensor';

/** What a sampled classifier says at places, (n) each. */
export interface Predictive {
  /** Mean of p(y = 1). */
  readonly probability: Float64Array;
  /** H[mean p] - mean H[p], nats. */
  readonly epistemic: Float64Array;
  /** mean H[p], nats. */
  readonly aleatoric: Float64Array;
}

/** The summary of samples (S, n, 1) of p(y = 1). */
export function predictiveOf({ data, shape }: Tensor<'float32'>): Predictive {
  const both = new Float32Array(2 * data.length);
  for (let i = 0; i < data.length; i++) {
    both[2 * i] = 1 - data[i]!;
    both[2 * i + 1] = data[i]!;
  }
  const summary = summariseSamples(tensor('float32', [shape[0]!, shape[1]!, 2], both));
  return {
    probability: Float64Array.from({ length: shape[1]! }, (_, i) => summary.meanProbability[2 * i + 1]!),
    epistemic: mutualInformation(summary),
    aleatoric: summary.expectedEntropy,
  };
}

/** The places `from` (inclusive) to `to` (exclusive). */
export function part(
  { probability, epistemic, aleatoric }: Predictive,
  from: number,
  to?: number,
): Predictive {
  return {
    probability: probability.slice(from, to),
    epistemic: epistemic.slice(from, to),
    aleatoric: aleatoric.slice(from, to),
  };
}

/** Of mean probabilities at labelled points: the share on the right side, and the mean of -log p(label), nats. */
export function fitness(
  probability: Float64Array,
  labels: Uint8Array,
): { readonly accuracy: number; readonly nll: number } {
  let correct = 0;
  let nll = 0;
  labels.forEach((label, i) => {
    const p = probability[i]!;
    if (p > 0.5 === (label === 1)) correct++;
    nll -= Math.log(Math.max(label === 1 ? p : 1 - p, Number.MIN_VALUE)) / labels.length;
  });
  return { accuracy: correct / labels.length, nll };
}
