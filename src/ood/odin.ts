import type { Graph } from '../graph/index.js';
import { predict } from '../runtime/index.js';
import type { Feeds, PredictOptions } from '../runtime/index.js';
import { maximumClassProbability, ODIN_LOGITS, odinGraph } from '../scores/index.js';
import type { Logits, OdinOptions } from '../scores/index.js';

/** ODIN's score of each example, (n,), larger for the more suspicious: see `odinGraph`. */
export async function odin(
  model: Graph,
  data: Feeds,
  {
    temperature,
    gradientTemperature,
    epsilon,
    deviation,
    input,
    logits,
    ...options
  }: OdinOptions & PredictOptions,
): Promise<Float64Array> {
  const graph = odinGraph(model, {
    temperature,
    epsilon,
    input,
    ...(gradientTemperature !== undefined && { gradientTemperature }),
    ...(deviation !== undefined && { deviation }),
    ...(logits !== undefined && { logits }),
  });
  const outputs = await predict(graph, data, options);
  return maximumClassProbability(outputs[ODIN_LOGITS] as Logits);
}
