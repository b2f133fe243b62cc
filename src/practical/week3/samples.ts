import type { ImageSet } from '../../data/index.js';
import { mcDropout } from '../../dropout/index.js';
import type { Graph } from '../../graph/index.js';
import { fold } from '../../random/index.js';
import { predictedClasses, summariseSamples, variationRatio } from '../../scores/index.js';
import type { ProbabilitySamples } from '../../scores/index.js';
import type { RunContext } from '../run.js';
import { runningOn } from './networks.js';
import type { Week3Settings } from './settings.js';

/** One test digit under MC dropout: what figures 11 to 13 show. */
export interface DigitSample {
  /** Its index in the test set. */
  readonly index: number;
  /** (784,), bytes. */
  readonly image: Uint8Array;
  readonly label: number;
  readonly predicted: number;
  /** Mean probability, (10,). */
  readonly meanProbability: Float64Array;
  /** Passes that vote for each class, (10,). */
  readonly votes: Uint32Array;
  /** Probabilities of each pass, (S, 10). */
  readonly probabilities: Float32Array;
  readonly variationRatio: number;
  /** Nats. */
  readonly predictiveEntropy: number;
}

/** What MC dropout says of the test digits: figures 9 to 13. */
export interface DigitUncertainty {
  readonly passes: number;
  /** The 25 digits with the smallest and the largest variation ratio; ties are decided by the predictive entropy. */
  readonly confident: readonly DigitSample[];
  readonly uncertain: readonly DigitSample[];
  /** The most confident digit that is right, the most uncertain that is right, and the most uncertain that is wrong. */
  readonly examples: {
    readonly confident: DigitSample;
    readonly uncertain: DigitSample;
    readonly wrong: DigitSample;
  };
  /** Shares of the digits whose variation ratio is below each example's: where it stands among all. */
  readonly rank: { readonly confident: number; readonly uncertain: number; readonly wrong: number };
}

const GRID = 25;

/** Ranks the test digits by MC dropout's variation ratio. */
export async function rankDigits(
  run: RunContext,
  classifier: Graph,
  test: ImageSet['test'],
  settings: Week3Settings,
): Promise<DigitUncertainty> {
  const passes = settings.passes.figures;
  const samples = await run.reporter.phase('MC dropout of the figures', (progress) =>
    mcDropout(
      classifier,
      { image: test.images },
      {
        samples: passes,
        key: fold(run.key, 'mc-dropout', 'figures'),
        ...runningOn(run),
        onProgress: progress,
      },
    ),
  );
  const summary = summariseSamples(samples);
  const ratios = variationRatio(summary);
  const { predictiveEntropy: entropies } = summary;
  const predicted = predictedClasses(summary);
  const labels = test.labels.data;
  const order = Array.from(ratios.keys()).sort(
    (a, b) => ratios[a]! - ratios[b]! || entropies[a]! - entropies[b]!,
  );
  const digit = (index: number): DigitSample => ({
    index,
    image: test.images.data.slice(index * 784, (index + 1) * 784),
    label: labels[index]!,
    predicted: predicted[index]!,
    meanProbability: summary.meanProbability.slice(index * 10, (index + 1) * 10),
    votes: summary.votes.slice(index * 10, (index + 1) * 10),
    probabilities: probabilitiesOf(samples, index),
    variationRatio: ratios[index]!,
    predictiveEntropy: entropies[index]!,
  });
  const right = order.filter((index) => predicted[index] === labels[index]);
  const wrong = order.filter((index) => predicted[index] !== labels[index]);
  const examples = {
    confident: digit(right[0]!),
    uncertain: digit(right.at(-1)!),
    // A classifier without errors has none to show: its most uncertain digit stands in.
    wrong: digit(wrong.at(-1) ?? order.at(-1)!),
  };
  const below = (value: number): number => ratios.filter((ratio) => ratio < value).length / ratios.length;
  return {
    passes,
    confident: order.slice(0, GRID).map(digit),
    uncertain: order.slice(-GRID).reverse().map(digit),
    examples,
    rank: {
      confident: below(examples.confident.variationRatio),
      uncertain: below(examples.uncertain.variationRatio),
      wrong: below(examples.wrong.variationRatio),
    },
  };
}

function probabilitiesOf({ shape, data }: ProbabilitySamples, index: number): Float32Array {
  const [passes, examples, classes] = shape as [number, number, number];
  const own = new Float32Array(passes * classes);
  for (let pass = 0; pass < passes; pass++) {
    const start = (pass * examples + index) * classes;
    own.set(data.subarray(start, start + classes), pass * classes);
  }
  return own;
}
