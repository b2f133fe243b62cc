import { prune } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import type { Classifier } from '../inspection/index.js';
import { openSession, runRows } from '../runtime/index.js';
import type { Session, SessionOptions } from '../runtime/index.js';
import { scoreGraph, scoreOutput, valuesGraph } from '../scores/index.js';
import type { FittedScore } from '../scores/index.js';
import type { Tensor } from '../tensor/index.js';
import type { Progress } from './reporter.js';

/** Runs of each graph; the fastest counts, as what else the machine does only adds. */
const RUNS = 4;

export interface Costs {
  /** Of the classifier alone. */
  readonly base: number;
  /** What each score adds, never below 0. */
  readonly scores: ReadonlyMap<string, number>;
}

/**
 * Seconds an input of a classifier, and of each score on top of it, on one batch of inputs. The two are run in turns, so that
 * a machine that others use as well is slow for both.
 */
export async function measureCosts(
  classifier: Classifier,
  scores: readonly FittedScore[],
  rows: Tensor<'float32'>,
  {
    session,
    onProgress,
    signal,
  }: { session: SessionOptions; onProgress: Progress; signal: AbortSignal | undefined },
): Promise<Costs> {
  const open = async (graph: Graph): Promise<Session> => openSession(graph, session);
  const values = valuesGraph(classifier);
  await using alone = await open(prune({ ...values, outputs: values.outputs.slice(0, 1) }));
  const costs = new Map<string, number>();
  let base = Infinity;
  for (const [i, fitted] of scores.entries()) {
    signal?.throwIfAborted();
    // The logits too, which whoever wants the score wants as well.
    const { graph, logits } = classifier;
    const scored = scoreGraph({ ...classifier, graph: { ...graph, outputs: [logits] } }, [fitted]);
    await using whole = await open(prune({ ...scored, outputs: [logits, scoreOutput(fitted.score)] }));
    const [before, after] = await timed([alone, whole], rows);
    base = Math.min(base, before!);
    costs.set(fitted.score.name, Math.max(0, after! - before!));
    onProgress(i + 1, scores.length, fitted.score.title);
  }
  return { base, scores: costs };
}

/** Seconds an input of each session, run in turns. */
async function timed(sessions: readonly Session[], rows: Tensor<'float32'>): Promise<number[]> {
  const best = sessions.map(() => Infinity);
  // The first run of each makes its memory.
  for (let run = -1; run < RUNS; run++) {
    for (const [i, session] of sessions.entries()) {
      const start = performance.now();
      await runRows(session, rows, { where: 'timing' });
      if (run >= 0) best[i] = Math.min(best[i]!, performance.now() - start);
    }
  }
  return best.map((milliseconds) => milliseconds / 1000 / rows.shape[0]!);
}
