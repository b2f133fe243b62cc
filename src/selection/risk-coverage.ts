import { assertScored } from './checks.js';
import type { Errors } from './checks.js';

/** What remains, and how much of it is wrong, as the threshold rises: a point for each distinct score. */
export interface RiskCoverageCurve {
  /** Ascending, (k): inputs with a score of at most this are accepted. */
  readonly thresholds: Float64Array;
  /** Share of the inputs that are accepted, of (0, 1], (k). */
  readonly coverage: Float64Array;
  /** Share of the accepted that are wrong, of [0, 1], (k). */
  readonly risk: Float64Array;
}

/**
 * The risk-coverage curve of a score. `scores` (n,), larger for the more suspicious input; `errors` (n,).
 * Equal scores are accepted together.
 *
 * Source: El-Yaniv & Wiener, "On the foundations of noise-free selective classification", JMLR 11, 2010.
 * @throws DataError for NaN, differing lengths or no input.
 */
export function riskCoverageCurve(scores: ArrayLike<number>, errors: Errors): RiskCoverageCurve {
  assertScored('riskCoverageCurve', scores, errors);
  const n = scores.length;
  const order = orderOf(scores);
  const points: [number, number, number][] = [];
  let wrong = 0;
  for (let i = 0; i < n; i++) {
    wrong += Number(errors[order[i]!]);
    const score = scores[order[i]!]!;
    if (i + 1 < n && scores[order[i + 1]!] === score) continue;
    points.push([score, (i + 1) / n, wrong / (i + 1)]);
  }
  const column = (c: 0 | 1 | 2): Float64Array => Float64Array.from(points, (point) => point[c]);
  return { thresholds: column(0), coverage: column(1), risk: column(2) };
}

export interface RiskCoverageArea {
  /** AURC, of [0, 1]: the mean of the risk over the coverages 1/n, 2/n, ..., 1. Smaller is better. */
  readonly area: number;
  /** AURC less that of a score which ranks every error last (E-AURC); 0 is perfect. */
  readonly excess: number;
}

/**
 * The area under the risk-coverage curve. Within a group of equal scores errors are spread evenly: the
 * expectation over the orders in which ties could be broken, nearly.
 *
 * Source: Geifman, Uziel, El-Yaniv, "Bias-reduced uncertainty estimation for deep neural classifiers", ICLR
 * 2019.
 * @throws DataError as `riskCoverageCurve`.
 */
export function areaUnderRiskCoverage(scores: ArrayLike<number>, errors: Errors): RiskCoverageArea {
  const { coverage, risk } = riskCoverageCurve(scores, errors);
  const n = scores.length;
  let [area, best, before, wrong] = [0, 0, 0, 0];
  for (let g = 0; g < risk.length; g++) {
    const accepted = Math.round(coverage[g]! * n);
    const wrongAfter = Math.round(risk[g]! * accepted);
    const each = (wrongAfter - wrong) / (accepted - before);
    for (let i = before + 1; i <= accepted; i++) area += (wrong + each * (i - before)) / i / n;
    [before, wrong] = [accepted, wrongAfter];
  }
  for (let i = n - wrong + 1; i <= n; i++) best += (i - (n - wrong)) / i / n;
  // Sums of rounded terms may leave [0, 1] by some last places, as where every prediction is wrong.
  return { area: Math.min(1, area), excess: Math.max(0, area - best) };
}

/** Indices by ascending score. */
export function orderOf(scores: ArrayLike<number>): Uint32Array {
  // Infinities of one sign differ by NaN: compared, not subtracted.
  return Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) =>
    scores[a]! < scores[b]! ? -1 : scores[a]! > scores[b]! ? 1 : a - b,
  );
}
