import { NumericalError } from '../errors/index.js';
import type { Graph } from '../graph/index.js';
import { cholesky, choleskyInverse, choleskySolve, matrix, solveLowerTransposed } from '../linalg/index.js';
import type { Cholesky, Matrix } from '../linalg/index.js';
import type { Feeds } from '../runtime/index.js';
import { secondOrder } from './hessian.js';
import type { HessianOptions } from './hessian.js';

/**
 * The precision matrix H (P, P) of a normal distribution of weights, in whatever form its kind of curvature
 * keeps it: what a Laplace approximation asks of it.
 */
export interface Precision {
  /** P. */
  readonly size: number;
  /** H^-1 v, (P,) → (P,). */
  readonly solve: (vector: Float64Array) => Float64Array;
  /** A root of H^-1 times v, (P,) → (P,): standard normal noise becomes a draw from N(0, H^-1). */
  readonly colour: (noise: Float64Array) => Float64Array;
  /** H^-1 (P, P), for the small ones. */
  readonly covariance: () => Matrix;
}

/** What a kind of curvature finds of an objective summed over its training set. */
export interface Curvature {
  readonly precision: Precision;
  /** Of the same sum, (P,): 0 at a mode. */
  readonly gradient: Float64Array;
  /** N. */
  readonly examples: number;
}

/**
 * A kind of curvature: the full Hessian is one; Gauss-Newton, Kronecker-factored or diagonal ones can stand
 * in its place.
 */
export type CurvatureOf = (objective: Graph, data: Feeds, options: HessianOptions) => Promise<Curvature>;

/**
 * The Hessian of the objective, exact and dense, for a few thousand weights at most.
 * @throws NumericalError when it is not positive definite, as it may be where the objective is not at a
 *   minimum.
 */
export const fullHessian: CurvatureOf = async (objective, data, options) => {
  const { hessian, ...rest } = await secondOrder(objective, data, options);
  return { ...rest, precision: densePrecision(hessian) };
};

/** factor H. */
export function scaledPrecision({ size, solve, colour, covariance }: Precision, factor: number): Precision {
  const root = Math.sqrt(factor);
  return {
    size,
    solve: (vector) => solve(vector).map((value) => value / factor),
    colour: (noise) => colour(noise).map((value) => value / root),
    covariance: () => {
      const own = covariance();
      return matrix(
        size,
        size,
        own.data.map((value) => value / factor),
      );
    },
  };
}

/** H as a matrix, by its Cholesky factor L L': the root of H^-1 is L'^-1. @throws NumericalError */
function densePrecision(hessian: Matrix): Precision {
  let factor: Cholesky;
  try {
    factor = cholesky(hessian);
  } catch (error) {
    if (!(error instanceof NumericalError)) throw error;
    throw new NumericalError({
      what: 'Laplace approximation: Hessian',
      expected: 'positive definite, as at a minimum of the objective',
      got: error.message,
      hint: 'train on, or give the weights a prior of higher precision',
      cause: error,
    });
  }
  return {
    size: hessian.rows,
    solve: (vector) => choleskySolve(factor, vector),
    colour: (noise) => solveLowerTransposed(factor.lower, noise),
    covariance: () => choleskyInverse(factor),
  };
}
