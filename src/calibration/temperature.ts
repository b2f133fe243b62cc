import { ConfigurationError, DataError, NumericalError, ShapeError } from '../errors/index.js';
import { cast, constantLike, div, formatShape, softmax } from '../graph/index.js';
import type { Value } from '../graph/index.js';
import { assertFinite } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';

export interface TemperatureFit {
  /** T, over 0: over 1 where the classifier is overconfident, under 1 where it is underconfident. */
  readonly temperature: number;
  /** Mean negative log likelihood of the examples, nats: at T = 1 and at the fitted T. */
  readonly before: number;
  readonly after: number;
}

/** Where the search ends: the root is known to this relative width. */
const TOLERANCE = 1e-12;
const MAXIMUM_STEPS = 200;

/**
 * Temperature scaling: the T whose probabilities softmax(f / T) give the examples' labels the smallest
 * negative log likelihood. `logits` (n, K), `labels` (n,): of the validation set, on which the classifier is
 * as good as on new inputs; on its own training set T comes out too small. Predictions don't change, only how
 * sure they are.
 *
 * With beta = 1 / T the mean of log sum_k exp(beta f_k) - beta f_y is convex, its slope increasing. The
 * slope's one root is found by Newton steps inside a bracket, in float64: no step size, no starting value, no
 * local minima.
 *
 * Source: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017.
 * @throws DataError where no T between 0 and infinity is the best: no example is predicted wrong (the
 *   likelihood grows as T falls to 0), or the logits say nothing of the labels (it grows as T rises); also on
 *   no examples, values that are not finite, labels out of range.
 */
export function fitTemperature(
  logits: Tensor<'float32' | 'float64'>,
  labels: ArrayLike<number>,
): TemperatureFit {
  const centred = lessTheLabels(logits, labels);
  const classes = logits.shape[1]!;
  if (!centred.some((difference) => difference > 0)) {
    throw new DataError({
      what: 'temperature scaling',
      expected: 'at least one example that is predicted wrong',
      got: `none of ${labels.length}`,
      hint: 'take a larger validation set',
    });
  }
  if (!(derivatives(centred, classes, 0).slope < 0)) {
    throw new DataError({
      what: 'temperature scaling',
      expected: "logits that are larger for the examples' own labels than for others, on average",
      got: 'ones that are not',
      hint: 'are the labels in the order of the classes?',
    });
  }
  const beta = rootOfSlope((value) => derivatives(centred, classes, value));
  return {
    temperature: 1 / beta,
    before: derivatives(centred, classes, 1).value,
    after: derivatives(centred, classes, beta).value,
  };
}

/**
 * Calibrated probabilities softmax(logits / T), (N, K), as graph nodes. @throws ConfigurationError unless T
 * is over 0.
 */
export function appendTemperature(logits: Value, temperature: number): Value {
  if (!(temperature > 0 && temperature < Infinity)) {
    throw new ConfigurationError({ what: 'temperature', expected: 'a number over 0', got: `${temperature}` });
  }
  const precise = cast(logits, 'float32');
  return softmax(div(precise, constantLike(precise, temperature)), 1);
}

/** f_k - f_y, (n, K) row by row: over 0 for a class that beats the label. */
function lessTheLabels(logits: Tensor<'float32' | 'float64'>, labels: ArrayLike<number>): Float64Array {
  const [n, classes] = logits.shape;
  if (logits.shape.length !== 2 || n !== labels.length || classes === undefined || classes < 2) {
    throw new ShapeError({
      what: 'temperature scaling: logits',
      expected: `(${labels.length}, K), K of at least 2, for as many labels`,
      got: formatShape(logits.shape),
    });
  }
  if (n === 0)
    throw new DataError({ what: 'temperature scaling', expected: 'at least one example', got: 'none' });
  assertFinite('temperature scaling: logits', logits);
  const differences = Float64Array.from(logits.data);
  for (let i = 0; i < n; i++) {
    const label = labels[i]!;
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new DataError({
        what: 'temperature scaling: labels',
        expected: `classes of [0, ${classes})`,
        got: `${label}`,
        where: `example ${i}`,
      });
    }
    const own = differences[i * classes + label]!;
    for (let k = 0; k < classes; k++) differences[i * classes + k]! -= own;
  }
  return differences;
}

interface Derivatives {
  readonly value: number;
  readonly slope: number;
  readonly curvature: number;
}

/**
 * The mean over the rows d of log sum_k exp(beta d_k), which is the likelihood's, and its derivatives in
 * beta.
 */
function derivatives(differences: Float64Array, classes: number, beta: number): Derivatives {
  let [value, slope, curvature] = [0, 0, 0];
  const n = differences.length / classes;
  for (let start = 0; start < differences.length; start += classes) {
    let largest = -Infinity;
    for (let i = start; i < start + classes; i++) largest = Math.max(largest, differences[i]!);
    let [sum, first, second] = [0, 0, 0];
    for (let i = start; i < start + classes; i++) {
      const difference = differences[i]!;
      const weight = Math.exp(beta * (difference - largest));
      sum += weight;
      first += weight * difference;
      second += weight * difference * difference;
    }
    const mean = first / sum;
    value += (beta * largest + Math.log(sum)) / n;
    slope += mean / n;
    curvature += (second / sum - mean * mean) / n;
  }
  return { value, slope, curvature };
}

/** The beta over 0 at which an increasing slope, negative at 0, is 0. */
function rootOfSlope(at: (beta: number) => Derivatives): number {
  let [low, high] = [0, 1];
  for (let doublings = 0; at(high).slope < 0; doublings++) {
    if (doublings === 1000) throw noRoot();
    low = high;
    high *= 2;
  }
  let beta = (low + high) / 2;
  for (let step = 0; step < MAXIMUM_STEPS; step++) {
    const { slope, curvature } = at(beta);
    if (slope < 0) low = beta;
    else high = beta;
    if (slope === 0 || high - low <= TOLERANCE * high) return beta;
    const newton = beta - slope / curvature;
    const inside = newton > low && newton < high;
    if (inside && Math.abs(newton - beta) <= TOLERANCE * beta) return newton;
    beta = inside ? newton : (low + high) / 2;
  }
  throw noRoot();
}

function noRoot(): NumericalError {
  return new NumericalError({
    what: 'temperature scaling',
    expected: 'a temperature within reach',
    got: 'none',
  });
}
