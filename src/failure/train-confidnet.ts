import { DataError, InterruptedError } from '../errors/index.js';
import { bindParameters, cutAtTrained } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import { fold } from '../random/index.js';
import { predict } from '../runtime/index.js';
import type { Feeds, PredictOptions } from '../runtime/index.js';
import { confidnetGraph, confidnetObjective } from '../scores/index.js';
import type { ConfidnetOptions } from '../scores/index.js';
import type { Tensor } from '../tensor/index.js';
import { adam, train } from '../training/index.js';
import type { TrainOptions } from '../training/index.js';

export interface TrainConfidnetOptions
  extends
    ConfidnetOptions,
    Partial<Pick<TrainOptions, 'optimiser' | 'epochs' | 'batchSize' | 'shards' | 'onProgress' | 'signal'>>,
    Pick<PredictOptions, 'workers'> {}

/**
 * The classifier with a trained ConfidNet on its features: a graph with outputs `confidence` (N,), to be read with `confidnetScore`,
 * and the classifier's logits, which are unchanged. `data`: the classifier's inputs, and `label` (n,), bytes.
 * The frozen layers in front of the first dropout run once.
 *
 * Unless given: Adam with rate 1e-4, 50 epochs, batches of 100.
 * @throws ShapeError, DataError when the data do not fit the classifier; NumericalError when the loss is no longer finite;
 *   InterruptedError when the signal says so.
 */
export async function trainConfidnet(
  model: Graph,
  data: Feeds,
  options: TrainConfidnetOptions,
): Promise<Graph> {
  const { optimiser = adam({ learningRate: 1e-4 }), epochs = 50, batchSize = 100, shards, workers } = options;
  const { onProgress, signal, key } = options;
  const { trunk, head } = cutAtTrained(confidnetObjective(model, options));
  const running = { ...(workers !== undefined && { workers }), ...(signal !== undefined && { signal }) };
  assertLabels(data['label'], model, options.logits ?? 'logits');
  const features =
    trunk.outputs.length === 0 ? {} : await predict(trunk, data, { ...running, shared: (shards ?? 1) > 1 });
  // A head that reads an input itself (a dropout layer on it, a connection past the trunk) gets it beside what the trunk made.
  const own = head.inputs.flatMap(({ name }) =>
    data[name] === undefined ? [] : [[name, data[name]] as const],
  );
  const { parameters, complete, state } = await train(
    head,
    { ...Object.fromEntries(own), ...features },
    {
      optimiser,
      epochs,
      batchSize,
      key: fold(key, 'train'),
      ...running,
      ...(shards !== undefined && { shards }),
      ...(onProgress !== undefined && { onProgress }),
    },
  );
  if (!complete)
    throw new InterruptedError({ what: 'trainConfidnet', got: `stopped after step ${state.step}` });
  return bindParameters(confidnetGraph(model, options), parameters);
}

/** The runtime's own words for a label that is no class name neither the label nor its place. */
function assertLabels(label: Tensor | undefined, model: Graph, logits: string): void {
  const classes = model.types.get(logits)?.shape[1];
  if (label === undefined || typeof classes !== 'number') return;
  for (const [i, value] of label.data.entries()) {
    if (value < classes) continue;
    throw new DataError({
      what: `label ${i}`,
      expected: `a class of 0 to ${classes - 1}`,
      got: `${value}`,
      where: "data of trainConfidnet: 'label'",
    });
  }
}
