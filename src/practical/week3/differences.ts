import { show } from '../evidence.js';
import { oodPrecision } from './claims/ood.js';
import type { Week3Numbers } from './claims/numbers.js';

/** What the published settings do to the results of this run, a sentence each. */
export function week3Differences({ evaluation, seeds, ood }: Week3Numbers): readonly string[] {
  const { gradientAtTemperature: atT, gradientAtOne: atOne, oodWithoutStep } = evaluation.odin;
  const ratio = seeds[0]!.ood[ood.name]!.mcDropout.variationRatio;
  const atOneText = show(oodPrecision(atOne.test, atOne.ood));
  const atTText = show(oodPrecision(atT.test, atT.ood));
  const precision =
    atOneText === atTText ? `the same to four digits, ${atTText}` : `${atOneText} in place of ${atTText}`;
  return [
    "Figure 15: a published version takes ODIN's gradient at temperature 1; its average precision is then " +
      `${precision}. Another has a step for each set: ` +
      `with none on ${ood.title} alone it would be ${show(oodPrecision(atT.test, oodWithoutStep))}.`,
    'The area under the precision-recall curve by trapezoids is kept under its own name: of the variation ratio, ' +
      `with its many ties, it is ${show(ratio.aupr)} where the average precision is ${show(ratio.averagePrecision)}.`,
    'All else of this week is the same in both settings.',
  ];
}
