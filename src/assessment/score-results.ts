import { bootstrapRankingMetrics } from '../metrics/index.js';
import type { Positives } from '../metrics/index.js';
import { fold } from '../random/index.js';
import type { Key } from '../random/index.js';
import type { FittedScore } from '../scores/index.js';
import { areaUnderRiskCoverage } from '../selection/index.js';
import type { Rule } from './certify.js';
import type { RankingResult, ScoreResult, Selected } from './results.js';

export interface ScoreResultCall {
  readonly fitted: FittedScore;
  /** With the threshold that was certified, elsewhere. */
  readonly rule: Rule;
  /** The values of the score on the measured examples, and which of their predictions were wrong. */
  readonly values: Float32Array;
  readonly errors: readonly boolean[];
  /** Its values on each out-of-distribution set. */
  readonly ood: Readonly<Record<string, Float32Array>>;
  readonly key: Key;
  readonly resamples: number;
  readonly fittedOn: string;
  readonly secondsPerInput: number;
}

/** All that is measured of one score. */
export function scoreResult(call: ScoreResultCall): ScoreResult {
  const { fitted, rule, values, errors, key, resamples } = call;
  const { score } = fitted;
  const { certificate } = rule;
  const options = { key: fold(key, 'bootstrap'), resamples };
  const wrong = errors.filter(Boolean).length;
  const { area, excess } = areaUnderRiskCoverage(values, errors);
  return {
    name: score.name,
    title: score.title,
    unit: score.unit,
    fittedOn: call.fittedOn,
    settings: fitted.fitted.settings,
    failure: wrong === 0 || wrong === errors.length ? null : rankingResult(values, errors, options),
    ood: Object.fromEntries(
      Object.entries(call.ood).map(([name, outside]) => [name, oodResult(values, outside, options)]),
    ),
    aurc: area,
    excessAurc: excess,
    certificate:
      certificate === undefined
        ? null
        : {
            threshold: certificate.threshold,
            confidence: certificate.confidence,
            examples: certificate.examples,
            accepted: certificate.accepted,
            errors: certificate.errors,
            coverage: certificate.coverage,
            tested: certificate.tested,
          },
    selected: certificate === undefined ? null : selectedAt(certificate.threshold, values, errors),
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
