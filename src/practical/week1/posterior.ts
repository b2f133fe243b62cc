import type { RegressionSet } from '../../data/toy.js';
import { linearBasis, linearPrior, updateLinear, weightDensity } from '../../linear/index.js';
import type { LinearPosterior } from '../../linear/index.js';
import { linspace } from './regression.js';
import type { Setting, Week1Settings } from './settings.js';

/** The posterior of (w0, w1) after the first n points of the linear set. */
export interface PosteriorStep {
  readonly n: number;
  readonly points: { readonly x: Float64Array; readonly y: Float64Array };
  readonly posterior: LinearPosterior;
  /** (a, b): element i * b + j is the density at (w0[i], w1[j]). */
  readonly density: Float64Array;
}

/** The figure of question 1.2: how the posterior narrows as points come in. */
export interface PosteriorFigure extends Readonly<Record<Setting, readonly PosteriorStep[]>> {
  /** The grid's values of the intercept (a). */
  readonly w0: Float64Array;
  /** The grid's values of the slope (b). */
  readonly w1: Float64Array;
  /** Intercept and slope of the line that made the data. */
  readonly truth: readonly [number, number];
}

export function runPosterior(
  set: RegressionSet,
  { posterior, regressions, betas }: Week1Settings,
): PosteriorFigure {
  const w0 = linspace(posterior.weights);
  const w1 = linspace(posterior.weights);
  const steps = (beta: number): PosteriorStep[] => {
    let state = linearPrior(2, { alpha: regressions.linear.alpha, beta });
    return posterior.observations.map((n) => {
      const seen = state.observations;
      if (n > seen) {
        state = updateLinear(state, {
          basis: linearBasis,
          x: set.x.subarray(seen, n),
          y: set.y.subarray(seen, n),
        });
      }
      return {
        n,
        points: { x: set.x.slice(0, n), y: set.y.slice(0, n) },
        posterior: state,
        density: weightDensity(state, { first: w0, second: w1 }),
      };
    });
  };
  const intercept = set.truth(0);
  return {
    w0,
    w1,
    truth: [intercept, set.truth(1) - intercept],
    published: steps(betas.published),
    corrected: steps(betas.corrected),
  };
}
