import type { ImageSet } from '../../data/index.js';
import { mcDropout } from '../../dropout/index.js';
import { removeDropout } from '../../graph/index.js';
import type { Graph } from '../../graph/index.js';
import {
  accuracy,
  brierScore,
  expectedCalibrationError,
  negativeLogLikelihood,
} from '../../metrics/index.js';
import { MNIST_DEVIATION, PIXELS } from '../../models/index.js';
import { odin } from '../../ood/index.js';
import { fold } from '../../random/index.js';
import type { Key } from '../../random/index.js';
import { predict } from '../../runtime/index.js';
import type { PredictOptions } from '../../runtime/index.js';
import {
  CONFIDENCE,
  confidnetScore,
  largestLogit,
  maximumClassProbability,
  mutualInformation,
  predictedClasses,
  predictiveEntropy,
  softmaxRows,
  summariseSamples,
  variationRatio,
} from '../../scores/index.js';
import type { Logits, SampleSummary } from '../../scores/index.js';
import type { Tensor } from '../../tensor/index.js';
import type { Progress, RunContext } from '../run.js';
import { runningOn } from './networks.js';
import type { TrainedNetworks } from './networks.js';
import type { Week3Settings } from './settings.js';

/** The scores of the third week, by the names of results.json; larger for the more suspicious digit. */
export type ScoreName =
  | 'mcp'
  | 'mcDropout.entropy'
  | 'mcDropout.mutualInformation'
  | 'mcDropout.variationRatio'
  | 'confidnet'
  | 'odin';

/** As figures, tables and claims name them. */
export const SCORE_TITLES: Readonly<Record<ScoreName, string>> = {
  mcp: 'MCP',
  'mcDropout.entropy': 'MC dropout, entropy',
  'mcDropout.mutualInformation': 'MC dropout, mutual information',
  'mcDropout.variationRatio': 'MC dropout, variation ratio',
  confidnet: 'ConfidNet',
  odin: 'ODIN',
};

export const FAILURE_SCORES: readonly ScoreName[] = [
  'mcp',
  'mcDropout.entropy',
  'mcDropout.mutualInformation',
  'mcDropout.variationRatio',
  'confidnet',
];

export const OOD_SCORES: readonly ScoreName[] = [
  'mcp',
  'mcDropout.entropy',
  'mcDropout.mutualInformation',
  'mcDropout.variationRatio',
  'odin',
];

export type Scores = Readonly<Partial<Record<ScoreName, Float64Array>>>;

/** One trained classifier, measured on the test digits and on an out-of-distribution set. */
export interface Evaluation {
  readonly seed: number;
  /** Of the classifier with its dropout off. */
  readonly accuracy: number;
  /** Nats, the sum of squares, and the share, on the test digits. */
  readonly calibration: { readonly nll: number; readonly brier: number; readonly ece: number };
  /** Of the mean of the MC-dropout passes. */
  readonly mcDropoutAccuracy: number;
  /** Of the classifier inside the ConfidNet graph: the same, as its weights are frozen. */
  readonly confidnetAccuracy: number;
  /** The largest difference between the MCP of a test digit in the classifier and inside the ConfidNet graph. */
  readonly mcpChange: number;
  readonly predicted: Uint32Array;
  /** 1 where the classifier is wrong, (n,). */
  readonly errors: Uint8Array;
  /** Scores of the test digits, (n,). */
  readonly test: Scores;
  /** Scores of the out-of-distribution images, (m,). */
  readonly ood: Scores;
  readonly odin: OdinEvidence;
}

/** What the claims about ODIN are held against. */
export interface OdinEvidence {
  /** Mean largest probability of softmax(f(x) / T) of the test digits before and after the step, and how often it rose. */
  readonly before: number;
  readonly after: number;
  readonly rose: number;
  /** Scores of the OOD images without the step, as if epsilon were chosen for each set. */
  readonly oodWithoutStep: Float64Array;
  /** The scores with the gradient at the temperature T, and with the published one, at 1. */
  readonly gradientAtTemperature: { readonly test: Float64Array; readonly ood: Float64Array };
  readonly gradientAtOne: { readonly test: Float64Array; readonly ood: Float64Array };
}

