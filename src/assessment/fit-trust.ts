import { ConfigurationError, didYouMean } from '../errors/index.js';
import { Trust } from '../export/index.js';
import type { AcceptRule, TrustParts } from '../export/index.js';
import { sessionOptions } from '../runtime/index.js';
import type { FittedScore } from '../scores/index.js';
import type { Certificate } from '../selection/index.js';
import { certifyScores } from './certify.js';
import type { Rule } from './certify.js';
import { fitClassifier } from './fit.js';
import type { Fit, FitOptions } from './fit.js';
import { recommend } from './recommend.js';
import type { Recommendation } from './results.js';
import { measureSets, usableOf } from './sets.js';

/** A risk that a threshold is certified for. */
export interface CertifiedAccept {
  readonly risk: number;
  readonly confidence: number;
  /** The score; the one whose certificate accepts most unless given. */
  readonly score?: string | undefined;
}

export interface FitTrustOptions extends FitOptions {
  /** A threshold, or a risk that one is certified for, on a half of the validation set that is held out; no rule unless given. */
  readonly accept?: AcceptRule | CertifiedAccept | undefined;
  /** Whether there are calibrated probabilities; true unless given. */
  readonly calibration?: boolean;
  /** What class 0, 1, ... stands for; those of the model or of the validation set unless given. */
  readonly classNames?: readonly string[] | undefined;
}

export interface FittedTrust {
  readonly trust: Trust;
  readonly fit: Fit;
  /** What is put on the classifier. */
  readonly parts: TrustParts;
  /** Where a threshold was asked to be certified. */
  readonly recommendation: Recommendation | undefined;
}

/**
 * A classifier with fitted scores, calibrated probabilities and a rule to accept by: what `assess` recommends, without the
 * measuring of everything else.
 * @throws ConfigurationError on a rule for a score that is not there; what `fitClassifier` throws.
 */
export async function fitTrust(options: FitTrustOptions): Promise<FittedTrust> {
  const { accept, calibration = true, validation, key } = options;
  const isCertified = accept !== undefined && 'risk' in accept;
  const fit = await fitClassifier(options, { holdOut: isCertified });
  const { classifier, temperature } = fit;
  let scores: readonly FittedScore[] = fit.fitted;
  let rule: AcceptRule | undefined = isCertified ? undefined : accept;
  let recommendation: Recommendation | undefined;
  if (isCertified) {
    const sets = await measureSets(fit, {}, options);
    scores = usableOf(fit, sets).usable;
    const considered = accept.score === undefined ? scores : [named(accept.score, scores)];
    const { risk, confidence } = accept;
    const rules = certifyScores(
      considered.map(({ score }) => score),
      sets.held,
      { risk, confidence, key },
    );
    const { held } = sets;
    const errorRate = held.errors.filter(Boolean).length / held.count;
    recommendation = recommend({ rules, risk, confidence, errorRate, held: held.count });
    rule = ruleOf(recommendation, rules, accept);
  }
  const parts: TrustParts = {
    scores,
    calibration: calibration && 'value' in temperature ? { temperature: temperature.value } : undefined,
    accept: rule,
    classNames: options.classNames ?? classifier.classNames ?? validation.classes,
  };
  return { trust: Trust.of(classifier, parts, sessionOptions(options)), fit, parts, recommendation };
}

/** What is recommended, as the rule of an export. */
export function ruleOf(
  { score, threshold }: Recommendation,
  rules: readonly Rule[],
  { risk, confidence }: CertifiedAccept,
): AcceptRule | undefined {
  const certificate = rules.find(({ name }) => name === score)?.certificate;
  if (threshold === null || certificate === undefined) return undefined;
  const { examples, accepted, errors }: Certificate = certificate;
  return { score, threshold, certificate: { risk, confidence, examples, accepted, errors } };
}

function named(name: string, scores: readonly FittedScore[]): FittedScore {
  const found = scores.find(({ score }) => score.name === name);
  if (found !== undefined) return found;
  const names = scores.map(({ score }) => score.name);
  const near = didYouMean(name, names);
  throw new ConfigurationError({
    what: 'score to accept by',
    expected: `one of ${names.join(', ')}`,
    got: `'${name}'`,
    ...(near !== undefined && { hint: `did you mean '${near}'?` }),
  });
}
