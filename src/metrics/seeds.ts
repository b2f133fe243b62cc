import { ConfigurationError, DataError, didYouMean } from '../errors/index.js';
import { assertLevel, assertNotEmpty, assertNumbers } from './inputs.js';
import { studentTQuantile } from './student-t.js';

/** A measure over several seeds. */
export interface SeedSummary {
  /** Number of seeds. */
  readonly seeds: number;
  readonly mean: number;
  /** Of the seeds (divisor n - 1), not of the mean; undefined for one seed. */
  readonly standardDeviation: number | undefined;
  /** Student-t interval of the mean; undefined for one seed, which tells nothing about the spread. */
  readonly interval: { readonly low: number; readonly high: number } | undefined;
}

export interface SeedSummaryOptions {
  /** Confidence level, strictly between 0 and 1; 0.95 by default. */
  readonly level?: number;
}

/**
 * Mean over seeds and its interval `mean +- t s / sqrt(n)`, t of n - 1 degrees of freedom. It covers the mean
 * over all seeds at the level if the values are normal; it says nothing about other test sets, which
 * `bootstrapRankingMetrics` does.
 *
 * @param values `(seeds,)`, one measure of each seed.
 * @throws DataError for no value or one that is not finite; ConfigurationError for a bad level.
 *
 * Source: Student, "The probable error of a mean", Biometrika 6, 1908.
 */
export function summarizeSeeds(
  values: ArrayLike<number>,
  { level = 0.95 }: SeedSummaryOptions = {},
): SeedSummary {
  assertLevel('summarizeSeeds', level);
  assertNotEmpty('values', values.length);
  assertNumbers('values', values, { finite: true });
  const n = values.length;
  const mean = Array.from(values).reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { seeds: n, mean, standardDeviation: undefined, interval: undefined };
  const squares = Array.from(values).reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardDeviation = Math.sqrt(squares / (n - 1));
  const half = (studentTQuantile(n - 1, level) * standardDeviation) / Math.sqrt(n);
  return { seeds: n, mean, standardDeviation, interval: { low: mean - half, high: mean + half } };
}

/** How often one method beats another over the same seeds. */
export interface PairOverSeeds {
  readonly first: string;
  readonly second: string;
  /** Seeds in which the first is strictly better. */
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** Of first - second, seed by seed. */
  readonly difference: SeedSummary;
}

/** How well an order such as 'ConfidNet > MCP > MC dropout' holds over seeds. */
export interface OrderOverSeeds {
  /** Best first, as asked. */
  readonly order: readonly string[];
  readonly seeds: number;
  /** Every pair (earlier, later) of the order, adjacent or not. */
  readonly pairs: readonly PairOverSeeds[];
  /** Seeds in which the whole order holds, strictly. */
  readonly wholeOrder: number;
}

export interface CompareOverSeedsOptions extends SeedSummaryOptions {
  /** The claimed order, best first: at least two different names of `results`. */
  readonly order: readonly string[];
  /** Whether the larger value is the better one; true by default (false for `fprAt95Tpr`). */
  readonly largerIsBetter?: boolean;
}

/**
 * Counts the seeds in which a claimed order of methods holds: for each pair, and for the whole.
 *
 * @param results for each method its measure of each seed, `(seeds,)`; element i of all methods is the same
 * seed.
 * @throws ConfigurationError for an unknown or repeated name or a bad level; DataError for numbers of seeds
 * that differ, none at all, or a value that is not finite.
 */
export function compareOverSeeds(
  results: Readonly<Record<string, ArrayLike<number>>>,
  { order, largerIsBetter = true, level = 0.95 }: CompareOverSeedsOptions,
): OrderOverSeeds {
  if (order.length < 2 || new Set(order).size < order.length) {
    throw new ConfigurationError({
      what: 'compareOverSeeds: order',
      expected: 'at least two different names',
      got: order.length === 0 ? 'none' : order.join(' > '),
    });
  }
  const values = order.map((name) => valuesOf(results, name));
  const seeds = values[0]!.length;
  order.forEach((name, i) => {
    if (values[i]!.length === seeds) return;
    throw new DataError({
      what: `results of '${name}'`,
      expected: `${seeds} seeds as for '${order[0]}'`,
      got: `${values[i]!.length}`,
      hint: 'wins are counted seed by seed: every method must have run on each seed',
    });
  });
  const sign = largerIsBetter ? 1 : -1;
  const pairs: PairOverSeeds[] = [];
  for (let i = 0; i < order.length; i++) {
    for (let j = i + 1; j < order.length; j++) {
      const differences = Float64Array.from(values[i]!, (value, seed) => value - values[j]![seed]!);
      const difference = summarizeSeeds(differences, { level });
      const wins = differences.filter((d) => sign * d > 0).length;
      const ties = differences.filter((d) => d === 0).length;
      pairs.push({
        first: order[i]!,
        second: order[j]!,
        wins,
        ties,
        losses: seeds - wins - ties,
        difference,
      });
    }
  }
  let wholeOrder = 0;
  for (let seed = 0; seed < seeds; seed++) {
    if (values.every((of, i) => i === 0 || sign * (values[i - 1]![seed]! - of[seed]!) > 0)) wholeOrder++;
  }
  return { order: [...order], seeds, pairs, wholeOrder };
}

function valuesOf(results: Readonly<Record<string, ArrayLike<number>>>, name: string): ArrayLike<number> {
  if (!Object.hasOwn(results, name)) {
    const known = Object.keys(results);
    const near = didYouMean(name, known);
    throw new ConfigurationError({
      what: 'compareOverSeeds: order',
      expected: `names among ${known.map((known) => `'${known}'`).join(', ')}`,
      got: `'${name}'`,
      ...(near === undefined ? {} : { hint: `did you mean '${near}'?` }),
    });
  }
  const values = results[name]!;
  assertNotEmpty(`results of '${name}'`, values.length);
  assertNumbers(`results of '${name}'`, values, { finite: true });
  return values;
}
