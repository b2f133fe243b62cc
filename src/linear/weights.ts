import { ConfigurationError, NumericalError } from '../errors/index.js';
import { matrix, solveLowerTransposed, transpose } from '../linalg/index.js';
import type { Matrix } from '../linalg/index.js';
import { normal } from '../random/index.js';
import type { Key } from '../random/index.js';
import type { LinearPosterior } from './posterior.js';

/** Two weights, and the values of each at which their joint density is wanted. */
export interface WeightGrid {
  /** Values of the first weight (a). */
  readonly first: Float64Array;
  /** Values of the second weight (b). */
  readonly second: Float64Array;
  /** Which two weights; (w0, w1) where omitted. The others are integrated out. */
  readonly weights?: readonly [number, number];
}

/**
 * The density of two weights on a grid (a, b): element i * b + j belongs to (first[i], second[j]).
 * @throws ConfigurationError when the posterior does not have the two weights; NumericalError when they are
 *   so correlated that their density has no width in float64.
 */
export function weightDensity(
  { mean, covariance }: LinearPosterior,
  { first, second, weights = [0, 1] }: WeightGrid,
): Float64Array {
  const [p, q] = weights;
  const d = mean.length;
  if (p === q || ![p, q].every((index) => Number.isInteger(index) && index >= 0 && index < d)) {
    throw new ConfigurationError({
      what: 'weightDensity: weights',
      expected: `two different indices of [0, ${d})`,
      got: `${p}, ${q}`,
    });
  }
  // The Cholesky factor of the 2 x 2 marginal covariance: p's deviation, and q's given p.
  const deviation = Math.sqrt(covariance.data[p * d + p]!);
  const slope = covariance.data[q * d + p]! / deviation;
  const conditional = Math.sqrt(covariance.data[q * d + q]! - slope * slope);
  if (!(conditional > 0)) {
    throw new NumericalError({
      what: 'weightDensity: covariance',
      expected: 'two weights whose correlation is less than 1',
      got: `${slope / Math.sqrt(covariance.data[q * d + q]!)}`,
    });
  }
  const peak = 1 / (2 * Math.PI * deviation * conditional);
  const density = new Float64Array(first.length * second.length);
  for (let i = 0; i < first.length; i++) {
    const u = (first[i]! - mean[p]!) / deviation;
    for (let j = 0; j < second.length; j++) {
      const v = (second[j]! - mean[q]! - slope * u) / conditional;
      density[i * second.length + j] = peak * Math.exp(-0.5 * (u * u + v * v));
    }
  }
  return density;
}

/**
 * `count` draws of the weights, one a row (count, d). Draw s depends on the key and on s alone.
 * @throws ConfigurationError when count is not an integer of at least 0.
 */
export function sampleWeights({ mean, precision }: LinearPosterior, key: Key, count: number): Matrix {
  if (!Number.isInteger(count) || count < 0) {
    throw new ConfigurationError({
      what: 'sampleWeights: count',
      expected: 'an integer of at least 0',
      got: `${count}`,
    });
  }
  const d = mean.length;
  const noise = matrix(count, d, normal(key, count * d));
  // L'^-1 z is of covariance (L L')^-1.
  const draws = transpose(solveLowerTransposed(precision.lower, transpose(noise)));
  for (let s = 0; s < count; s++) for (let k = 0; k < d; k++) draws.data[s * d + k]! += mean[k]!;
  return draws;
}
