import type { RankingMetrics, SeedSummary } from '../metrics/index.js';
import type { Claim } from './claims.js';

/** The version of results.json; a change that a reader could stumble over raises it. */
export const RESULTS_VERSION = 1;

export interface Ends {
  readonly low: number;
  readonly high: number;
}

/** The four measures of a score, each with its bootstrap interval. */
export interface RankingResult extends RankingMetrics {
  readonly intervals: RankingMetrics<Ends>;
}

export interface DropoutResults {
  readonly entropy: RankingResult;
  readonly mutualInformation: RankingResult;
  readonly variationRatio: RankingResult;
}

/** How far apart two scores of one seed are on the same inputs, with the interval of a paired bootstrap. */
export interface DifferenceResult {
  /** 'failure', or the name of the out-of-distribution set. */
  readonly task: string;
  readonly first: string;
  readonly second: string;
  readonly measure: 'averagePrecision';
  /** First less second. */
  readonly value: number;
  /** Both scores on the same resamples: without 0 it is a difference that the choice of inputs does not explain. */
  readonly interval: Ends;
}

/** What one seed of the third week measured. */
export interface SeedResult {
  readonly seed: number;
  /** Share of the test digits that the classifier gets right, dropout off. */
  readonly accuracy: number;
  /** Test digits that it gets wrong: the positives of failure prediction. */
  readonly errors: number;
  readonly mcDropoutAccuracy: number;
  /** Of the classifier inside ConfidNet: equal to `accuracy`, as it is frozen. */
  readonly confidnetAccuracy: number;
  /** Nats. */
  readonly nll: number;
  readonly brier: number;
  readonly ece: number;
  readonly failure: {
    readonly mcp: RankingResult;
    readonly mcDropout: DropoutResults;
    readonly confidnet: RankingResult;
  };
  /** By the name of the out-of-distribution set. */
  readonly ood: Readonly<
    Record<
      string,
      { readonly mcp: RankingResult; readonly mcDropout: DropoutResults; readonly odin: RankingResult }
    >
  >;
  /** Of the neighbours in the orders that the report states. */
  readonly differences: readonly DifferenceResult[];
  readonly epochLosses: { readonly classifier: readonly number[]; readonly confidnet: readonly number[] };
}

/** A measure over the seeds; null where one seed tells nothing. */
export interface SeedsSummary extends Pick<SeedSummary, 'seeds' | 'mean'> {
  readonly standardDeviation: number | null;
  readonly interval: Ends | null;
}

/** How often an order that the report states holds. */
export interface OrderResult {
  /** Best first. */
  readonly order: readonly string[];
  readonly measure: 'averagePrecision';
  readonly seeds: number;
  readonly wholeOrder: number;
  readonly pairs: readonly {
    readonly first: string;
    readonly second: string;
    readonly wins: number;
    readonly ties: number;
    readonly losses: number;
    /** Of first less second, seed by seed. */
    readonly difference: SeedsSummary;
  }[];
}

export interface FigureFiles {
  /** 'figure-1' to 'figure-15', and names for those without a number in the report. */
  readonly id: string;
  readonly title: string;
  /** Relative to the folder of results.json. */
  readonly files: readonly string[];
}

/** The content of results.json; its schema is `resultsSchema`. */
export interface PracticalResults {
  readonly schema: 'credence/practical';
  readonly version: typeof RESULTS_VERSION;
  /** The command that reproduces this run. */
  readonly command: string;
  readonly settings: {
    readonly weeks: readonly number[];
    readonly seeds: readonly number[];
    readonly quick: boolean;
    /** What a quick run shortened; empty for a full one. */
    readonly shortened: readonly string[];
    readonly published: boolean;
    readonly threads: number;
    readonly provider: string;
    readonly ood: {
      readonly name: string;
      readonly title: string;
      readonly source: string;
      readonly reason: string;
    } | null;
    /** Of the weeks that were run. */
    readonly week1: Readonly<Record<string, unknown>> | null;
    readonly week2: Readonly<Record<string, unknown>> | null;
    readonly week3: Readonly<Record<string, unknown>> | null;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly week3: {
    readonly seeds: readonly SeedResult[];
    /** Average precision over the seeds: 'failure' and the OOD set, by score. */
    readonly summary: Readonly<Record<string, Readonly<Record<string, SeedsSummary>>>>;
    readonly orders: readonly OrderResult[];
  } | null;
  readonly claims: readonly Claim[];
  readonly figures: readonly FigureFiles[];
  /** Seconds by phase. */
  readonly timings: Readonly<Record<string, number>>;
}
