import { auprTrapezoidOfCounts } from './aupr-trapezoid.js';
import { aurocOfCounts } from './auroc.js';
import { averagePrecisionOfCounts } from './average-precision.js';
import { fprAt95TprOfCounts } from './fpr-at-95-tpr.js';
import { rank } from './ranking.js';
import type { Positives, Scores } from './inputs.js';
import type { RankedCounts } from './ranking.js';

/** The four measures of a ranking of suspicious inputs, all of [0, 1]. */
export interface RankingMetrics<T = number> {
  /** Step sum, see `averagePrecision`. */
  readonly averagePrecision: T;
  /** Trapezoid area, see `auprTrapezoid`. */
  readonly aupr: T;
  /** See `auroc`. */
  readonly auroc: T;
  /** Smaller is better, see `fprAt95Tpr`. */
  readonly fprAt95Tpr: T;
}

/** The four measures as functions of ranked counts, in the order of the report. */
export const RANKING_METRICS: RankingMetrics<(counts: RankedCounts) => number> = {
  averagePrecision: averagePrecisionOfCounts,
  aupr: auprTrapezoidOfCounts,
  auroc: aurocOfCounts,
  fprAt95Tpr: fprAt95TprOfCounts,
};

/**
 * Average precision, trapezoid AUPR, AUROC and FPR at 95 % TPR of one score, sorted once.
 *
 * @param scores `(n,)`, larger for the more suspicious input.
 * @param positive `(n,)`, the inputs to be found: errors, or OOD samples.
 * @throws DataError for NaN, differing lengths, no input, or one class only.
 */
export function rankingMetrics(scores: Scores, positive: Positives): RankingMetrics {
  return rankingMetricsOfCounts(rank(scores, positive));
}

/** The four measures of ranked counts. */
export function rankingMetricsOfCounts(counts: RankedCounts): RankingMetrics {
  return mapRankingMetrics((name) => RANKING_METRICS[name](counts));
}

/** A record with one value for each of the four measures. */
export function mapRankingMetrics<T>(valueOf: (name: keyof RankingMetrics) => T): RankingMetrics<T> {
  return {
    averagePrecision: valueOf('averagePrecision'),
    aupr: valueOf('aupr'),
    auroc: valueOf('auroc'),
    fprAt95Tpr: valueOf('fprAt95Tpr'),
  };
}
