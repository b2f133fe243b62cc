import type { Claim, Evidence } from '../claims.js';
import type { SeedResult } from '../results.js';
import { SCORE_TITLES } from './evaluate.js';
import type { ScoreName } from './evaluate.js';
import { rankingOf } from './results.js';

/** How often an order that the report states holds over the seeds, by average precision. */
export interface Wins {
  /** Seeds in which the whole order holds. */
  readonly whole: number;
  readonly evidence: readonly Evidence[];
  /** The three by their mean average precision, best first: 'A > B > C'. */
  readonly found: string;
}

/** @param task 'failure', or the name of an out-of-distribution set. */
export function wins(
  seeds: readonly SeedResult[],
  task: string,
  order: readonly [ScoreName, ScoreName, ScoreName],
): Wins {
  const values = seeds.map((seed) => {
    const group = task === 'failure' ? seed.failure : seed.ood[task]!;
    return order.map((score) => rankingOf(group, score).averagePrecision);
  });
  const titles = order.map((score) => SCORE_TITLES[score]);
  const means = order.map((_, i) => mean(values.map((own) => own[i]!)));
  const whole = values.filter(([a, b, c]) => a! > b! && b! > c!).length;
  const count = (i: number, j: number): number => values.filter((own) => own[i]! > own[j]!).length;
  const unit = `of ${seeds.length} seed${seeds.length === 1 ? '' : 's'}`;
  return {
    whole,
    evidence: [
      { label: titles.join(' > '), value: whole, unit },
      { label: `${titles[0]} > ${titles[1]}`, value: count(0, 1), unit },
      { label: `${titles[1]} > ${titles[2]}`, value: count(1, 2), unit },
      ...means.map((value, i) => ({ label: `mean average precision, ${titles[i]}`, value })),
    ],
    found: [0, 1, 2]
      .toSorted((i, j) => means[j]! - means[i]!)
      .map((i) => titles[i])
      .join(' > '),
  };
}

/** Each number once: two orders share their first pair. */
export function together(...parts: readonly Wins[]): Evidence[] {
  const all = parts.flatMap(({ evidence }) => evidence);
  return all.filter(({ label }, i) => all.findIndex((other) => other.label === label) === i);
}

/** How the orders by the two readings of MC dropout came out, in words; a claim's verdict and its condition. */
export function judged(byRatio: Wins, byEntropy: Wins, seeds: number): Pick<Claim, 'verdict' | 'dependsOn'> {
  const wholes = [byRatio.whole, byEntropy.whole];
  if (wholes.every((whole) => whole === seeds)) return { verdict: 'holds' };
  if (wholes.every((whole) => whole === 0)) return { verdict: 'fails' };
  const measure = 'the measure that MC dropout is read with';
  const settled = wholes.every((whole) => whole === 0 || whole === seeds);
  return { verdict: 'depends', dependsOn: settled ? measure : `${measure}, and the seed` };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
