import { CredenceError } from '../errors/index.js';
import { prune } from '../graph/index.js';
import type { Classifier } from '../inspection/index.js';
import { auroc } from '../metrics/index.js';
import { openSession, runSource } from '../runtime/index.js';
import type { SessionOptions } from '../runtime/index.js';
import { fitScore, missing, scoreGraph, scoreOutput } from '../scores/index.js';
import type { Examples, FittedScore, Score, Settings } from '../scores/index.js';
import type { DataSource } from '../sources/index.js';
import type { Tensor } from '../tensor/index.js';
import type { Progress } from './reporter.js';
import type { TuningResult } from './results.js';

/** Known inputs, and inputs of each out-of-distribution set, that candidates are compared on. */
export const MOST_TUNED_ON = 400;

export interface TuneCall {
  readonly classifier: Classifier;
  readonly scores: readonly Score[];
  /** What candidates of a score are fitted on: none of `known`. */
  readonly examplesFor: (score: Score) => Examples;
  /** Known inputs. */
  readonly known: DataSource;
  /** By name; they are not measured on. */
  readonly outliers: Readonly<Record<string, DataSource>>;
  readonly inputDeviation: number;
  readonly session: SessionOptions;
  readonly onProgress: Progress;
  readonly signal: AbortSignal | undefined;
}

/** Whether there is something to choose for a score, and to choose it by. */
export function isTunable(score: Score, classifier: Classifier, hasOutliers: boolean): boolean {
  const { tuning } = score;
  return (
    tuning !== undefined &&
    (hasOutliers || tuning.alone !== undefined) &&
    missing(score, classifier) === undefined
  );
}

/**
 * The scores with the settings that were chosen for them, and what was chosen by what: the mean AUROC of the
 * out-of-distribution sets against known inputs, or without such sets the criterion of the score itself.
 * @throws the signal's reason; what the sources throw.
 */
export async function tuneScores(call: TuneCall): Promise<{ scores: Score[]; tuned: TuningResult[] }> {
  const hasOutliers = Object.keys(call.outliers).length > 0;
  const scores: Score[] = [];
  const tuned: TuningResult[] = [];
  for (const [i, score] of call.scores.entries()) {
    call.signal?.throwIfAborted();
    call.onProgress(i, call.scores.length, score.title);
    const found = isTunable(score, call.classifier, hasOutliers) ? await tune(score, call) : undefined;
    scores.push(found?.score ?? score);
    if (found !== undefined) tuned.push(found.result);
  }
  return { scores, tuned };
}

async function tune(
  score: Score,
  call: TuneCall,
): Promise<{ score: Score; result: TuningResult } | undefined> {
  const { classifier, known, outliers, inputDeviation } = call;
  const isAlone = Object.keys(outliers).length === 0;
  const examples = call.examplesFor(score);
  const candidates = score.tuning!.candidates({
    examples: examples.labels.data.length,
    features: examples.features?.shape[1] ?? 0,
    inputDeviation,
    outliers: !isAlone,
  });
  const fitted: FittedScore[] = [];
  for (const candidate of candidates) {
    try {
      const own = await fitScore(candidate, classifier, { examples });
      fitted.push({ score: { ...candidate, name: `${score.name}/${fitted.length}` }, fitted: own.fitted });
    } catch (error) {
      // What these data do not allow is no candidate.
      if (!(error instanceof CredenceError)) throw error;
    }
  }
  if (fitted.length === 0) return undefined;
  const scored = scoreGraph(classifier, fitted);
  const names = fitted.map((own) => scoreOutput(own.score));
  await using session = await openSession(prune({ ...scored, outputs: names }), call.session);
  const valuesOn = async (source: DataSource): Promise<number[][]> => {
    const columns = names.map((): number[] => []);
    for await (const { values } of runSource(session, source, { signal: call.signal })) {
      names.forEach((name, c) => columns[c]!.push(...(values[name] as Tensor<'float32'>).data));
    }
    return columns;
  };
  const inside = await valuesOn(known);
  let values = inside.map((column) => column.reduce((sum, value) => sum + value, 0) / column.length);
  if (!isAlone) {
    const sets: number[][][] = [];
    for (const source of Object.values(outliers)) sets.push(await valuesOn(source));
    values = inside.map((column, c) => mean(sets.map((set) => aurocOf(column, set[c]!))));
  }
  const order = [...values.keys()].filter((c) => !Number.isNaN(values[c]));
  const best = order.reduce<number | undefined>((a, b) => {
    if (a === undefined) return b;
    return (isAlone ? values[b]! < values[a]! : values[b]! > values[a]!) ? b : a;
  }, undefined);
  if (best === undefined) return undefined;
  const chosen = { ...fitted[best]!.score, name: score.name };
  const shown = varying(
    fitted.map((own) => own.score),
    score,
  );
  return {
    score: chosen,
    result: {
      score: score.name,
      title: score.title,
      criterion: isAlone ? 'mean score' : 'AUROC',
      known: inside[0]!.length,
      outliers: Object.keys(outliers),
      candidates: order.map((c) => ({ settings: shown(fitted[c]!.score), value: values[c]! })),
      chosen: shown(chosen),
    },
  };
}

/** AUROC of outliers against known inputs; NaN where a score is. */
function aurocOf(inside: readonly number[], outside: readonly number[]): number {
  const both = [...inside, ...outside];
  if (both.some(Number.isNaN)) return NaN;
  return auroc(
    both,
    both.map((_, i) => i >= inside.length),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a score's settings those that differ, between the candidates or from what they were. */
function varying(candidates: readonly Score[], before: Score): (score: Score) => Settings {
  const all = [before, ...candidates].map(({ settings }) => settings);
  const names = Object.keys(all.at(-1) ?? {}).filter(
    (name) => new Set(all.map((settings) => settings[name])).size > 1,
  );
  return ({ settings }) => Object.fromEntries(names.map((name) => [name, settings[name]!]));
}
