// What a training is made of, in the worker: all of it follows from its settings.
import { activateDropout, flatLayout } from 'credence/graph';
import type { FlatLayout, Graph } from 'credence/graph';
import { mnistConvnet } from 'credence/models';
import { fold, key } from 'credence/random';
import type { Feeds } from 'credence/runtime';
import { tensor } from 'credence/tensor';
import { adam, classificationObjective, runSettings } from 'credence/training';
import type { RunSettings, TrainOptions } from 'credence/training';
import { shippedScores, trainingDigits } from './assets.js';
import type { TrainSettings } from './model.js';
import { imageTensor } from './network.js';

const BATCH = 100;

export interface Plan {
  readonly settings: TrainSettings;
  readonly untrained: Graph;
  readonly objective: Graph;
  readonly layout: FlatLayout;
  /** (n, 784). */
  readonly images: Uint8Array;
  readonly data: Feeds;
  readonly options: Required<Pick<TrainOptions, 'optimiser' | 'epochs' | 'batchSize' | 'key'>>;
  /** What a checkpoint has to agree with. */
  readonly run: RunSettings;
  readonly stepsPerEpoch: number;
  readonly steps: number;
}

export async function planOf(settings: TrainSettings): Promise<Plan> {
  const { epochs, seed } = settings;
  const images = await trainingDigits();
  const labels = (await shippedScores()).get('training/label')!.data as Uint8Array;
  const own = key(seed);
  const untrained = mnistConvnet(fold(own, 'live', 'initial'));
  const objective = classificationObjective(activateDropout(untrained));
  const data = { image: imageTensor(images), label: tensor('uint8', [labels.length], labels) };
  const options = {
    optimiser: adam({ learningRate: 1e-3 }),
    epochs,
    batchSize: BATCH,
    key: fold(own, 'live', 'train'),
  };
  const stepsPerEpoch = Math.ceil(labels.length / BATCH);
  return {
    settings,
    untrained,
    objective,
    layout: flatLayout(objective),
    images,
    data,
    options,
    run: runSettings(objective, data, options),
    stepsPerEpoch,
    steps: epochs * stepsPerEpoch,
  };
}

export function isOf({ settings }: Plan, { epochs, seed }: TrainSettings): boolean {
  return settings.epochs === epochs && settings.seed === seed;
}
