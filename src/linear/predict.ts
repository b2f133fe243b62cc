import { multiplyVector, solveLower, transpose } from '../linalg/index.js';
import type { Matrix } from '../linalg/index.js';
import { assertDesign } from './observations.js';
import type { LinearPosterior } from './posterior.js';

/** The Gaussian distributions of new targets at m inputs. */
export interface LinearPrediction {
  /** phi'mu (m). */
  readonly mean: Float64Array;
  /** 1 / beta + phi'S phi (m): the aleatoric and the epistemic part together. */
  readonly variance: Float64Array;
  /** phi'S phi (m): what more observations would remove; at least 0. */
  readonly epistemic: Float64Array;
  /** 1 / beta: the noise, the same everywhere. */
  readonly aleatoric: number;
}

/**
 * The predictive distribution of a new target at each row of a design matrix (m, d), for instance
 * `basis.features(x)`.
 *
 * Source: Bishop, Pattern Recognition and Machine Learning, 2006, equations 3.58 and 3.59.
 * @throws ShapeError when the features are not the posterior's d; DataError when one is not finite.
 */
export function predictLinear(posterior: LinearPosterior, design: Matrix): LinearPrediction {
  assertDesign('predictLinear', design, posterior.mean.length);
  const aleatoric = 1 / posterior.beta;
  // |L^-1 phi|^2 is phi'S phi as a sum of squares: never negative, however ill-conditioned S is.
  const { rows: d, cols: m, data } = solveLower(posterior.precision.lower, transpose(design));
  const epistemic = new Float64Array(m);
  for (let k = 0; k < d; k++) for (let i = 0; i < m; i++) epistemic[i]! += data[k * m + i]! ** 2;
  return {
    mean: multiplyVector(design, posterior.mean),
    variance: epistemic.map((value) => aleatoric + value),
    epistemic,
    aleatoric,
  };
}
