import type { Claim } from '../../claims.js';
import { holdsIf } from '../../evidence.js';
import { mean } from './numbers.js';
import type { Week3Numbers } from './numbers.js';

export function dropoutIsActive({ evaluation, inactiveVariationRatios }: Week3Numbers): Claim {
  const ratios = evaluation.test['mcDropout.variationRatio']!;
  const inactive = share(inactiveVariationRatios, (ratio) => ratio > 0);
  const active = share(ratios, (ratio) => ratio > 0);
  return {
    id: 'week3/I.1/dropout-at-test-time',
    question: 'I.1',
    statement:
      'MC dropout keeps dropout on at test time and averages the passes; with its layers left in evaluation mode every pass is the same.',
    verdict: holdsIf(inactive === 0 && active > 0),
    evidence: [
      {
        label: 'digits on which passes disagree, dropout active',
        value: active,
        unit: 'share',
        expected: 'above 0',
      },
      {
        label: 'digits on which passes disagree, dropout inactive',
        value: inactive,
        unit: 'share',
        expected: '0',
      },
    ],
    correction:
      'A dropout layer in evaluation mode is the identity: MC dropout then silently does nothing, and Credence refuses to run it.',
  };
}

export function errorsAreUncertain({ evaluation }: Week3Numbers): Claim {
  const ratios = evaluation.test['mcDropout.variationRatio']!;
  const ofErrors = meanWhere(ratios, (i) => evaluation.errors[i] === 1);
  const ofOthers = meanWhere(ratios, (i) => evaluation.errors[i] === 0);
  const disagreed = (error: 0 | 1): number =>
    share(
      ratios.filter((_, i) => evaluation.errors[i] === error),
      (ratio) => ratio > 0,
    );
  const [others, errors] = [disagreed(0), disagreed(1)];
  return {
    id: 'week3/I.1/errors-are-uncertain',
    question: 'I.1',
    statement: 'The passes disagree more on the digits that the classifier gets wrong than on the others.',
    verdict: holdsIf(ofErrors > ofOthers && errors > others),
    evidence: [
      { label: 'mean variation ratio of misclassified digits', value: ofErrors },
      { label: 'mean variation ratio of the others', value: ofOthers, expected: 'smaller' },
      { label: 'misclassified digits on which passes disagree', value: errors, unit: 'share' },
      { label: 'others on which passes disagree', value: others, unit: 'share', expected: 'smaller' },
    ],
  };
}

export function captionOfFigure12({ digits }: Week3Numbers): Claim {
  const { uncertain } = digits.examples;
  return {
    id: 'week3/I.1/figure-12-is-uncertain',
    question: 'I.1',
    statement:
      'Figure 12 shows a digit that is classified correctly although the model is confident, as its caption says.',
    verdict: digits.rank.uncertain > 0.5 ? 'fails' : 'holds',
    evidence: [
      { label: 'its variation ratio', value: uncertain.variationRatio },
      { label: 'its predictive entropy', value: uncertain.predictiveEntropy, unit: 'nats' },
      { label: 'digits with a smaller variation ratio', value: digits.rank.uncertain, unit: 'share' },
    ],
    correction: 'The caption should say uncertain: right, but with passes that disagree.',
  };
}

export function mutualInformationSign({ evaluation }: Week3Numbers): Claim {
  const information = evaluation.test['mcDropout.mutualInformation']!;
  const smallest = information.reduce((least, value) => Math.min(least, value), Infinity);
  const flipped = -information.reduce((largest, value) => Math.max(largest, value), 0);
  return {
    id: 'week3/I.1/mutual-information-sign',
    question: 'I.1',
    statement: 'Mutual information is H[mean p] - mean H[p], and never negative.',
    verdict: holdsIf(smallest >= 0),
    evidence: [
      {
        label: 'its smallest value over the test digits',
        value: smallest,
        unit: 'nats',
        expected: 'at least 0',
      },
      {
        label: 'smallest value with the published sign',
        value: flipped,
        unit: 'nats',
        expected: 'at least 0, and is not',
      },
    ],
    correction: 'A published formula has the sign of the second term wrong.',
  };
}

function meanWhere(values: Float64Array, wanted: (i: number) => boolean): number {
  return mean(values.filter((_, i) => wanted(i)));
}

function share(values: Float64Array, is: (value: number) => boolean): number {
  return values.filter(is).length / values.length;
}
