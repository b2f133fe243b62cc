import { ConfigurationError } from '../errors/index.js';
import { fewestAccepted } from '../selection/index.js';
import { confidenceOfEach } from './certify.js';
import type { Rule } from './certify.js';
import type { Recommendation } from './results.js';

export interface RecommendCall {
  /** Of the examples for the thresholds: the test set has no say. */
  readonly rules: readonly Rule[];
  readonly risk: number;
  readonly confidence: number;
  /** Error rate of the classifier on the examples for the thresholds. */
  readonly errorRate: number;
  /** Examples for the thresholds. */
  readonly held: number;
}

/**
 * The score whose certified threshold accepts the most; without a certificate, the one with the smallest area
 * under the risk-coverage curve.
 * @throws ConfigurationError when there is no score.
 */
export function recommend({ rules, risk, confidence, errorRate, held }: RecommendCall): Recommendation {
  const coverage = ({ certificate }: Rule): number => certificate?.coverage ?? -1;
  const [best] = rules.toSorted((a, b) => coverage(b) - coverage(a) || a.area - b.area);
  if (best === undefined) {
    throw new ConfigurationError({
      what: 'scores',
      expected: 'at least one that can be computed',
      got: 'none',
    });
  }
  const { certificate, title, name, unit } = best;
  const target = `${percentage(risk)} errors`;
  if (certificate === undefined) {
    const least = fewestAccepted(risk, confidenceOfEach(confidence, rules.length));
    const tested = Math.ceil(0.75 * held);
    const why =
      tested < least
        ? `that takes at least ${least} accepted examples without an error, and ${tested} are left to test with`
        : `no score separates the errors (${percentage(errorRate)} of all) well enough for these examples`;
    const sentence =
      `No threshold is certified to keep the accepted inputs at ${target} with confidence ${confidence}: ${why}. ` +
      `The best order of trust is that of ${title} (area under its risk-coverage curve ${best.area.toPrecision(3)}).`;
    return { score: name, threshold: null, abstained: null, sentence };
  }
  const abstained = 1 - certificate.coverage;
  const accepts =
    abstained === 0
      ? 'accept every prediction'
      : `accept a prediction when ${title} is at most ${certificate.threshold.toPrecision(5)} (${unit}), which abstains on ${percentage(abstained)} of the inputs`;
  const sentence =
    `Use ${title}: ${accepts}; with confidence ${confidence}, at most ${target} remain among those accepted ` +
    `(${certificate.errors} of ${certificate.accepted} in the examples that tested it).`;
  return { score: name, threshold: certificate.threshold, abstained, sentence };
}

function percentage(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
