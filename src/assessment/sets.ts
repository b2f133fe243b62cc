import { prune } from '../graph/index.js';
import type { InspectedClassifier } from '../inspection/index.js';
import { openSession, sessionOptions } from '../runtime/index.js';
import type { Session, SessionOptions } from '../runtime/index.js';
import { scoreGraph, scoreOutput } from '../scores/index.js';
import type { FittedScore } from '../scores/index.js';
import type { DataSource } from '../sources/index.js';
import type { Fit } from './fit.js';
import type { Unavailable } from './fit-scores.js';
import { measurePredictions, measureScores } from './measure.js';
import type { Measured, MeasureOptions, Predictions } from './measure.js';
import { silent } from './reporter.js';
import type { Reporter } from './reporter.js';

export interface MeasuredSets {
  /** What is held out of the validation set. */
  readonly held: Measured & Predictions;
  readonly test: (Measured & Predictions) | undefined;
  readonly ood: Readonly<Record<string, Measured>>;
}

export interface MeasureSetsOptions extends SessionOptions {
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal | undefined;
}

/** Runs the classifier with all its scores over the sets that are measured on, each once. */
export async function measureSets(
  { classifier, fitted, temperature, held }: Fit,
  {
    test,
    ood = {},
  }: { test?: DataSource | undefined; ood?: Readonly<Record<string, DataSource>> | undefined },
  { reporter = silent, signal, ...options }: MeasureSetsOptions,
): Promise<MeasuredSets> {
  await using session = await scoringSession(classifier, fitted, sessionOptions(options));
  const scores = fitted.map(({ score }) => score);
  const known = 'value' in temperature ? temperature.value : undefined;
  const phase = async <T>(name: string, work: (options: MeasureOptions) => Promise<T>): Promise<T> =>
    reporter.phase(`${name}: scores`, async (onProgress) =>
      work({ logits: classifier.logits, scores, onProgress, signal }),
    );
  const labelled = async (name: string, source: DataSource): Promise<Measured & Predictions> =>
    phase(name, (options) => measurePredictions(session, source, { ...options, temperature: known }));
  const onHeld = await labelled('validation', held.source);
  const onTest = test && (await labelled('test', test));
  const onOod: Record<string, Measured> = {};
  for (const [name, source] of Object.entries(ood))
    onOod[name] = await phase(`ood ${name}`, (options) => measureScores(session, source, options));
  return { held: onHeld, test: onTest, ood: onOod };
}

/** The fitted scores that are numbers on all sets, and all that are not, with the reason. */
export function usableOf(
  { fitted, unavailable }: Pick<Fit, 'fitted' | 'unavailable'>,
  { held, test, ood }: MeasuredSets,
): { usable: readonly FittedScore[]; unavailable: readonly Unavailable[] } {
  const sets: Readonly<Record<string, Measured>> = {
    'the validation set': held,
    ...(test !== undefined && { 'the test set': test }),
    ...ood,
  };
  const lost: Unavailable[] = [];
  const usable = fitted.filter(({ score: { name, title } }) => {
    const bad = Object.entries(sets).find(([, set]) => set.scores.get(name)!.some(Number.isNaN));
    if (bad !== undefined) lost.push({ name, title, reason: `it is not a number for some of ${bad[0]}` });
    return bad === undefined;
  });
  return { usable, unavailable: [...unavailable, ...lost] };
}

async function scoringSession(
  classifier: InspectedClassifier,
  fitted: readonly FittedScore[],
  session: SessionOptions,
): Promise<Session> {
  const { graph, logits } = classifier;
  const scored = scoreGraph({ ...classifier, graph: { ...graph, outputs: [logits] } }, fitted);
  const outputs = [logits, ...fitted.map(({ score }) => scoreOutput(score))];
  return openSession(prune({ ...scored, outputs }), session);
}
