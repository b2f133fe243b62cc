import type { ImageSet } from '../../data/index.js';
import { DataError } from '../../errors/index.js';
import { flatLayout, GraphBuilder, removeDropout, softmax } from '../../graph/index.js';
import { fold, key as keyOf } from '../../random/index.js';
import { summariseSamples, variationRatio } from '../../scores/index.js';
import { predict } from '../../runtime/index.js';
import type { Graph } from '../../graph/index.js';
import { sliceRows, tensor } from '../../tensor/index.js';
import type { Tensor } from '../../tensor/index.js';
import type { Claim } from '../claims.js';
import type { SeedResult } from '../results.js';
import type { RunContext } from '../run.js';
import { week3Claims } from './claims.js';
import type { Week3Numbers } from './claims.js';
import { week3Differences } from './differences.js';
import { evaluateNetworks } from './evaluate.js';
import type { Evaluation } from './evaluate.js';
import { trainNetworks } from './networks.js';
import type { TrainedNetworks } from './networks.js';
import { overSeeds, seedResult } from './results.js';
import { rankDigits } from './samples.js';
import type { DigitUncertainty } from './samples.js';
import type { Week3Settings } from './settings.js';

/** Everything of week 3: the numbers of all seeds, and what the figures show of the first. */
export interface Week3Result extends ReturnType<typeof overSeeds> {
  readonly settings: Week3Settings;
  readonly seeds: readonly SeedResult[];
  readonly evaluation: Evaluation;
  readonly epochLosses: TrainedNetworks['epochLosses'];
  readonly digits: DigitUncertainty;
  readonly ood: ImageSet;
  readonly claims: readonly Claim[];
  /** What the published settings do to the results, a sentence each. */
  readonly differences: readonly string[];
}

/** Trains and measures a pair of networks for each seed. @throws DataError when the digits have no training split. */
export async function runWeek3(
  run: Omit<RunContext, 'seed' | 'key'>,
  seeds: readonly number[],
  sets: { readonly mnist: ImageSet; readonly ood: ImageSet },
  settings: Week3Settings,
): Promise<Week3Result> {
  const { mnist, ood } = sets;
  const { train, test } = mnist;
  if (train === undefined) {
    throw new DataError({
      what: mnist.title,
      expected: 'a training split',
      got: 'none',
      hint: 'give a folder that has it (data)',
    });
  }
  const results: SeedResult[] = [];
  let first: { evaluation: Evaluation; digits: DigitUncertainty; networks: TrainedNetworks } | undefined;
  for (const seed of seeds) {
    const own: RunContext = { ...run, seed, key: keyOf(seed) };
    const networks = await trainNetworks(own, { ...mnist, train }, settings);
    const evaluation = await evaluateNetworks(own, networks, { test, ood: ood.test }, settings);
    const result = await run.reporter.phase(`intervals, seed ${seed}`, async () =>
      seedResult(evaluation, networks.epochLosses, ood.name, settings, fold(own.key, 'bootstrap')),
    );
    results.push(result);
    if (first === undefined) {
      first = { evaluation, networks, digits: await rankDigits(own, networks.classifier, test, settings) };
    }
  }
  const { evaluation, digits, networks } = first!;
  const numbers: Week3Numbers = {
    seeds: results,
    evaluation,
    digits,
    ood,
    confidnetParameters: flatLayout(networks.confidnet).size,
    inactiveVariationRatios: await passesWithoutDropout(
      networks.classifier,
      sliceRows(test.images, 0, Math.min(1000, test.labels.data.length)),
    ),
  };
  return {
    settings,
    seeds: results,
    ...overSeeds(results, ood.name),
    evaluation,
    epochLosses: networks.epochLosses,
    digits,
    ood,
    claims: week3Claims(numbers),
    differences: week3Differences(numbers),
  };
}

/** Variation ratios of two passes with the dropout layers left as they are: the known mistake. */
async function passesWithoutDropout(classifier: Graph, images: Tensor<'uint8'>): Promise<Float64Array> {
  const b = GraphBuilder.from(removeDropout(classifier));
  const plain = b.build({ probabilities: softmax(b.value('logits')) });
  const passes = [await predict(plain, { image: images }), await predict(plain, { image: images })].map(
    (outputs) => outputs['probabilities'] as Tensor<'float32'>,
  );
  const [n, classes] = passes[0]!.shape as [number, number];
  const stacked = new Float32Array(2 * n * classes);
  passes.forEach((pass, i) => stacked.set(pass.data, i * n * classes));
  return variationRatio(summariseSamples(tensor('float32', [2, n, classes], stacked)));
}
