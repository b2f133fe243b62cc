import { bootstrapRankingMetrics } from '../metrics/index.js';
import type { Positives } from '../metrics/index.js';
import { fold } from '../random/index.js';
import type { Key } from '../random/index.js';
import type { FittedScore } from '../scores/index.js';
import { areaUnderRiskCoverage, certifyThreshold } from '../selection/index.js';
import type { RankingResult, ScoreResult, Selected } from './results.js';

/** The largest float32: a threshold that accepts all inputs but those whose score is infinite. */
const ALL = 3.4028234663852886e38;

/** The values of one score on each set. */
export interface ScoreValues {
  /** On the examples for the thresholds, and on the measured ones (which may be the same). */
  readonly held: Float32Array;
  readonly measured: Float32Array;
  readonly ood: Readonly<Record<string, Float32Array>>;
}

export interface ScoreResultCall {
  readonly fitted: FittedScore;
  readonly values: ScoreValues;
  /** Which predictions were wrong. */
  readonly heldErrors: readonly boolean[];
  readonly measuredErrors: readonly boolean[];
  readonly risk: number;
  /** Of this score's certificate. */
  readonly confidence: number;
  readonly key: Key;
  readonly resamples: number;
  readonly fittedOn: string;
  readonly secondsPerInput: number;
}

/** All that is measured of one score. */
export function scoreResult(call: ScoreResultCall): ScoreResult {
  const { fitted, values, heldErrors, measuredErrors, risk, confidence, key, resamples } = call;
  const { score } = fitted;
  const options = { key: fold(key, 'bootstrap'), resamples };
  const wrong = measuredErrors.filter(Boolean).length;
  const { area, excess } = areaUnderRiskCoverage(values.measured, measuredErrors);
  const found = certifyThreshold(values.held, heldErrors, { risk, confidence, key: fold(key, 'thresholds') });
  const threshold = found && Math.min(found.threshold, ALL);
  return {
    name: score.name,
    title: score.title,
    unit: score.unit,
    fittedOn: call.fittedOn,
    settings: fitted.fitted.settings,
    failure:
      wrong === 0 || wrong === measuredErrors.length
        ? null
        : rankingResult(values.measured, measuredErrors, options),
    ood: Object.fromEntries(
      Object.entries(values.ood).map(([name, outside]) => [
        name,
        oodResult(values.measured, outside, options),
      ]),
    ),
    aurc: area,
    excessAurc: excess,
    certificate:
      found === undefined || threshold === undefined
        ? null
        : {
            threshold,
            confidence,
            examples: found.examples,
            accepted: found.accepted,
            errors: found.errors,
            coverage: found.coverage,
            tested: found.tested,
          },
    selected: threshold === undefined ? null : selectedAt(threshold, values.measured, measuredErrors),
    secondsPerInput: call.secondsPerInput,
  };
}

/** Coverage and risk at a threshold. */
function selectedAt(threshold: number, scores: Float32Array, errors: readonly boolean[]): Selected {
  const accepted = errors.filter((_, i) => scores[i]! <= threshold);
  return {
    coverage: accepted.length / scores.length,
    risk: accepted.length === 0 ? null : accepted.filter(Boolean).length / accepted.length,
  };
}

function oodResult(
  inside: Float32Array,
  outside: Float32Array,
  options: { key: Key; resamples: number },
): RankingResult {
  const both = new Float32Array(inside.length + outside.length);
  both.set(inside);
  both.set(outside, inside.length);
  return rankingResult(
    both,
    Uint8Array.from(both, (_, i) => (i < inside.length ? 0 : 1)),
    options,
  );
}

function rankingResult(
  scores: Float32Array,
  positive: Positives,
  options: { key: Key; resamples: number },
): RankingResult {
  const { averagePrecision, aupr, auroc, fprAt95Tpr } = bootstrapRankingMetrics(scores, positive, options);
  return {
    averagePrecision: averagePrecision.value,
    aupr: aupr.value,
    auroc: auroc.value,
    fprAt95Tpr: fprAt95Tpr.value,
    intervals: {
      averagePrecision: { low: averagePrecision.low, high: averagePrecision.high },
      aupr: { low: aupr.low, high: aupr.high },
      auroc: { low: auroc.low, high: auroc.high },
      fprAt95Tpr: { low: fprAt95Tpr.low, high: fprAt95Tpr.high },
    },
  };
}
