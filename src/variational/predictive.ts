import { bindParameters } from '../graph/index.js';
import type { Graph, Parameters } from '../graph/index.js';
import { stochasticPredictive } from '../posterior/index.js';
import type { PredictiveOptions } from '../posterior/index.js';
import type { Key } from '../random/index.js';
import type { Feeds } from '../runtime/index.js';
import type { Tensor } from '../tensor/index.js';
import { meanField } from './mean-field.js';

/**
 * The predictions of `samples` draws of the weights from a trained mean-field posterior, (S, N, C): for
 * classifiers probabilities (C = 1: that of label 1). A draw of the weights serves all examples.
 */
export async function variationalPredictive(
  model: Graph,
  parameters: Parameters,
  data: Feeds,
  options: PredictiveOptions & { readonly samples: number; readonly key: Key },
): Promise<Tensor<'float32'>> {
  return stochasticPredictive(bindParameters(meanField(model), parameters), data, options);
}
