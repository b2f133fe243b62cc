import { activateDropout } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import { stochasticPredictive } from '../posterior/index.js';
import type { PredictiveOptions } from '../posterior/index.js';
import type { Key } from '../random/index.js';
import type { Feeds } from '../runtime/index.js';
import type { Tensor } from '../tensor/index.js';

export interface McDropoutOptions extends PredictiveOptions {
  /** Passes with masks of their own. */
  readonly samples: number;
  readonly key: Key;
  /**
   * 'independent' unless given: a mask for each example, as in training. 'shared': one for all examples of a
   * pass, so that a pass is one network and a map of a plane is smooth. Each example's predictive
   * distribution is the same with both.
   */
  readonly masks?: 'independent' | 'shared';
}

/**
 * Monte Carlo dropout: the predictions of `samples` passes with the model's Dropout layers active, (S, N, C):
 * for classifiers probabilities (C = 1: that of label 1), whose mean over S is the prediction. The layers
 * before the first dropout run once.
 *
 * Source: Gal & Ghahramani, "Dropout as a Bayesian approximation", ICML 2016.
 * @throws GraphError when the model has no Dropout layer; ConfigurationError when its output depends on none:
 *   the passes would all be the same.
 */
export async function mcDropout(
  model: Graph,
  data: Feeds,
  { masks = 'independent', ...options }: McDropoutOptions,
): Promise<Tensor<'float32'>> {
  return stochasticPredictive(activateDropout(model, { masks }), data, options);
}
