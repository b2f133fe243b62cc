import { bindParameters } from '../graph/index.js';
import type { Graph, Parameters } from '../graph/index.js';
import type { Key } from '../random/index.js';
import { samplePredictions } from '../runtime/index.js';
import type { Feeds, PredictOptions } from '../runtime/index.js';
import type { Tensor } from '../tensor/index.js';

/** A mean over draws of the weights, in nats. */
export interface BoundEstimate {
  readonly value: number;
  /** Of the mean over the draws; 0 for a single one. */
  readonly standardError: number;
}

/**
 * The evidence lower bound of a trained posterior, by draws of its weights: minus the objective summed over
 * the training set, averaged over the draws. At most log p(y), in nats.
 */
export async function evidenceLowerBound(
  objective: Graph,
  data: Feeds,
  {
    parameters,
    samples,
    key,
    ...options
  }: PredictOptions & { readonly parameters?: Parameters; readonly samples: number; readonly key: Key },
): Promise<BoundEstimate> {
  const graph = parameters === undefined ? objective : bindParameters(objective, parameters);
  const { loss } = await samplePredictions(graph, data, { ...options, samples, key });
  const { data: losses, shape } = loss as Tensor<'float32'>;
  const examples = shape[1]!;
  const bounds = Float64Array.from({ length: samples }, (_, s) => {
    let sum = 0;
    for (let i = 0; i < examples; i++) sum -= losses[s * examples + i]!;
    return sum;
  });
  const value = bounds.reduce((sum, bound) => sum + bound, 0) / samples;
  const squares = bounds.reduce((sum, bound) => sum + (bound - value) ** 2, 0);
  return { value, standardError: samples > 1 ? Math.sqrt(squares / (samples - 1) / samples) : 0 };
}
