import { ConfigurationError } from '../errors/index.js';
import { flatLayout, packParameters, parametersOf } from '../graph/index.js';
import type { FlatLayout, Graph, Parameters } from '../graph/index.js';
import { parametersPredictive } from '../posterior/index.js';
import type { PredictiveOptions } from '../posterior/index.js';
import { fold, normal } from '../random/index.js';
import type { Key } from '../random/index.js';
import type { Feeds } from '../runtime/index.js';
import { tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { fullHessian, scaledPrecision } from './curvature.js';
import type { CurvatureOf, Precision } from './curvature.js';

export interface LaplaceOptions {
  /** The trained parameters; the objective's own unless given. */
  readonly parameters?: Parameters;
  /** The kind of curvature; the full Hessian unless given. */
  readonly curvature?: CurvatureOf;
  /**
   * 'sum': the Hessian of the loss summed over the training set, the negative log posterior's. 'mean': of its
   * mean, a published mistake, kept for comparison: that posterior is as wide for a million examples as for
   * one.
   */
  readonly hessianOf?: 'sum' | 'mean';
  /** The objective's value that was minimised, (N,); 'loss' unless given. */
  readonly loss?: string;
  /** Examples of one run; 500 unless given. */
  readonly batchSize?: number;
}

/** A normal distribution of a model's weights, N(mean, precision^-1). */
export interface LaplacePosterior {
  /** The flat parameters that were trained, (P,). */
  readonly mean: Float64Array;
  readonly precision: Precision;
  /** Where each parameter lies in the flat vector. */
  readonly layout: FlatLayout;
  /**
   * sqrt(g' H^-1 g) for the gradient g at the mean: how far, in posterior standard deviations, a Newton step
   * would move it. Well below 1 at a mode; a large one says that the weights were trained on another
   * objective, or not to its minimum.
   */
  readonly distanceToMode: number;
}

/**
 * The Laplace approximation: the normal distribution around trained weights whose precision is the Hessian of
 * the negative log posterior there. Local, after the fact, with all correlations.
 *
 * p(w | D) ≈ N(w_map, H^-1), H = d²/dw² [ -sum_i log p(y_i | x_i, w) - log p(w) ] at w_map
 *
 * `objective`: the graph that was trained (`mapObjective`), `data`: the whole training set, so that the
 * posterior is that of the objective and knows N. Its parameters are those that get a distribution: an
 * objective with fewer of them (the others as constants) gives the approximation over a last layer or a
 * sub-network.
 *
 * Source: MacKay, "A practical Bayesian framework for backpropagation networks", Neural Computation 4, 1992.
 * @throws NumericalError when the Hessian is not positive definite.
 */
export async function laplace(
  objective: Graph,
  data: Feeds,
  { parameters, curvature = fullHessian, hessianOf = 'sum', loss, batchSize }: LaplaceOptions = {},
): Promise<LaplacePosterior> {
  const layout = flatLayout(objective);
  const flat = packParameters(layout, parameters ?? parametersOf(objective));
  const found = await curvature(objective, data, { parameters: flat, loss, batchSize });
  const scale = hessianOf === 'sum' ? 1 : 1 / found.examples;
  const precision = scale === 1 ? found.precision : scaledPrecision(found.precision, scale);
  const step = found.precision.solve(found.gradient);
  const decrement = step.reduce((sum, value, i) => sum + value * found.gradient[i]!, 0);
  return { mean: Float64Array.from(flat), precision, layout, distanceToMode: Math.sqrt(scale * decrement) };
}

/** Draws of the weights, (S, P). Draw s depends on the key and on s alone. */
export function sampleLaplace(
  { mean, precision }: LaplacePosterior,
  { samples, key }: { readonly samples: number; readonly key: Key },
): Tensor<'float32'> {
  if (!Number.isInteger(samples) || samples < 1) {
    throw new ConfigurationError({
      what: 'samples',
      expected: 'an integer of at least 1',
      got: `${samples}`,
    });
  }
  const size = mean.length;
  const draws = new Float32Array(samples * size);
  for (let sample = 0; sample < samples; sample++) {
    const offsets = precision.colour(normal(fold(key, sample), size));
    for (let i = 0; i < size; i++) draws[sample * size + i] = mean[i]! + offsets[i]!;
  }
  return tensor('float32', [samples, size], draws);
}

/**
 * The predictions of `samples` draws of the weights, (S, N, C): for classifiers probabilities (C = 1: that of
 * label 1).
 */
export async function laplacePredictive(
  posterior: LaplacePosterior,
  model: Graph,
  data: Feeds,
  {
    samples,
    key,
    ...options
  }: Omit<PredictiveOptions, 'workers'> & { readonly samples: number; readonly key: Key },
): Promise<Tensor<'float32'>> {
  return parametersPredictive(model, data, sampleLaplace(posterior, { samples, key }), options);
}
