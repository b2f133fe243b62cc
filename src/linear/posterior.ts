import { ConfigurationError, NumericalError } from '../errors/index.js';
import {
  choleskyInverse,
  gramFactor,
  matrix,
  multiplyVector,
  solveLowerTransposed,
  transpose,
} from '../linalg/index.js';
import type { Cholesky, Matrix } from '../linalg/index.js';
import { assertDesign, designOf } from './observations.js';
import type { Observations } from './observations.js';

/**
 * Precisions (inverse variances) of the prior N(0, I / alpha) of the weights and of the noise N(0, 1 / beta).
 */
export interface Precisions {
  /** At least 0; 0 is the flat prior, whose posterior exists for a design of full rank alone. */
  readonly alpha: number;
  /** Over 0. */
  readonly beta: number;
}

/** The Gaussian distribution N(mean, covariance) of the d weights of y = phi(x)'w + N(0, 1 / beta). */
export interface LinearPosterior extends Precisions {
  /** n: how many targets it has seen. */
  readonly observations: number;
  /** mu (d). */
  readonly mean: Float64Array;
  /** S (d, d). */
  readonly covariance: Matrix;
  /** The factor of S^-1 (d, d). */
  readonly precision: Cholesky;
}

/**
 * The distribution of d weights before any observation: N(0, I / alpha).
 * @throws ConfigurationError when alpha or beta is not over 0, or d is not an integer of at least 1.
 */
export function linearPrior(dimension: number, { alpha, beta }: Precisions): LinearPosterior {
  assertPrecisions('linearPrior', { alpha, beta });
  if (alpha === 0) {
    throw new ConfigurationError({
      what: 'linearPrior: alpha',
      expected: 'a number over 0',
      got: '0',
      hint: 'a flat prior is no distribution: fitLinear takes it, with observations',
    });
  }
  if (!Number.isInteger(dimension) || dimension < 1) {
    throw new ConfigurationError({
      what: 'linearPrior: dimension',
      expected: 'an integer of at least 1',
      got: `${dimension}`,
    });
  }
  return {
    alpha,
    beta,
    observations: 0,
    mean: new Float64Array(dimension),
    covariance: scaledIdentity(dimension, 1 / alpha),
    precision: { lower: scaledIdentity(dimension, Math.sqrt(alpha)), jitter: 0 },
  };
}

/**
 * The posterior of the weights: S^-1 = alpha I + beta Phi'Phi, mu = beta S Phi'y.
 *
 * It is found by QR of Phi over the prior's square root, never forming Phi'Phi, so that it keeps the digits
 * of ill-conditioned bases such as high powers.
 * Source: Bishop, Pattern Recognition and Machine Learning, 2006, equations 3.53 and 3.54.
 * @throws ConfigurationError when alpha is under 0 or beta not over 0; ShapeError when lengths differ;
 *   DataError when there is no observation or a number is not finite; NumericalError when alpha = 0 and Phi
 *   is not of full rank (fewer than d distinct inputs), or alpha is too small to tell from 0.
 */
export function fitLinear({ alpha, beta, ...observations }: Observations & Precisions): LinearPosterior {
  assertPrecisions('fitLinear', { alpha, beta });
  const design = designOf('fitLinear', observations);
  const d = design.cols;
  const prior = alpha === 0 ? matrix(0, d) : scaledIdentity(d, Math.sqrt(alpha));
  return condition(
    'fitLinear',
    { alpha, beta, observations: 0 },
    prior,
    new Float64Array(prior.rows),
    design,
    observations.y,
  );
}

/**
 * The posterior after further observations, `posterior` being its prior: the same as one fit to all of them
 * at once.
 * @throws ShapeError when lengths differ or the features are not the posterior's; DataError when there is no
 *   observation or a number is not finite.
 */
export function updateLinear(posterior: LinearPosterior, observations: Observations): LinearPosterior {
  const design = designOf('updateLinear', observations);
  assertDesign('updateLinear', design, posterior.mean.length);
  const root = transpose(posterior.precision.lower);
  return condition(
    'updateLinear',
    posterior,
    root,
    multiplyVector(root, posterior.mean),
    design,
    observations.y,
  );
}

/**
 * Least squares of |R w - z|^2 + beta |Phi w - y|^2, where R'R is the precision known so far and R^-1 z its
 * mean.
 */
function condition(
  what: string,
  { alpha, beta, observations }: Precisions & { readonly observations: number },
  root: Matrix,
  projected: Float64Array,
  design: Matrix,
  y: Float64Array,
): LinearPosterior {
  const scale = Math.sqrt(beta);
  const stacked = matrix(root.rows + design.rows, design.cols);
  stacked.data.set(root.data);
  stacked.data.set(
    design.data.map((value) => scale * value),
    root.data.length,
  );
  const right = new Float64Array(stacked.rows);
  right.set(projected);
  right.set(
    y.map((value) => scale * value),
    projected.length,
  );
  const { factor, projected: rotated } = factorise(what, alpha, stacked, right);
  return {
    alpha,
    beta,
    observations: observations + y.length,
    mean: solveLowerTransposed(factor.lower, rotated),
    covariance: choleskyInverse(factor),
    precision: factor,
  };
}

function factorise(
  what: string,
  alpha: number,
  stacked: Matrix,
  right: Float64Array,
): ReturnType<typeof gramFactor> {
  try {
    return gramFactor(stacked, right);
  } catch (cause) {
    if (!(cause instanceof NumericalError)) throw cause;
    throw new NumericalError({
      what: `${what}: posterior`,
      expected: `a design of rank ${stacked.cols}, since alpha is ${alpha}`,
      got: 'features that depend on each other',
      hint: `give at least ${stacked.cols} distinct inputs, or a larger prior precision alpha`,
      cause,
    });
  }
}

function assertPrecisions(where: string, { alpha, beta }: Precisions): void {
  if (!(alpha >= 0 && alpha < Infinity)) {
    throw new ConfigurationError({
      what: `${where}: alpha`,
      expected: 'a finite number of at least 0',
      got: `${alpha}`,
    });
  }
  if (!(beta > 0 && beta < Infinity)) {
    throw new ConfigurationError({
      what: `${where}: beta`,
      expected: 'a finite number over 0',
      got: `${beta}`,
    });
  }
}

function scaledIdentity(n: number, scale: number): Matrix {
  const out = matrix(n, n);
  for (let i = 0; i < n; i++) out.data[i * n + i] = scale;
  return out;
}
