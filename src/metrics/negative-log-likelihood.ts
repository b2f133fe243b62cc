import { ConfigurationError } from '../errors/index.js';
import { assertDistributions, classCount } from './probabilities.js';

/** The smallest normal float32: a softmax in float32 that says 0 means something at most about this large. */
const SMALLEST_NORMAL_FLOAT32 = 2 ** -126;

/**
 * Mean negative log likelihood of the true classes, in nats: `-1/n sum_i ln p_i[y_i]`.
 *
 * Clipping: a probability below `floor` counts as `floor`, by default 2^-126 (87.3 nats), since a float32
 * softmax underflows to 0 there; 0 switches it off, and a true class of probability 0 then gives Infinity.
 * Nothing is clipped from above. Log-probabilities do not underflow: prefer `negativeLogLikelihoodOfLogs`
 * where they are at hand.
 *
 * @param probabilities `(n, C)` row by row; each row sums to 1 within 1e-3.
 * @param labels `(n,)` true class indices.
 * @throws DataError for NaN, logits, lengths that do not fit, a label out of range, or no input;
 * ConfigurationError for `floor`.
 */
export function negativeLogLikelihood(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  { floor = SMALLEST_NORMAL_FLOAT32 }: { readonly floor?: number } = {},
): number {
  if (!(floor >= 0 && floor < 1)) {
    throw new ConfigurationError({
      what: 'negativeLogLikelihood: floor',
      expected: 'a number of [0, 1)',
      got: `${floor}`,
    });
  }
  const classes = classCount('probabilities', probabilities, labels);
  assertDistributions('probabilities', probabilities, classes);
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    sum -= Math.log(Math.max(probabilities[i * classes + labels[i]!]!, floor));
  }
  return sum / labels.length;
}

/**
 * Mean negative log likelihood of the true classes, in nats, from log-probabilities; nothing is clipped, so a
 * true class of -Infinity gives Infinity.
 *
 * @param logProbabilities `(n, C)` row by row, natural logarithms; the exponentials of each row sum to 1
 * within 1e-3.
 * @param labels `(n,)` true class indices.
 * @throws DataError for NaN, logits, lengths that do not fit, a label out of range, or no input.
 */
export function negativeLogLikelihoodOfLogs(
  logProbabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
): number {
  const classes = classCount('logProbabilities', logProbabilities, labels);
  assertDistributions('logProbabilities', Float64Array.from(logProbabilities, Math.exp), classes);
  let sum = 0;
  for (let i = 0; i < labels.length; i++) sum -= logProbabilities[i * classes + labels[i]!]!;
  return sum / labels.length;
}
