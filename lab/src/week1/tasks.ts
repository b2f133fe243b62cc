// Week 1 in the worker: everything from credence/linear.
import { minimise } from 'credence/linalg';
import {
  fitLinear,
  gaussianBasis,
  linearBasis,
  linearPrior,
  polynomialBasis,
  predictLinear,
  sampleWeights,
  weightDensity,
} from 'credence/linear';
import type { Basis, LinearPosterior } from 'credence/linear';
import { fold, key } from 'credence/random';
import type { BasisChoice, Curve, Fit, FitInput, Problem, WeightsInput, WeightsPosterior } from './model.js';

/** Half of the side of the weights' window, in standard deviations of the prior, and of the posterior around its mean. */
const PRIOR_DEVIATIONS = 2;
const POSTERIOR_DEVIATIONS = 4;
/** The window of the posterior of all points is not enlarged any more for the prior's sake: nothing would be seen in it. */
const MOST_ENLARGED = 3;

export const tasks = {
  /** The predictive distribution under each beta. */
  fit(input: FitInput): Fit {
    const { x, betas, range, seen, samples, seed } = input;
    const basis = basisOf(input.basis);
    const grid = linspace(range);
    const design = basis.features(grid);
    const barycentre = seen === 0 ? undefined : mean(x.subarray(0, seen));
    const posteriors = betas.map((beta) => posteriorOf(input, basis, beta));
    const curves = posteriors.map((posterior): Curve => {
      const { mean, variance } = predictLinear(posterior, design);
      const at = (input: number): number =>
        predictLinear(posterior, basis.features(Float64Array.of(input))).variance[0]!;
      return {
        beta: posterior.beta,
        mean,
        variance,
        minimum: minimise(at, range.from, range.to, { x: grid, values: variance }),
        atBarycentre: barycentre === undefined ? undefined : at(barycentre),
      };
    });
    const weights = sampleWeights(posteriors[0]!, fold(key(seed), 'weights'), samples);
    const drawn = Array.from({ length: samples }, (_, s) =>
      grid.map((_, i) => {
        let value = 0;
        for (let k = 0; k < basis.dimension; k++) {
          value += design.data[i * basis.dimension + k]! * weights.data[s * basis.dimension + k]!;
        }
        return value;
      }),
    );
    return { grid, curves, samples: drawn, barycentre };
  },

  /** The posterior of two weights, in a window that does not depend on how many points have been seen. */
  weights(input: WeightsInput): WeightsPosterior {
    const { pair, size, x, beta, alpha } = input;
    const basis = basisOf(input.basis);
    const final = posteriorOf({ ...input, seen: x.length }, basis, beta);
    const own = Math.max(
      ...pair.map((k) => Math.abs(final.mean[k]!) + POSTERIOR_DEVIATIONS * deviationOf(final, k)),
    );
    const reach = Math.max(own, Math.min(MOST_ENLARGED * own, PRIOR_DEVIATIONS / Math.sqrt(alpha)));
    const first = linspace({ from: -reach, to: reach, count: size });
    const posterior = posteriorOf(input, basis, beta);
    const density = weightDensity(posterior, { first, second: first, weights: pair });
    const highest = density.reduce((high, value) => Math.max(high, value), Number.MIN_VALUE);
    const [p, q] = pair;
    const deviation = [deviationOf(posterior, p), deviationOf(posterior, q)] as const;
    return {
      first,
      second: first,
      density: transposed(density, size).map((value) => value / highest),
      mean: [posterior.mean[p]!, posterior.mean[q]!],
      deviation,
      correlation: posterior.covariance.data[p * basis.dimension + q]! / (deviation[0] * deviation[1]),
    };
  },
};

function posteriorOf({ x, y, alpha, seen }: Problem, basis: Basis, beta: number): LinearPosterior {
  if (seen === 0) return linearPrior(basis.dimension, { alpha, beta });
  return fitLinear({ x: x.subarray(0, seen), y: y.subarray(0, seen), basis, alpha, beta });
}

function basisOf(choice: BasisChoice): Basis {
  if (choice.kind === 'polynomial') return polynomialBasis(choice.degree);
  return choice.kind === 'gaussian' ? gaussianBasis(choice) : linearBasis;
}

function deviationOf({ covariance }: LinearPosterior, k: number): number {
  return Math.sqrt(covariance.data[k * covariance.cols + k]!);
}

function linspace({ from, to, count }: FitInput['range']): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function transposed(square: Float64Array, size: number): Float64Array {
  return square.map((_, at) => square[(at % size) * size + Math.floor(at / size)]!);
}
