import { fold } from '../random/index.js';
import type { Key } from '../random/index.js';
import type { Score } from '../scores/index.js';
import { areaUnderRiskCoverage, certifyThreshold } from '../selection/index.js';
import type { Certificate } from '../selection/index.js';
import type { Measured, Predictions } from './measure.js';

/** The largest float32: a threshold that accepts all inputs but those whose score is infinite. */
const ALL = 3.4028234663852886e38;

/** A score as a rule to accept predictions by. */
export interface Rule extends Pick<Score, 'name' | 'title' | 'unit'> {
  /** Undefined where the examples do not support the risk asked for. */
  readonly certificate: Certificate | undefined;
  /** Area under the risk-coverage curve on the same examples. */
  readonly area: number;
}

export interface CertifyOptions {
  readonly risk: number;
  /** That all certificates hold together. */
  readonly confidence: number;
  readonly key: Key;
}

/** The confidence of each of m certificates, of which one is picked (Bonferroni). */
export function confidenceOfEach(confidence: number, m: number): number {
  return 1 - (1 - confidence) / Math.max(1, m);
}

/** A threshold for each score, certified on examples that nothing was fitted on, so that one of them may be picked. */
export function certifyScores(
  scores: readonly Score[],
  held: Measured & Predictions,
  { risk, confidence, key }: CertifyOptions,
): Rule[] {
  const options = {
    risk,
    confidence: confidenceOfEach(confidence, scores.length),
    key: fold(key, 'thresholds'),
  };
  return scores.map(({ name, title, unit }) => {
    const values = held.scores.get(name)!;
    const found = certifyThreshold(values, held.errors, options);
    const { area } = areaUnderRiskCoverage(values, held.errors);
    const certificate = found && { ...found, threshold: Math.min(found.threshold, ALL) };
    return { name, title, unit, certificate, area };
  });
}
