import type { RegressionSet } from '../../data/toy.js';
import { minimise } from '../../linalg/index.js';
import type { Minimum } from '../../linalg/index.js';
import { fitLinear, gaussianBasis, linearBasis, polynomialBasis, predictLinear } from '../../linear/index.js';
import type { Basis, LinearPosterior } from '../../linear/index.js';
import type { BasisSettings, Range, RegressionName, RegressionSettings, Setting } from './settings.js';

/** The predictive distribution of one regression under one noise precision, along its grid. */
export interface Curve {
  readonly beta: number;
  /** 1 / beta: what the variance would be, were the weights known. */
  readonly limit: number;
  readonly posterior: LinearPosterior;
  readonly mean: Float64Array;
  /** The square root of `variance`. */
  readonly sd: Float64Array;
  /** Predictive variance, 1 / beta + phi'S phi. */
  readonly variance: Float64Array;
  /**
   * Where the variance is smallest within the tested range, not only on its grid: exact for a straight line.
   */
  readonly minimum: Minimum;
}

/** One of figures 1 and 2, or the polynomial one: the data of both its panels. */
export interface Regression extends Readonly<Record<Setting, Curve>> {
  readonly name: RegressionName;
  readonly alpha: number;
  readonly basis: BasisSettings;
  /** The training set (n), and the function without noise at its inputs. */
  readonly points: { readonly x: Float64Array; readonly y: Float64Array; readonly truth: Float64Array };
  /** The smallest and the largest training input. */
  readonly span: readonly [number, number];
  /** The mean training input. */
  readonly barycentre: number;
  /** The tested inputs (m); `truth` and the curves are given at these. */
  readonly grid: Float64Array;
  /** The function without noise (m). */
  readonly truth: Float64Array;
}

export function runRegression(
  name: RegressionName,
  { alpha, basis, test }: RegressionSettings,
  { x, y, truth }: RegressionSet,
  betas: Readonly<Record<Setting, number>>,
): Regression {
  const grid = linspace(test);
  const curve = (beta: number): Curve => {
    const posterior = fitLinear({ x, y, basis: basisOf(basis), alpha, beta });
    const { mean, variance } = predictLinear(posterior, basisOf(basis).features(grid));
    return {
      beta,
      limit: 1 / beta,
      posterior,
      mean,
      sd: variance.map(Math.sqrt),
      variance,
      minimum: minimumOf(posterior, basis, test),
    };
  };
  return {
    name,
    alpha,
    basis,
    points: { x, y, truth: x.map(truth) },
    span: [Math.min(...x), Math.max(...x)],
    barycentre: mean(x),
    grid,
    truth: grid.map(truth),
    published: curve(betas.published),
    corrected: curve(betas.corrected),
  };
}

export function basisOf(settings: BasisSettings): Basis {
  if (settings.kind === 'polynomial') return polynomialBasis(settings.degree);
  return settings.kind === 'gaussian' ? gaussianBasis(settings) : linearBasis;
}

function minimumOf(posterior: LinearPosterior, basis: BasisSettings, range: Range): Minimum {
  if (basis.kind !== 'linear') return searchMinimum(posterior, basis, range);
  const [, s01, , s11] = posterior.covariance.data;
  const vertex = -s01! / s11!;
  return { x: vertex, value: varianceAt(posterior, basis, vertex) };
}

/** Where the predictive variance is smallest, found by evaluating it. */
export function searchMinimum(
  posterior: LinearPosterior,
  basis: BasisSettings,
  { from, to }: Pick<Range, 'from' | 'to'>,
): Minimum {
  return minimise((x) => varianceAt(posterior, basis, x), from, to);
}

/** The predictive variance at one input. */
export function varianceAt(posterior: LinearPosterior, basis: BasisSettings, x: number): number {
  return predictLinear(posterior, basisOf(basis).features(Float64Array.of(x))).variance[0]!;
}

/** The predictive mean at one input. */
export function meanAt(posterior: LinearPosterior, basis: BasisSettings, x: number): number {
  return predictLinear(posterior, basisOf(basis).features(Float64Array.of(x))).mean[0]!;
}

export function linspace({ from, to, count }: Range): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}

export function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

export function mean(values: Float64Array): number {
  return sum(values) / values.length;
}
