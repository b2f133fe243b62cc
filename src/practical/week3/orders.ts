import type { Claim, Evidence } from '../claims.js';
import type { DifferenceResult, Ends, SeedResult } from '../results.js';
import { summarizeSeeds } from '../../metrics/index.js';
import { SCORE_TITLES } from './evaluate.js';
import type { ScoreName } from './evaluate.js';
import { rankingOf } from './results.js';

type Order = readonly [ScoreName, ScoreName, ScoreName];

/** How often an order that the report states holds over the seeds, by average precision. */
export interface Wins {
  /** Seeds in which the whole order holds. */
  readonly whole: number;
  readonly seeds: number;
  /** Of one seed: whether the choice of test inputs leaves the order open, and between which two scores. */
  readonly open: readonly string[];
  readonly evidence: readonly Evidence[];
  /** The three by their mean average precision, best first: 'A > B > C'. */
  readonly found: string;
}

/** @param task 'failure', or the name of an out-of-distribution set. */
export function wins(seeds: readonly SeedResult[], task: string, order: Order): Wins {
  const values = seeds.map((seed) => {
    const group = task === 'failure' ? seed.failure : seed.ood[task]!;
    return order.map((score) => rankingOf(group, score).averagePrecision);
  });
  const titles = order.map((score) => SCORE_TITLES[score]);
  const means = order.map((_, i) => mean(values.map((own) => own[i]!)));
  const whole = values.filter(([a, b, c]) => a! > b! && b! > c!).length;
  const count = (i: number, j: number): number => values.filter((own) => own[i]! > own[j]!).length;
  const unit = `of ${seeds.length} seed${seeds.length === 1 ? '' : 's'}`;
  const pairs = [0, 1].map((i) => {
    const names = [titles[i]!, titles[i + 1]!] as const;
    return { names, ...pairOf(seeds, task, order[i]!, order[i + 1]!) };
  });
  // One pair that is clearly the other way round decides against the order, whatever the other one is.
  const refuted = pairs.some(({ interval }) => interval !== undefined && interval.high < 0);
  const undecided = pairs.filter(({ interval: i }) => i !== undefined && i.low <= 0 && i.high >= 0);
  return {
    whole,
    seeds: seeds.length,
    open: seeds.length > 1 || refuted ? [] : undecided.map(({ names }) => names.join(' from ')),
    evidence: [
      { label: titles.join(' > '), value: whole, unit },
      { label: `${titles[0]} > ${titles[1]}`, value: count(0, 1), unit },
      { label: `${titles[1]} > ${titles[2]}`, value: count(1, 2), unit },
      ...means.map((value, i) => ({ label: `mean average precision, ${titles[i]}`, value })),
      ...pairs.map(({ names, value, interval }) => ({
        label: `mean difference, ${names[0]} less ${names[1]}`,
        value,
        ...(interval !== undefined && {
          expected: `over 0; interval ${interval.low.toFixed(3)} to ${interval.high.toFixed(3)}`,
        }),
      })),
    ],
    found: [0, 1, 2]
      .toSorted((i, j) => means[j]! - means[i]!)
      .map((i) => titles[i])
      .join(' > '),
  };
}

interface Pair {
  readonly value: number;
  readonly interval: Ends | undefined;
}

/** The difference of two scores and its interval: a paired bootstrap's for one seed, Student's over several. */
function pairOf(seeds: readonly SeedResult[], task: string, first: ScoreName, second: ScoreName): Pair {
  const own = seeds.map((seed) => differenceOf(seed, task, first, second));
  if (own.length === 1) return own[0]!;
  const { mean: value, interval } = summarizeSeeds(own.map((each) => each.value));
  return { value, interval };
}

/** A paired difference of one seed; the pair must be of the orders that the report states. */
export function differenceOf(
  { differences }: SeedResult,
  task: string,
  first: ScoreName,
  second: ScoreName,
): DifferenceResult {
  return differences.find((own) => own.task === task && own.first === first && own.second === second)!;
}

/** Each number once: two orders share their first pair. */
export function together(...parts: readonly Wins[]): Evidence[] {
  const all = parts.flatMap(({ evidence }) => evidence);
  return all.filter(({ label }, i) => all.findIndex((other) => other.label === label) === i);
}

/** How the orders by the two readings of MC dropout came out; a claim's verdict and its condition. */
export function judged(byRatio: Wins, byEntropy: Wins): Pick<Claim, 'verdict' | 'dependsOn'> {
  const measure = 'the measure that MC dropout is read with';
  const open = [...new Set([...byRatio.open, ...byEntropy.open])];
  if (open.length > 0) {
    const seed = `the seed: one run cannot tell ${open.join(', nor ')}; the paired interval holds 0`;
    const isSettled = byRatio.open.length === 0 || byEntropy.open.length === 0;
    return { verdict: 'depends', dependsOn: isSettled ? `${measure}, and on ${seed}` : seed };
  }
  const wholes = [byRatio, byEntropy];
  if (wholes.every(({ whole, seeds }) => whole === seeds)) return { verdict: 'holds' };
  if (wholes.every(({ whole }) => whole === 0)) return { verdict: 'fails' };
  if (byRatio.whole === byEntropy.whole) return { verdict: 'depends', dependsOn: 'the seed' };
  const settled = wholes.every(({ whole, seeds }) => whole === 0 || whole === seeds);
  return { verdict: 'depends', dependsOn: settled ? measure : `${measure}, and on the seed` };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
