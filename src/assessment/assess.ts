import { ConfigurationError } from '../errors/index.js';
import { Trust } from '../export/index.js';
import { rowsOfRun, sessionOptions } from '../runtime/index.js';
import { firstRows } from '../sources/index.js';
import type { DataSource } from '../sources/index.js';
import { AssessedTrust } from './assessed-trust.js';
import { classifierResult } from './calibration.js';
import { certifyScores } from './certify.js';
import { measureCosts } from './cost.js';
import { fitClassifier } from './fit.js';
import type { FitOptions } from './fit.js';
import { ruleOf } from './fit-trust.js';
import { recommend } from './recommend.js';
import { silent } from './reporter.js';
import type { AssessmentFindings, Recommendation, ScoreResult } from './results.js';
import { samplesOf } from './samples.js';
import { scoreResult } from './score-results.js';
import { measureSets, usableOf } from './sets.js';
import type { MeasuredSets } from './sets.js';

export type { Assessment } from './assessed-trust.js';

/** Inputs of a run that is timed. */
const TIMED = 100;

export interface AssessOptions extends FitOptions {
  /** Measured on, never fitted on; without it, half of the validation set is. */
  readonly test?: DataSource | undefined;
  /** Sets of inputs from elsewhere, by name; labels are not read. */
  readonly ood?: Readonly<Record<string, DataSource>>;
  /** What class 0, 1, ... stands for; those of the model or of the validation set unless given. */
  readonly classNames?: readonly string[] | undefined;
  /** The share of errors among accepted inputs that must not be exceeded, of (0, 1); 0.01 unless given. */
  readonly risk?: number;
  /** Of the threshold's certificate, of (0, 1); 0.95 unless given. */
  readonly confidence?: number;
  /** Of the bootstrap; 500 unless given. */
  readonly resamples?: number;
}

/**
 * How far a classifier can be trusted: its accuracy and calibration, how well each score finds its errors and
 * foreign inputs, and where to put the threshold. Runs in Node and in a page.
 *
 * A keyed half of the validation set is what scores and the temperature are fitted and tuned on (those that want the
 * training set get it, where it is there), the other half certifies thresholds. Measured is on the test set, or
 * on that other half where there is none. As the recommended score is the one whose certificate accepts most,
 * each of m scores is certified at 1 - (1 - confidence) / m (Bonferroni): all hold together at `confidence`.
 *
 * Sets are read batch by batch, and may be larger than memory: what is kept of an example that is measured on is a few
 * numbers and its scores.
 * @returns the classifier with its scores and the recommended rule, and with it what was found; close it, or `await using`.
 * @throws DataError on too few examples, no labels, one class, NaN; ConfigurationError on shares out of range, or where no
 *   score can be had; ShapeError where the inputs are not those of the model.
 */
export async function assess(options: AssessOptions): Promise<AssessedTrust> {
  const { validation, test, ood = {}, risk = 0.01, confidence = 0.95, key } = options;
  const { reporter = silent, signal, resamples = 500 } = options;
  const session = sessionOptions(options);
  checkShare('risk', risk);
  checkShare('confidence', confidence);
  const fit = await fitClassifier(options, { holdOut: true });
  const { classifier, temperature, held } = fit;
  const sets = await measureSets(fit, { test, ood }, options);
  const { usable, unavailable } = usableOf(fit, sets);
  const scores = usable.map(({ score }) => score);
  const measured = sets.test ?? sets.held;
  const costs = await reporter.phase('cost of a prediction', async (onProgress) =>
    measureCosts(classifier, usable, await firstRows(validation, rowsOfRun(classifier.graph, TIMED)), {
      session,
      onProgress,
      signal,
    }),
  );
  const [rules, results] = await reporter.phase('measures', async (onProgress) => {
    const certified = certifyScores(scores, sets.held, { risk, confidence, key });
    const each: ScoreResult[] = [];
    for (const [i, fitted] of usable.entries()) {
      // A turn of the event loop, in which a signal may come.
      await new Promise((resolve) => setTimeout(resolve, 0));
      signal?.throwIfAborted();
      const { name, title } = fitted.score;
      const result = scoreResult({
        fitted,
        rule: certified[i]!,
        values: measured.scores.get(name)!,
        errors: measured.errors,
        ood: Object.fromEntries(Object.entries(sets.ood).map(([set, own]) => [set, own.scores.get(name)!])),
        key,
        resamples,
        fittedOn: fit.fittedOn(fitted.score),
        secondsPerInput: costs.scores.get(name) ?? 0,
      });
      onProgress(i + 1, usable.length, title);
      each.push(result);
    }
    return [certified, each] as const;
  });
  const errorRate = sets.held.errors.filter(Boolean).length / sets.held.count;
  const recommendation = recommend({ rules, risk, confidence, errorRate, held: sets.held.count });
  const chosen = measured.scores.get(recommendation.score)!;
  const findings: AssessmentFindings = {
    examples: {
      ...fit.examples,
      threshold: sets.held.count,
      measured: measured.count,
      measuredOn: test === undefined ? 'validation' : 'test',
      ood: Object.fromEntries(Object.entries(sets.ood).map(([name, { count }]) => [name, count])),
    },
    classifier: classifierResult(measured, temperature),
    secondsPerInput: costs.base,
    scores: results,
    tuned: fit.tuned.filter((each) => scores.some(({ name }) => name === each.score)),
    unavailable,
    recommendation,
    samples: samplesOf(measured, chosen, test === undefined ? held.rows : undefined),
    oodAccepted: acceptedOf(sets.ood, recommendation),
    notes: [
      ...(test === undefined
        ? [
            `No test set was given: scores are fitted on ${fit.examples.fit} examples of the validation set, drawn by the seed, and measured on the other ${held.rows.length}, which the thresholds are chosen on too.`,
          ]
        : []),
      ...fit.notes,
    ],
  };
  const trust = Trust.of(classifier, {
    scores: usable,
    calibration: 'value' in temperature ? { temperature: temperature.value } : undefined,
    accept: ruleOf(recommendation, rules, { risk, confidence }),
    classNames: options.classNames ?? classifier.classNames ?? validation.classes,
  });
  const values = {
    scores: new Map(scores.map(({ name }) => [name, measured.scores.get(name)!])),
    errors: measured.errors,
    ood: Object.fromEntries(Object.entries(sets.ood).map(([name, own]) => [name, own.scores])),
  };
  return new AssessedTrust(trust, { findings, measured: values }, session);
}

/** Share of each set that the recommended threshold accepts. */
function acceptedOf(
  ood: MeasuredSets['ood'],
  { score, threshold }: Recommendation,
): AssessmentFindings['oodAccepted'] {
  if (threshold === null) return {};
  return Object.fromEntries(
    Object.entries(ood).map(([name, { count, scores }]) => [
      name,
      scores.get(score)!.filter((value) => value <= threshold).length / count,
    ]),
  );
}

function checkShare(what: string, value: number): void {
  if (value > 0 && value < 1) return;
  throw new ConfigurationError({
    what,
    expected: 'a number between 0 and 1, both excluded',
    got: `${value}`,
  });
}
