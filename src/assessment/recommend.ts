import { ConfigurationError } from '../errors/index.js';
import { fewestAccepted } from '../selection/index.js';
import type { Recommendation, ScoreResult } from './results.js';

export interface RecommendCall {
  readonly scores: readonly ScoreResult[];
  /** Area under the risk-coverage curve on the examples for the thresholds, by name: the test set has no say. */
  readonly heldAreas: ReadonlyMap<string, number>;
  readonly risk: number;
  readonly confidence: number;
  /** Error rate of the classifier on the examples for the thresholds. */
  readonly errorRate: number;
  /** Of each certificate. */
  readonly perScore: number;
  /** Examples for the thresholds. */
  readonly held: number;
}

/**
 * The score whose certified threshold accepts the most; without a certificate, the one with the smallest area
 * under the risk-coverage curve.
 * @throws ConfigurationError when there is no score.
 */
export function recommend(call: RecommendCall): Recommendation {
  const { scores, heldAreas, risk, confidence, errorRate, perScore, held } = call;
  const coverage = ({ certificate }: ScoreResult): number => certificate?.coverage ?? -1;
  const area = ({ name }: ScoreResult): number => heldAreas.get(name) ?? 1;
  const [best] = scores.toSorted((a, b) => coverage(b) - coverage(a) || area(a) - area(b));
  if (best === undefined) {
    throw new ConfigurationError({
      what: 'scores',
      expected: 'at least one that can be computed',
      got: 'none',
    });
  }
  const { certificate, title, name, unit } = best;
  const target = `${percentage(risk)} errors`;
  if (certificate === null) {
    const least = fewestAccepted(risk, perScore);
    const why =
      Math.ceil(0.75 * held) < least
        ? `that takes at least ${least} accepted examples without an error, and ${Math.ceil(0.75 * held)} are left to test with`
        : `no score separates the errors (${percentage(errorRate)} of all) well enough for these examples`;
    const sentence =
      `No threshold is certified to keep the accepted inputs at ${target} with confidence ${confidence}: ${why}. ` +
      `The best order of trust is that of ${title} (area under its risk-coverage curve ${best.aurc.toPrecision(3)}).`;
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
