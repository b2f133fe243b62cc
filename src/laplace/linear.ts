import { ShapeError } from '../errors/index.js';
import { normalCdf, sigmoid } from '../linalg/index.js';
import type { Matrix } from '../linalg/index.js';
import type { LaplacePosterior } from './laplace.js';

/**
 * Mean m'phi and variance phi'S phi of a linear function of the weights, for each row phi of the features (n,
 * P) → (n,) each: the logit of logistic regression, with phi = (x, 1).
 * @throws ShapeError when the features are not (n, P).
 */
export function linearMoments(
  { mean, precision }: Pick<LaplacePosterior, 'mean' | 'precision'>,
  features: Matrix,
): { readonly mean: Float64Array; readonly variance: Float64Array } {
  if (features.cols !== mean.length) {
    throw new ShapeError({
      what: 'linearMoments: features',
      expected: `(n, ${mean.length})`,
      got: `(${features.rows}, ${features.cols})`,
    });
  }
  const rows = Array.from({ length: features.rows }, (_, i) =>
    features.data.subarray(i * features.cols, (i + 1) * features.cols),
  );
  return {
    mean: Float64Array.from(rows, (row) => dot(row, mean)),
    variance: Float64Array.from(rows, (row) => dot(row, precision.solve(row))),
  };
}

/**
 * E[sigmoid(a)] for a ~ N(mean, variance), approximately: sigmoid(mean / sqrt(1 + pi variance / 8)), (n,).
 * Off by less than 0.02.
 *
 * Source: MacKay, "The evidence framework applied to classification networks", Neural Computation 4, 1992.
 */
export function probitProbability({
  mean,
  variance,
}: {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}): Float64Array {
  return mean.map((m, i) => sigmoid(m / Math.sqrt(1 + (Math.PI * variance[i]!) / 8)));
}

/**
 * What the predictive probability of logistic regression tends to along x0 + t u as t → infinity, for each
 * direction u, (n, P): the probability that the weights point along u, Phi(m'u / sqrt(u'S u)), strictly
 * between 0 and 1, since there a single draw is certain. u is that of the features: 0 in the bias's place.
 */
export function limitsAlong(
  posterior: Pick<LaplacePosterior, 'mean' | 'precision'>,
  directions: Matrix,
): Float64Array {
  const { mean, variance } = linearMoments(posterior, directions);
  return mean.map((m, i) => normalCdf(m / Math.sqrt(variance[i]!)));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
