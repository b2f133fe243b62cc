// Week 3 in the worker: everything from credence.
import { LOGITS } from 'credence/models';
import {
  CONFIDENCE,
  confidnetScore,
  maximumClassProbability,
  mutualInformation,
  predictiveEntropy,
  softmaxRows,
  summariseSamples,
  variationRatio,
  largestLogit,
} from 'credence/scores';
import type { Logits } from 'credence/scores';
import type { Provider } from 'credence/runtime';
import type { Tensor } from 'credence/tensor';
import type { TaskContext } from '../compute/task.js';
import { bulkNetwork, shippedDigits, shippedNetwork, shippedScores } from './assets.js';
import manifest from './assets/manifest.json' with { type: 'json' };
import type {
  Curves,
  Distribution,
  OdinInput,
  OdinStep,
  PredictInput,
  Prediction,
  Rank,
  ScoreValues,
  Sweep,
  SweepInput,
  ThresholdInput,
  ThresholdResult,
} from './model.js';
import { dropoutPasses, imageTensor, odinStep } from './network.js';
import { SCORE_NAMES } from './scores.js';
import type { ScoreName, TaskName } from './scores.js';
import * as testSet from './test-set.js';
import { compareLive, discardTraining, keptTraining, trainLive } from './training.js';
import { passesWorkload } from './workloads.js';

/** A shipped test digit. */
export interface TestDigit {
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  readonly scores: Readonly<Record<ScoreName, number>>;
}

export const tasks = {
  /** The shipped test digits, in the order of the sprite. */
  async digits(
    _input: null,
  ): Promise<{ readonly images: Uint8Array; readonly digits: readonly TestDigit[] }> {
    const tensors = await shippedScores();
    const value = (name: string, index: number): number => Number(tensors.get(name)!.data[index]);
    return {
      images: await shippedDigits(),
      digits: manifest.digits.map((index) => ({
        index,
        label: value('label', index),
        predicted: value('predicted', index),
        scores: Object.fromEntries(SCORE_NAMES.map((name) => [name, value(`test/${name}`, index)])) as Record<
          ScoreName,
          number
        >,
      })),
    };
  },

  async predict({ image, passes, seed }: PredictInput, { threads }: TaskContext): Promise<Prediction> {
    const network = await shippedNetwork(threads);
    const outputs = await network.plain.run({ image: imageTensor(image) });
    const logits = outputs[LOGITS] as Tensor<'float32'>;
    const samples = await dropoutPasses(network, image, { passes, seed });
    const summary = summariseSamples(samples);
    const suspicion = confidnetScore(outputs[CONFIDENCE] as Tensor<'float32'>)[0]!;
    return {
      logits: logits.data,
      probabilities: softmaxRows(logits),
      predicted: largestLogit(logits)[0]!,
      mcp: maximumClassProbability(logits)[0]!,
      confidence: 1 - suspicion,
      suspicion,
      dropout: {
        passes,
        probabilities: samples.data as Float32Array,
        mean: summary.meanProbability,
        votes: summary.votes,
        entropy: predictiveEntropy(summary)[0]!,
        mutualInformation: mutualInformation(summary)[0]!,
        variationRatio: variationRatio(summary)[0]!,
      },
    };
  },

  async odin(input: OdinInput, { threads }: TaskContext): Promise<OdinStep> {
    return odinStep(await shippedNetwork(threads), input);
  },

  async sweep({ images, passes, seed }: SweepInput, context: TaskContext): Promise<Sweep> {
    const { threads } = context;
    const shipped = await shippedNetwork(threads);
    const sweepOn = async (provider: Provider): Promise<Sweep> => {
      const network = provider === 'cpu' ? shipped : await bulkNetwork(threads);
      const outputs = await network.plain.run({ image: imageTensor(images) });
      const logits = outputs[LOGITS] as Logits;
      const summary = summariseSamples(
        await dropoutPasses(network, images, { passes, seed, breathe: () => context.breathe() }),
      );
      return {
        predicted: largestLogit(logits),
        probabilities: softmaxRows(logits),
        confidence: confidnetScore(outputs[CONFIDENCE] as Tensor<'float32'>).map((score) => 1 - score),
        entropy: predictiveEntropy(summary),
        mutualInformation: mutualInformation(summary),
      };
    };
    return context.faster(passesWorkload(shipped.graph, images, threads), sweepOn, { ifKnown: true });
  },

  async rank(values: ScoreValues): Promise<Readonly<Partial<Record<ScoreName, Rank>>>> {
    return testSet.rank(values);
  },
  async distribution(name: ScoreName): Promise<Distribution> {
    return testSet.distribution(name);
  },
  async curves(task: TaskName): Promise<Curves> {
    return testSet.curves(task);
  },
  async threshold(input: ThresholdInput): Promise<ThresholdResult> {
    return testSet.threshold(input);
  },
  train: trainLive,
  keptTraining,
  discardTraining,
  compare: compareLive,
};
