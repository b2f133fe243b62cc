import { bindParameters, cutAtTrained } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import { fold } from '../random/index.js';
import { predict } from '../runtime/index.js';
import type { Feeds, PredictOptions } from '../runtime/index.js';
import { confidnetGraph, confidnetObjective } from '../scores/index.js';
import type { ConfidnetOptions } from '../scores/index.js';
import { adam, train } from '../training/index.js';
import type { TrainOptions } from '../training/index.js';

export interface TrainConfidnetOptions
  extends ConfidnetOptions,
    Partial<Pick<TrainOptions, 'optimiser' | 'epochs' | 'batchSize' | 'shards' | 'onProgress' | 'signal'>>,
    Pick<PredictOptions, 'workers'> {}

/**
 * The classifier with a trained ConfidNet on its features: a graph with outputs `confidence` (N,), to be read with `confidnetScore`,
 * and the classifier's logits, which are unchanged. `data`: the classifier's inputs, and `label` (n,), bytes.
 * The frozen layers in front of the first dropout run once.
 *
 * Unless given: Adam with rate 1e-4, 50 epochs, batches of 100.
 */
export async function trainConfidnet(model: Graph, data: Feeds, options: TrainConfidnetOptions): Promise<Graph> {
  const { optimiser = adam({ learningRate: 1e-4 }), epochs = 50, batchSize = 100, shards, workers } = options;
  const { onProgress, signal, key } = options;
  const { trunk, head } = cutAtTrained(confidnetObjective(model, options));
  const running = { ...(workers !== undefined && { workers }), ...(signal !== undefined && { signal }) };
  const features = await predict(trunk, data, { ...running, shared: (shards ?? 1) > 1 });
  const { parameters } = await train(head, features, {
    optimiser,
    epochs,
    batchSize,
    key: fold(key, 'train'),
    ...running,
    ...(shards !== undefined && { shards }),
    ...(onProgress !== undefined && { onProgress }),
  });
  return bindParameters(confidnetGraph(model, options), parameters);
}
