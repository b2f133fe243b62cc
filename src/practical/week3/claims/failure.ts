import type { Claim } from '../../claims.js';
import { holdsIf } from '../../evidence.js';
import { differenceOf, judged, together, wins } from '../orders.js';
import type { Week3Numbers } from './numbers.js';

/** Float32 probabilities of two graphs with the same weights. */
const ROUNDING = 1e-6;

export function mcpIsUntrained({ evaluation, confidnetParameters }: Week3Numbers): Claim {
  const { mcpChange } = evaluation;
  return {
    id: 'week3/II.1/mcp-is-untrained',
    question: 'II.1',
    statement: 'MCP trains the model to predict its uncertainty.',
    verdict: mcpChange < ROUNDING && confidnetParameters > 0 ? 'fails' : 'holds',
    evidence: [
      {
        label: "largest change of a digit's MCP by the training that predicts uncertainty, that of ConfidNet",
        value: mcpChange,
        expected: 'over 0 by the statement',
      },
      { label: 'parameters that this training fits beside the classifier', value: confidnetParameters },
    ],
    correction:
      'MCP is the maximum of the softmax as the classifier gives it; what is trained to predict the uncertainty is ConfidNet.',
  };
}

export function confidnetKeepsAccuracy({ seeds }: Week3Numbers): Claim {
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

export function failureOrder({ seeds }: Week3Numbers): Claim {
  const byRatio = wins(seeds, 'failure', ['confidnet', 'mcp', 'mcDropout.variationRatio']);
  const byEntropy = wins(seeds, 'failure', ['confidnet', 'mcp', 'mcDropout.entropy']);
  return {
    id: 'week3/II.2/failure-order',
    question: 'II.2',
    statement:
      'ConfidNet predicts failures better than MCP, and MCP better than MC dropout (average precision).',
    ...judged(byRatio, byEntropy),
    evidence: together(byRatio, byEntropy),
  };
}

export function oneRunIsNoise({ seeds, evaluation }: Week3Numbers): Claim {
  const first = seeds[0]!;
  const { value, interval } = differenceOf(first, 'failure', 'confidnet', 'mcp');
  const differences = seeds.map((seed) => differenceOf(seed, 'failure', 'confidnet', 'mcp').value);
  const lost = differences.filter((difference) => difference < 0).length;
  const isOpen = interval.low <= 0 && interval.high >= 0;
  const isMixed = lost > 0 && lost < seeds.length;
  return {
    id: 'week3/II.2/one-run-is-noise',
    question: 'II.2',
    statement:
      'The failure AUPRs of one run do not decide between the methods: in some executions MCP is better than ConfidNet.',
    verdict: isOpen || isMixed ? 'holds' : 'depends',
    ...(!isOpen &&
      !isMixed && { dependsOn: 'the seed: in this run the interval of the difference is without 0' }),
    evidence: [
      {
        label: 'errors among the test digits',
        value: first.errors,
        unit: `of ${evaluation.errors.length.toLocaleString('en')}`,
      },
      { label: `ConfidNet less MCP, average precision of seed ${first.seed}`, value },
      { label: 'its paired bootstrap interval, low end', value: interval.low, expected: 'below 0' },
      { label: 'its paired bootstrap interval, high end', value: interval.high, expected: 'over 0' },
      {
        label: 'seeds in which MCP is better than ConfidNet',
        value: lost,
        unit: `of ${seeds.length}`,
      },
    ],
  };
}
