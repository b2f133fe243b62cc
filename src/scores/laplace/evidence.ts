import { DataError } from '../../errors/index.js';
import type { LastLayerCurvature } from './curvature.js';

/** Halvings of the bracket, a factor of at most 2^64 wide: to the last digit. */
const STEPS = 120;

/**
 * The prior precision alpha at which the marginal likelihood of Laplace's approximation is largest: of
 *
 *   log p(D | alpha) = const - alpha |w|^2 / 2 + (P / 2) log alpha - (1 / 2) sum_i log(h_i + alpha),
 *
 * h_i the eigenvalues of the likelihood's curvature at w. Where it is largest gamma(alpha) = sum_i h_i / (h_i
 * + alpha), the number of weights that the data determine, is alpha |w|^2. The left side falls and the right
 * side rises with alpha, so there is one such alpha, found by bisection.
 *
 * Source: MacKay, "A practical Bayesian framework for backpropagation networks", Neural Computation 4, 1992.
 * @throws DataError where there is none: weights of 0, or no curvature.
 */
export function evidencePriorPrecision({
  eigenvalues,
  squaredNorm,
}: Pick<LastLayerCurvature, 'eigenvalues' | 'squaredNorm'>): number {
  if (!(squaredNorm > 0)) throw undecided('weights of 0');
  const excess = (alpha: number): number => effectiveParameters(eigenvalues, alpha) - alpha * squaredNorm;
  // gamma is under P, so the root is under P / |w|^2.
  let high = eigenvalues.length / squaredNorm;
  let low = high / 2 ** 16;
  while (low > 0 && !(excess(low) > 0)) low /= 2 ** 16;
  if (low === 0) throw undecided('certain predictions');
  for (let step = 0; step < STEPS; step++) {
    const middle = Math.sqrt(low) * Math.sqrt(high);
    if (excess(middle) > 0) low = middle;
    else high = middle;
  }
  return Math.sqrt(low) * Math.sqrt(high);
}

/** gamma = sum_i h_i / (h_i + alpha). */
export function effectiveParameters(eigenvalues: Float64Array, alpha: number): number {
  let sum = 0;
  for (const h of eigenvalues) sum += h / (h + alpha);
  return sum;
}

function undecided(got: string): DataError {
  return new DataError({
    what: 'Laplace: prior precision by marginal likelihood',
    expected: 'weights that are not all 0, and predictions that are not all certain',
    got,
    hint: 'give a prior precision',
  });
}
