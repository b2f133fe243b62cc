import { summariseSamples } from './samples.js';
import type { ProbabilitySamples, SampleSummary } from './samples.js';

/**
 * Scores of a sampled predictive distribution: probabilities (S, n, K), or their summary, → (n,), larger for the more
 * suspicious input. Source of the terms: Gal, "Uncertainty in Deep Learning", 2016, section 3.3.
 */
type Samples = ProbabilitySamples | SampleSummary;

/** H[mean p], nats, of [0, log K]: all uncertainty. */
export function predictiveEntropy(samples: Samples): Float64Array {
  return summaryOf(samples).predictiveEntropy;
}

/** mean H[p], nats: the aleatoric part, what the samples agree to be uncertain about. */
export function expectedEntropy(samples: Samples): Float64Array {
  return summaryOf(samples).expectedEntropy;
}

/** H[mean p] - mean H[p], nats, of [0, log K]: the epistemic part, what the samples disagree on (BALD; Houlsby et al., 2011). */
export function mutualInformation(samples: Samples): Float64Array {
  const summary = summaryOf(samples);
  // Rounding can take a difference of equals below 0, where there is no information.
  return summary.predictiveEntropy.map((entropy, i) => Math.max(0, entropy - summary.expectedEntropy[i]!));
}

/** 1 - the share of samples that vote for the most voted class, of [0, 1 - 1 / K] (Freeman, 1965). */
export function variationRatio(samples: Samples): Float64Array {
  const { votes, predictiveEntropy: perExample } = summaryOf(samples);
  const classes = votes.length / perExample.length;
  return perExample.map((_, i) => {
    const own = votes.subarray(i * classes, (i + 1) * classes);
    return 1 - Math.max(...own) / own.reduce((sum, count) => sum + count, 0);
  });
}

/** The most probable class under the mean (the first of several), (n,). */
export function predictedClasses(samples: Samples): Uint32Array {
  const { meanProbability, predictiveEntropy: perExample } = summaryOf(samples);
  const classes = meanProbability.length / perExample.length;
  return Uint32Array.from(perExample, (_, i) => {
    const own = meanProbability.subarray(i * classes, (i + 1) * classes);
    return own.indexOf(Math.max(...own));
  });
}

function summaryOf(samples: Samples): SampleSummary {
  return 'votes' in samples ? samples : summariseSamples(samples);
}