/** Measures one pair of networks. */
export async function evaluateNetworks(
  run: RunContext,
  networks: TrainedNetworks,
  sets: { readonly test: ImageSet['test']; readonly ood: ImageSet['test'] },
  settings: Week3Settings,
): Promise<Evaluation> {
  const { reporter, seed } = run;
  const options = runningOn(run);
  const images = { test: { image: sets.test.images }, ood: { image: sets.ood.images } };

  const [logits, oodLogits, confidence] = await reporter.phase(`predictions, seed ${seed}`, async () => {
    const plain = removeDropout(networks.classifier);
    return [
      (await predict(plain, images.test, options))['logits'] as Logits,
      (await predict(plain, images.ood, options))['logits'] as Logits,
      await predict(networks.confidnet, images.test, options),
    ] as const;
  });
  const passes = settings.passes.measures;
  const [testSamples, oodSamples] = await reporter.phase(`MC dropout, seed ${seed}`, async (progress) => {
    const half = (part: number) => (done: number, total: number) => progress(done + part * total, 2 * total);
    const key = fold(run.key, 'mc-dropout');
    return [
      await summarisedPasses(
        networks.classifier,
        sets.test.images,
        passes,
        fold(key, 'test'),
        options,
        half(0),
      ),
      await summarisedPasses(
        networks.classifier,
        sets.ood.images,
        passes,
        fold(key, 'ood'),
        options,
        half(1),
      ),
    ] as const;
  });
  const isAtOne = settings.odin.gradientTemperature === 1;
  const steps = await reporter.phase(`ODIN, seed ${seed}`, async (progress) => {
    const step = { ...settings.odin, deviation: MNIST_DEVIATION, input: PIXELS };
    const other = { ...step, gradientTemperature: isAtOne ? step.temperature : 1 };
    const runs: [string, typeof step, 'test' | 'ood'][] = [
      ['test', step, 'test'],
      ['ood', step, 'ood'],
      ['testBefore', { ...step, epsilon: 0 }, 'test'],
      ['oodBefore', { ...step, epsilon: 0 }, 'ood'],
      ['testOther', other, 'test'],
      ['oodOther', other, 'ood'],
    ];
    const scores: Record<string, Float64Array> = {};
    for (const [i, [name, own, set]] of runs.entries()) {
      scores[name] = await odin(networks.classifier, images[set], { ...own, ...options });
      progress(i + 1, runs.length);
    }
    return scores;
  });

  const predicted = largestLogit(logits);
  const labels = sets.test.labels.data;
  const errors = Uint8Array.from(predicted, (k, i) => Number(k !== labels[i]));
  const probabilities = softmaxRows(logits);
  const mcp = maximumClassProbability(logits);
  const rises = steps['test']!.filter((score, i) => score < steps['testBefore']![i]!).length;
  const ownGradient = { test: steps['test']!, ood: steps['ood']! };
  const otherGradient = { test: steps['testOther']!, ood: steps['oodOther']! };
  const confidnetLogits = confidence['logits'] as Logits;
  return {
    seed,
    accuracy: accuracy(predicted, labels),
    calibration: {
      nll: negativeLogLikelihood(probabilities, labels),
      brier: brierScore(probabilities, labels),
      ece: expectedCalibrationError(
        mcp.map((score) => 1 - score),
        errors.map((error) => 1 - error),
      ),
    },
    mcDropoutAccuracy: accuracy(predictedClasses(testSamples), labels),
    confidnetAccuracy: accuracy(largestLogit(confidnetLogits), labels),
    mcpChange: largestDifference(mcp, maximumClassProbability(confidnetLogits)),
    predicted,
    errors,
    test: {
      mcp,
      ...dropoutScores(testSamples),
      confidnet: confidnetScore(confidence[CONFIDENCE] as Tensor<'float32'>),
      odin: steps['test']!,
    },
    ood: { mcp: maximumClassProbability(oodLogits), ...dropoutScores(oodSamples), odin: steps['ood']! },
    odin: {
      before: 1 - mean(steps['testBefore']!),
      after: 1 - mean(steps['test']!),
      rose: rises / predicted.length,
      oodWithoutStep: steps['oodBefore']!,
      gradientAtTemperature: isAtOne ? otherGradient : ownGradient,
      gradientAtOne: isAtOne ? ownGradient : otherGradient,
    },
  };
}

async function summarisedPasses(
  classifier: Graph,
  images: Tensor<'uint8'>,
  samples: number,
  key: Key,
  options: PredictOptions,
  onProgress: Progress,
): Promise<SampleSummary> {
  return summariseSamples(
    await mcDropout(classifier, { image: images }, { ...options, samples, key, onProgress }),
  );
}

function dropoutScores(samples: SampleSummary): Scores {
  return {
    'mcDropout.entropy': predictiveEntropy(samples),
    'mcDropout.mutualInformation': mutualInformation(samples),
    'mcDropout.variationRatio': variationRatio(samples),
  };
}

function largestDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
