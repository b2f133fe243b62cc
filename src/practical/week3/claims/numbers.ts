import type { SeedResult } from '../../results.js';
import type { Evaluation } from '../evaluate.js';
import type { DigitUncertainty } from '../samples.js';

/** What the claims of the third week are held against: every seed's numbers, and the first one's arrays. */
export interface Week3Numbers {
  readonly seeds: readonly SeedResult[];
  /** Of the first seed. */
  readonly evaluation: Evaluation;
  readonly digits: DigitUncertainty;
  readonly ood: { readonly name: string; readonly title: string };
  /** Parameters that ConfidNet adds to the classifier. */
  readonly confidnetParameters: number;
  /** Variation ratios of test digits under passes with dropout left inactive, the known mistake. */
  readonly inactiveVariationRatios: Float64Array;
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
