import { DataError } from '../../errors/index.js';
import { bootstrapRankings, compareOverSeeds, summarizeSeeds } from '../../metrics/index.js';
import type { Interval, RankingMetrics, SeedSummary } from '../../metrics/index.js';
import { fold } from '../../random/index.js';
import type { Key } from '../../random/index.js';
import type { DifferenceResult, OrderResult, RankingResult, SeedResult, SeedsSummary } from '../results.js';
import { FAILURE_SCORES, OOD_SCORES } from './evaluate.js';
import type { Evaluation, ScoreName, Scores } from './evaluate.js';
import type { TrainedNetworks } from './networks.js';
import type { Week3Settings } from './settings.js';

/** The orders that the report states, best first, with both readings of 'MC dropout'. */
const ORDERS: readonly { readonly task: 'failure' | 'ood'; readonly order: readonly ScoreName[] }[] = [
  { task: 'failure', order: ['confidnet', 'mcp', 'mcDropout.variationRatio'] },
  { task: 'failure', order: ['confidnet', 'mcp', 'mcDropout.entropy'] },
  { task: 'ood', order: ['odin', 'mcp', 'mcDropout.variationRatio'] },
  { task: 'ood', order: ['odin', 'mcp', 'mcDropout.entropy'] },
];

/** One seed's part of results.json. */
export function seedResult(
  evaluation: Evaluation,
  epochLosses: TrainedNetworks['epochLosses'],
  oodName: string,
  settings: Week3Settings,
  key: Key,
): SeedResult {
  const { seed, accuracy, calibration, mcDropoutAccuracy, confidnetAccuracy, errors } = evaluation;
  const failures = { task: 'failure', name: 'failure' } as const;
  const failure = rankAll(failures, FAILURE_SCORES, evaluation.test, errors, settings, fold(key, 'failure'));
  const both = joined(evaluation);
  const strange = { task: 'ood', name: oodName } as const;
  const ood = rankAll(strange, OOD_SCORES, both.scores, both.isOod, settings, fold(key, 'ood'));
  return {
    seed,
    accuracy,
    errors: errors.reduce((sum, error) => sum + error, 0),
    mcDropoutAccuracy,
    confidnetAccuracy,
    ...calibration,
    failure: {
      mcp: failure.ranked.mcp,
      mcDropout: dropoutPart(failure.ranked),
      confidnet: failure.ranked.confidnet,
    },
    ood: {
      [oodName]: { mcp: ood.ranked.mcp, mcDropout: dropoutPart(ood.ranked), odin: ood.ranked.odin },
    },
    differences: [...failure.differences, ...ood.differences],
    epochLosses: { classifier: [...epochLosses.classifier], confidnet: [...epochLosses.confidnet] },
  };
}

/** Test digits and out-of-distribution images in one list, for each score. */
export function joined({ test, ood, errors }: Evaluation): { scores: Scores; isOod: Uint8Array } {
  const scores: Partial<Record<ScoreName, Float64Array>> = {};
  for (const name of OOD_SCORES) scores[name] = concat(test[name]!, ood[name]!);
  const isOod = new Uint8Array(errors.length + ood.mcp!.length).fill(1, errors.length);
  return { scores, isOod };
}

