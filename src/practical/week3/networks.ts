import type { ImageSet } from '../../data/index.js';
import { activateDropout, bindParameters, cutAtTrained } from '../../graph/index.js';
import type { Graph } from '../../graph/index.js';
import { FEATURES, mnistConvnet } from '../../models/index.js';
import { fold } from '../../random/index.js';
import { predict } from '../../runtime/index.js';
import type { Feeds, PredictOptions } from '../../runtime/index.js';
import { sliceRows } from '../../tensor/index.js';
import { confidnetGraph, confidnetObjective } from '../../scores/index.js';
import { adam, classificationObjective } from '../../training/index.js';
import type { RunContext } from '../run.js';
import { trainOrReuse } from './train-or-reuse.js';
import type { Week3Settings } from './settings.js';

export interface TrainedNetworks {
  /** The classifier with its trained weights, dropout layers in place. */
  readonly classifier: Graph;
  /** The classifier with ConfidNet's trained network on its features. */
  readonly confidnet: Graph;
  readonly epochLosses: { readonly classifier: readonly number[]; readonly confidnet: readonly number[] };
}

/** Trains the classifier and then, on it, ConfidNet, or takes them from the run's folder where they are done. */
export async function trainNetworks(
  run: RunContext,
  mnist: ImageSet & Required<Pick<ImageSet, 'train'>>,
  settings: Week3Settings,
): Promise<TrainedNetworks> {
  const data: Feeds = {
    image: sliceRows(mnist.train.images, 0, settings.trainingDigits),
    label: sliceRows(mnist.train.labels, 0, settings.trainingDigits),
  };
  const dataSet = {
    set: mnist.name,
    sha256: Object.values(mnist.sha256).join(' '),
    digits: settings.trainingDigits,
  };
  const { batchSize, shards } = settings;

  const untrained = mnistConvnet(fold(run.key, 'classifier', 'initial'));
  const trained = await trainOrReuse(run, {
    name: 'classifier',
    objective: classificationObjective(activateDropout(untrained)),
    data: async () => data,
    optimiser: adam({ learningRate: settings.classifier.learningRate }),
    epochs: settings.classifier.epochs,
    batchSize,
    shards,
    dataSet,
  });
  const classifier = bindParameters(untrained, trained.parameters);

  const options = {
    features: FEATURES,
    hidden: settings.confidnet.hidden,
    key: fold(run.key, 'confidnet', 'initial'),
  };
  // The convolutions are frozen and deterministic: they run once, not in each of the epochs.
  const whole = confidnetObjective(classifier, options);
  const { trunk, head } = cutAtTrained(whole);
  const estimated = await trainOrReuse(run, {
    name: 'confidnet',
    objective: head,
    whole,
    data: async (progress) => predict(trunk, data, { ...runningOn(run), shared: true, onProgress: progress }),
    optimiser: adam({ learningRate: settings.confidnet.learningRate }),
    epochs: settings.confidnet.epochs,
    batchSize,
    shards,
    dataSet,
  });
  return {
    classifier,
    confidnet: bindParameters(confidnetGraph(classifier, options), estimated.parameters),
    epochLosses: { classifier: trained.epochLosses, confidnet: estimated.epochLosses },
  };
}

/** Where and how a run's networks run. */
export function runningOn({ workers, provider, signal }: RunContext): PredictOptions {
  return { workers: provider === 'cpu' ? workers : 0, provider, signal };
}
