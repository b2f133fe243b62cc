import { averagePrecision } from '../../../metrics/index.js';
import type { Claim } from '../../claims.js';
import { holdsIf } from '../../evidence.js';
import { judged, together, wins } from '../orders.js';
import { concat } from '../results.js';
import { mean } from './numbers.js';
import type { Week3Numbers } from './numbers.js';

export function odinRaisesConfidence({ evaluation, ood }: Week3Numbers): Claim {
  const { before, after, rose, oodWithoutStep } = evaluation.odin;
  const known = after - before;
  const strange = mean(oodWithoutStep) - mean(evaluation.ood.odin!);
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

export function oodOrder({ seeds, ood }: Week3Numbers): Claim {
  const byRatio = wins(seeds, ood.name, ['odin', 'mcp', 'mcDropout.variationRatio']);
  const byEntropy = wins(seeds, ood.name, ['odin', 'mcp', 'mcDropout.entropy']);
  return {
    id: 'week3/III.1/ood-order',
    question: 'III.1',
    statement: `ODIN detects ${ood.title} better than MCP, and MCP better than MC dropout (average precision).`,
    ...judged(byRatio, byEntropy),
    evidence: together(byRatio, byEntropy),
    correction: `The order depends on what MC dropout is read with. In this run: ${byRatio.found}; and ${byEntropy.found}.`,
  };
}

export function oodEasierThanFailure({ seeds, ood, evaluation }: Week3Numbers): Claim {
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

export function epsilonForEachSetLeaks({ evaluation }: Week3Numbers): Claim {
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
        label: 'average precision, epsilon = 0 for the OOD set only',
        value: each,
        expected: 'the same, if the choice told nothing',
      },
    ],
    correction: 'The step must not know which set an image is from: another epsilon for each set is a leak.',
  };
}

export function gradientTemperature({ evaluation }: Week3Numbers): Claim {
  const { gradientAtTemperature, gradientAtOne } = evaluation.odin;
  const atT = oodPrecision(gradientAtTemperature.test, gradientAtTemperature.ood);
  const atOne = oodPrecision(gradientAtOne.test, gradientAtOne.ood);
  return {
    id: 'week3/III.1/gradient-at-temperature',
    question: 'III.1',
    statement: 'It makes no difference whether the gradient is taken at temperature T or at 1.',
    verdict: Math.abs(atT - atOne) < 1e-4 ? 'holds' : 'depends',
    ...(Math.abs(atT - atOne) >= 1e-4 && { dependsOn: 'how small a difference matters' }),
    evidence: [
      { label: 'average precision, gradient at T', value: atT },
      { label: 'average precision, gradient at 1', value: atOne },
    ],
    correction:
      'The method takes the gradient at T, the temperature of its score; a published version takes it at 1.',
  };
}

/** Average precision of out-of-distribution images among test digits. */
export function oodPrecision(test: Float64Array, ood: Float64Array): number {
  return averagePrecision(concat(test, ood), new Uint8Array(test.length + ood.length).fill(1, test.length));
}