export function concat(a: Float64Array, b: Float64Array): Float64Array {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Average precisions over the seeds, and how often the report's orders hold. */
export function overSeeds(
  seeds: readonly SeedResult[],
  oodName: string,
): { summary: Record<string, Record<string, SeedsSummary>>; orders: OrderResult[] } {
  const values = (task: 'failure' | 'ood', score: ScoreName): number[] =>
    seeds.map(
      (seed) => rankingOf(task === 'failure' ? seed.failure : seed.ood[oodName]!, score).averagePrecision,
    );
  const summarised = (task: 'failure' | 'ood', scores: readonly ScoreName[]): Record<string, SeedsSummary> =>
    Object.fromEntries(scores.map((score) => [score, summaryResult(summarizeSeeds(values(task, score)))]));
  return {
    summary: { failure: summarised('failure', FAILURE_SCORES), [oodName]: summarised('ood', OOD_SCORES) },
    orders: ORDERS.map(({ task, order }) => {
      const results = Object.fromEntries(order.map((score) => [score, values(task, score)]));
      const { wholeOrder, pairs } = compareOverSeeds(results, { order });
      return {
        order: [...order],
        measure: 'averagePrecision',
        seeds: seeds.length,
        wholeOrder,
        pairs: pairs.map(({ difference, ...counts }) => ({
          ...counts,
          difference: summaryResult(difference),
        })),
      };
    }),
  };
}

type Group = Partial<SeedResult['failure'] & SeedResult['ood'][string]>;

/** The measures of a score in the nested form of results.json. @throws DataError when the group lacks it. */
export function rankingOf(group: Group, score: ScoreName): RankingResult {
  const nested: Readonly<Record<ScoreName, RankingResult | undefined>> = {
    mcp: group.mcp,
    'mcDropout.entropy': group.mcDropout?.entropy,
    'mcDropout.mutualInformation': group.mcDropout?.mutualInformation,
    'mcDropout.variationRatio': group.mcDropout?.variationRatio,
    confidnet: group.confidnet,
    odin: group.odin,
  };
  const ranking = nested[score];
  if (ranking === undefined)
    throw new DataError({ what: `score '${score}'`, expected: 'measured', got: 'nothing' });
  return ranking;
}

/** The measures of all scores of a task, and each pair of neighbours in its orders once. */
function rankAll(
  { task, name }: { readonly task: 'failure' | 'ood'; readonly name: string },
  names: readonly ScoreName[],
  scores: Scores,
  positive: Uint8Array,
  { bootstrap }: Week3Settings,
  key: Key,
): { ranked: Record<ScoreName, RankingResult>; differences: DifferenceResult[] } {
  const own = Object.fromEntries(names.map((score) => [score, scores[score]!])) as Record<
    ScoreName,
    Float64Array
  >;
  const neighbours = ORDERS.filter((order) => order.task === task).flatMap(({ order }) =>
    order.slice(1).map((second, i) => [order[i]!, second] as const),
  );
  const pairs = neighbours.filter(
    ([a, b], i) => neighbours.findIndex(([first, second]) => first === a && second === b) === i,
  );
  const { metrics, differences } = bootstrapRankings(own, positive, { key, ...bootstrap, pairs });
  const ranked = names.map((score) => [score, rankingResult(metrics[score])]);
  return {
    ranked: Object.fromEntries(ranked) as Record<ScoreName, RankingResult>,
    differences: pairs.map(([first, second], i) => {
      const { value, low, high } = differences[i]!.averagePrecision;
      return { task: name, first, second, measure: 'averagePrecision', value, interval: { low, high } };
    }),
  };
}

function summaryResult({ standardDeviation, interval, ...rest }: SeedSummary): SeedsSummary {
  return {
    ...rest,
    standardDeviation: standardDeviation ?? null,
    interval: interval === undefined ? null : { ...interval },
  };
}

function rankingResult(measured: RankingMetrics<Interval>): RankingResult {
  const { averagePrecision, aupr, auroc, fprAt95Tpr } = measured;
  const ends = ({ low, high }: Interval): { low: number; high: number } => ({ low, high });
  return {
    averagePrecision: averagePrecision.value,
    aupr: aupr.value,
    auroc: auroc.value,
    fprAt95Tpr: fprAt95Tpr.value,
    intervals: {
      averagePrecision: ends(averagePrecision),
      aupr: ends(aupr),
      auroc: ends(auroc),
      fprAt95Tpr: ends(fprAt95Tpr),
    },
  };
}

function dropoutPart(ranked: Record<ScoreName, RankingResult>): SeedResult['failure']['mcDropout'] {
  return {
    entropy: ranked['mcDropout.entropy'],
    mutualInformation: ranked['mcDropout.mutualInformation'],
    variationRatio: ranked['mcDropout.variationRatio'],
  };
}
