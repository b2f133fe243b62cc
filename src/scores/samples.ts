import { DataError, ShapeError } from '../errors/index.js';
import { formatShape } from '../graph/index.js';
import type { Tensor } from '../tensor/index.js';

/** Probabilities of K classes from S samples of a predictive distribution, (S, n, K), float32 or float64. */
export type ProbabilitySamples = Tensor<'float32' | 'float64'>;

/** What the scores on samples need of one example. */
export interface SampleSummary {
  /** Mean probability of each class, (n, K). */
  readonly meanProbability: Float64Array;
  /** H[mean p], nats, (n,). */
  readonly predictiveEntropy: Float64Array;
  /** mean H[p], nats, (n,): the aleatoric part. */
  readonly expectedEntropy: Float64Array;
  /** How many samples have each class as their most probable one (the first of several), (n, K). */
  readonly votes: Uint32Array;
}

/**
 * Sums over the samples, once for all scores.
 * @throws ShapeError when the array is not (S, n, K); DataError on no samples, or a probability that is not of [0, 1].
 */
export function summariseSamples(samples: ProbabilitySamples): SampleSummary {
  const [count, examples, classes] = samples.shape;
  if (count === undefined || examples === undefined || classes === undefined || samples.shape.length !== 3) {
    throw new ShapeError({
      what: 'samples',
      expected: 'probabilities (S, n, K)',
      got: formatShape(samples.shape),
    });
  }
  if (count === 0 || classes < 2) {
    throw new DataError({
      what: 'samples',
      expected: 'at least one sample of at least two classes',
      got: formatShape(samples.shape),
    });
  }
  const { data } = samples;
  const meanProbability = new Float64Array(examples * classes);
  const expectedEntropy = new Float64Array(examples);
  const votes = new Uint32Array(examples * classes);
  let offset = 0;
  for (let sample = 0; sample < count; sample++) {
    for (let example = 0; example < examples; example++) {
      const row = example * classes;
      let best = 0;
      let entropy = 0;
      for (let k = 0; k < classes; k++) {
        const p = data[offset + k]!;
        if (!(p >= 0 && p <= 1.001)) throw notAProbability(p, sample, example, k);
        meanProbability[row + k]! += p;
        if (p > 0) entropy -= p * Math.log(p);
        if (p > data[offset + best]!) best = k;
      }
      expectedEntropy[example]! += entropy;
      votes[row + best]!++;
      offset += classes;
    }
  }
  const predictiveEntropy = new Float64Array(examples);
  for (let i = 0; i < meanProbability.length; i++) {
    const p = (meanProbability[i]! /= count);
    if (p > 0) predictiveEntropy[Math.floor(i / classes)]! -= p * Math.log(p);
  }
  for (let i = 0; i < examples; i++) {
    // A float32 softmax can exceed 1 by a rounding, which is no negative uncertainty.
    predictiveEntropy[i] = Math.max(0, predictiveEntropy[i]!);
    expectedEntropy[i] = Math.max(0, expectedEntropy[i]! / count);
  }
  return { meanProbability, predictiveEntropy, expectedEntropy, votes };
}

function notAProbability(p: number, sample: number, example: number, k: number): DataError {
  return new DataError({
    what: 'samples',
    expected: 'probabilities of [0, 1]',
    got: `${p}`,
    where: `sample ${sample}, example ${example}, class ${k}`,
  });
}
