import type { Claim, Evidence } from '../claims.js';
import { holdsIf } from '../evidence.js';
import type { SeedResult } from '../results.js';
import type { Evaluation } from './evaluate.js';
import { averagePrecision } from '../../metrics/index.js';
import type { DigitUncertainty } from './samples.js';
import { judged, together, wins } from './orders.js';
import { concat } from './results.js';

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

/** The statements of the third week, in the order of its questions, each judged by the run's numbers. */
export function week3Claims(numbers: Week3Numbers): readonly Claim[] {
  return [
    dropoutIsActive,
    errorsAreUncertain,
    captionOfFigure12,
    mutualInformationSign,
    mcpIsUntrained,
    confidnetKeepsAccuracy,
    failureOrder,
    oneRunIsNoise,
    odinRaisesConfidence,
    oodOrder,
    oodEasierThanFailure,
    epsilonForEachSetLeaks,
    gradientTemperature,
  ].map((claim) => claim(numbers));
}

function dropoutIsActive({ evaluation, inactiveVariationRatios }: Week3Numbers): Claim {
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

function errorsAreUncertain({ evaluation }: Week3Numbers): Claim {
  const ratios = evaluation.test['mcDropout.variationRatio']!;
  const ofErrors = meanWhere(ratios, (i) => evaluation.errors[i] === 1);
  const ofOthers = meanWhere(ratios, (i) => evaluation.errors[i] === 0);
  return {
    id: 'week3/I.1/errors-are-uncertain',
    question: 'I.1',
    statement:
      'Digits that the passes disagree on are the ambiguous ones, and those that the classifier gets wrong are among them.',
    verdict: holdsIf(ofErrors > ofOthers),
    evidence: [
      { label: 'mean variation ratio of misclassified digits', value: ofErrors },
      { label: 'mean variation ratio of the others', value: ofOthers, expected: 'smaller' },
    ],
  };
}

function captionOfFigure12({ digits }: Week3Numbers): Claim {
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

function mutualInformationSign({ evaluation }: Week3Numbers): Claim {
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

function mcpIsUntrained({ confidnetParameters }: Week3Numbers): Claim {
  return {
    id: 'week3/II.1/mcp-is-untrained',
    question: 'II.1',
    statement: 'MCP trains the model to predict its uncertainty.',
    verdict: confidnetParameters > 0 ? 'fails' : 'holds',
    evidence: [
      { label: 'parameters that MCP trains beside the classifier', value: 0 },
      { label: 'parameters that ConfidNet trains beside it', value: confidnetParameters },
    ],
    correction:
      'MCP is the maximum of the softmax as the classifier gives it; what is trained to predict the uncertainty is ConfidNet.',
  };
}

function confidnetKeepsAccuracy({ seeds }: Week3Numbers): Claim {
  const largest = Math.max(
    ...seeds.map(({ accuracy, confidnetAccuracy }) => Math.abs(accuracy - confidnetAccuracy)),
  );
  return {
    id: 'week3/II.2/accuracy-unchanged',
    question: 'II.2',
    statement: 'ConfidNet leaves the classifier as it is: the accuracy does not change.',
    verdict: holdsIf(largest === 0),
    evidence: [
      { label: 'accuracy of the classifier', value: seeds[0]!.accuracy, unit: 'share' },
      {
        label: 'largest difference inside ConfidNet, over the seeds',
        value: largest,
        unit: 'share',
        expected: '0',
      },
    ],
  };
}

function failureOrder({ seeds }: Week3Numbers): Claim {
  const byRatio = wins(seeds, 'failure', ['confidnet', 'mcp', 'mcDropout.variationRatio']);
  const byEntropy = wins(seeds, 'failure', ['confidnet', 'mcp', 'mcDropout.entropy']);
  return {
    id: 'week3/II.2/failure-order',
    question: 'II.2',
    statement:
      'ConfidNet predicts failures better than MCP, and MCP better than MC dropout (average precision).',
    ...judged(byRatio, byEntropy, seeds.length),
    evidence: together(byRatio, byEntropy),
  };
}

function oneRunIsNoise({ seeds, evaluation }: Week3Numbers): Claim {
  const first = seeds[0]!;
  const { averagePrecision: value, intervals } = first.failure.confidnet;
  const mcp = first.failure.mcp.intervals.averagePrecision;
  const overlaps = intervals.averagePrecision.low < mcp.high && mcp.low < intervals.averagePrecision.high;
  return {
    id: 'week3/II.2/one-run-is-noise',
    question: 'II.2',
    statement:
      'The failure AUPRs of one run do not decide between the methods: in some executions MCP is better than ConfidNet.',
    verdict: overlaps ? 'holds' : 'depends',
    ...(!overlaps && { dependsOn: 'the seed: in this one the intervals are apart' }),
    evidence: [
      { label: 'errors among the test digits', value: first.errors, unit: `of ${evaluation.errors.length}` },
      { label: "ConfidNet's average precision", value },
      ...ends("ConfidNet's interval", intervals.averagePrecision),
      ...ends("MCP's interval", mcp),
    ],
  };
}

function odinRaisesConfidence({ evaluation, ood }: Week3Numbers): Claim {
  const { before, after, rose, oodWithoutStep } = evaluation.odin;
  const known = after - before;
  const strange = mean([...oodWithoutStep]) - mean([...evaluation.ood.odin!]);
  return {
    id: 'week3/III.1/odin-raises-confidence',
    question: 'III.1',
    statement: 'ODIN perturbs the image as an adversarial attack does, lowering the largest probability.',
    verdict: after > before ? 'fails' : 'holds',
    evidence: [
      { label: 'mean largest probability at T before the step', value: before, unit: 'probability' },
      { label: 'mean largest probability at T after it', value: after, unit: 'probability' },
      { label: 'test digits on which it rose', value: rose, unit: 'share' },
      { label: 'mean rise on the test digits', value: known, unit: 'probability', expected: 'above 0' },
      { label: `mean rise on ${ood.title}`, value: strange, unit: 'probability' },
    ],
    correction:
      'The step goes down the loss of the predicted class, so it raises the largest probability: the inverse of an attack. ' +
      `In this run it raises that of known images ${known > strange ? 'more' : 'less'} than that of strange ones.`,
  };
}

function oodOrder({ seeds, ood }: Week3Numbers): Claim {
  const byRatio = wins(seeds, ood.name, ['odin', 'mcp', 'mcDropout.variationRatio']);
  const byEntropy = wins(seeds, ood.name, ['odin', 'mcp', 'mcDropout.entropy']);
  return {
    id: 'week3/III.1/ood-order',
    question: 'III.1',
    statement: `ODIN detects ${ood.title} better than MCP, and MCP better than MC dropout (average precision).`,
    ...judged(byRatio, byEntropy, seeds.length),
    evidence: together(byRatio, byEntropy),
    correction: `The order depends on what MC dropout is read with. In this run: ${byRatio.found}; and ${byEntropy.found}.`,
  };
}

function oodEasierThanFailure({ seeds, ood, evaluation }: Week3Numbers): Claim {
  const failure = mean(seeds.map((seed) => seed.failure.mcp.auroc));
  const detection = mean(seeds.map((seed) => seed.ood[ood.name]!.mcp.auroc));
  const [errors, strange] = [evaluation.errors, evaluation.ood.mcp!];
  const prevalence = {
    failure: mean(seeds.map((seed) => seed.errors)) / errors.length,
    detection: strange.length / (strange.length + errors.length),
  };
  const precision = {
    failure: mean(seeds.map((seed) => seed.failure.mcp.averagePrecision)),
    detection: mean(seeds.map((seed) => seed.ood[ood.name]!.mcp.averagePrecision)),
  };
  // 'Far easier' by precision although the areas under the ROC, which do not know the shares, are within 0.05.
  const misled = precision.detection > precision.failure + 0.2 && Math.abs(detection - failure) < 0.05;
  return {
    id: 'week3/III.1/precision-needs-prevalence',
    question: 'III.1',
    statement: 'Detecting another data set is far easier than detecting errors, as its AUPRs show.',
    verdict: misled ? 'depends' : holdsIf(detection > failure),
    ...(misled && {
      dependsOn: 'the measure: average precision starts from the share of positives, AUROC does not',
    }),
    evidence: [
      { label: 'share of positives, failure prediction', value: prevalence.failure },
      { label: 'share of positives, OOD detection', value: prevalence.detection },
      { label: 'average precision of MCP, failure prediction', value: precision.failure },
      { label: 'average precision of MCP, OOD detection', value: precision.detection },
      { label: 'AUROC of MCP, failure prediction', value: failure },
      { label: 'AUROC of MCP, OOD detection', value: detection },
    ],
    correction: 'AUPRs of tasks with different shares of positives cannot be compared; AUROCs can.',
  };
}

function epsilonForEachSetLeaks({ evaluation }: Week3Numbers): Claim {
  const same = oodPrecision(evaluation.test.odin!, evaluation.ood.odin!);
  const each = oodPrecision(evaluation.test.odin!, evaluation.odin.oodWithoutStep);
  return {
    id: 'week3/III.1/one-epsilon',
    question: 'III.1',
    statement: 'The size of the step may be chosen for each of the two sets.',
    verdict: Math.abs(each - same) > 1e-4 ? 'fails' : 'holds',
    evidence: [
      { label: 'average precision, the same epsilon for both', value: same },
      {
        label: 'average precision, epsilon 0 for the OOD set only',
        value: each,
        expected: 'the same, if the choice told nothing',
      },
    ],
    correction: 'The step must not know which set an image is from: another epsilon for each set is a leak.',
  };
}

function gradientTemperature({ evaluation }: Week3Numbers): Claim {
  const atT = oodPrecision(evaluation.test.odin!, evaluation.ood.odin!);
  const atOne = oodPrecision(evaluation.odin.gradientAtOne.test, evaluation.odin.gradientAtOne.ood);
  return {
    id: 'week3/III.1/gradient-at-temperature',
    question: 'III.1',
    statement: 'It makes no difference whether the gradient is taken at temperature T or at 1.',
    verdict: Math.abs(atT - atOne) < 1e-4 ? 'holds' : 'depends',
    ...(Math.abs(atT - atOne) >= 1e-4 && { dependsOn: 'the size of the difference that matters' }),
    evidence: [
      { label: 'average precision, gradient at T', value: atT },
      { label: 'average precision, gradient at 1', value: atOne },
    ],
    correction: 'The method takes the gradient at T; a published version takes it at 1.',
  };
}

function oodPrecision(test: Float64Array, ood: Float64Array): number {
  return averagePrecision(concat(test, ood), new Uint8Array(test.length + ood.length).fill(1, test.length));
}

function ends(label: string, { low, high }: { low: number; high: number }): Evidence[] {
  return [
    { label: `${label}, low end`, value: low },
    { label: `${label}, high end`, value: high },
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function meanWhere(values: Float64Array, wanted: (i: number) => boolean): number {
  return mean(Array.from(values).filter((_, i) => wanted(i)));
}

function share(values: Float64Array, is: (value: number) => boolean): number {
  return values.filter(is).length / values.length;
}
