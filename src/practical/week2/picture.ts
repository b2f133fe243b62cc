import { mutualInformation, summariseSamples } from '../../scores/index.js';
import type { SampleSummary } from '../../scores/index.js';
import { tensor } from '../../tensor/index.js';
import type { Tensor } from '../../tensor/index.js';
import type { View } from './plane.js';

/** What a sampled classifier says over a plane; each (ny nx), row by row from the smallest y. */
export interface PredictiveMap {
  /** Mean of p(y = 1). */
  readonly probability: Float64Array;
  /** H[mean p], nats: all uncertainty. */
  readonly total: Float64Array;
  /** mean H[p], nats: what the samples agree on. */
  readonly aleatoric: Float64Array;
  /** H[mean p] - mean H[p], nats: what they disagree on. */
  readonly epistemic: Float64Array;
}

/** A map with what its title says, measured on the training points. */
export interface Picture {
  /** Epochs of training. */
  readonly epoch: number;
  /** Share of the points whose mean p is on the side of their label. */
  readonly accuracy: number;
  /** Mean of -log mean p(label) over the points, nats. */
  readonly nll: number;
  readonly map: PredictiveMap;
}

/** The picture of samples of p(y = 1) on a view, (S, ny nx + N, 1). */
export function pictureOf(samples: Tensor<'float32'>, { plane, labels }: View, epoch: number): Picture {
  const summary = summariseBinary(samples);
  const cells = plane.x.length * plane.y.length;
  const probability = Float64Array.from(
    { length: samples.shape[1]! },
    (_, i) => summary.meanProbability[2 * i + 1]!,
  );
  let correct = 0;
  let nll = 0;
  labels.forEach((label, i) => {
    const p = probability[cells + i]!;
    if (p > 0.5 === (label === 1)) correct++;
    nll -= Math.log(Math.max(label === 1 ? p : 1 - p, Number.MIN_VALUE)) / labels.length;
  });
  return {
    epoch,
    accuracy: correct / labels.length,
    nll,
    map: {
      probability: probability.slice(0, cells),
      total: summary.predictiveEntropy.slice(0, cells),
      aleatoric: summary.expectedEntropy.slice(0, cells),
      epistemic: mutualInformation(summary).slice(0, cells),
    },
  };
}

/** The summary of samples of p(y = 1), (S, n, 1), as of two classes. */
export function summariseBinary({ data, shape }: Tensor<'float32'>): SampleSummary {
  const both = new Float32Array(2 * data.length);
  for (let i = 0; i < data.length; i++) {
    both[2 * i] = 1 - data[i]!;
    both[2 * i + 1] = data[i]!;
  }
  return summariseSamples(tensor('float32', [shape[0]!, shape[1]!, 2], both));
}

/** Mean over the samples, (n). */
export function meanOf({ data, shape }: Tensor<'float32'>): Float64Array {
  const [samples, n] = [shape[0]!, shape[1]!];
  const mean = new Float64Array(n);
  for (let s = 0; s < samples; s++) for (let i = 0; i < n; i++) mean[i]! += data[s * n + i]! / samples;
  return mean;
}
