import { openSession, runRows } from '../runtime/index.js';
import type { Session } from '../runtime/index.js';
import { scoreGraph, scoreOutput, valuesGraph } from '../scores/index.js';
import type { FittedScore } from '../scores/index.js';
import { prune } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import type { Classifier } from '../inspection/index.js';
import type { Tensor } from '../tensor/index.js';
import type { Progress } from './reporter.js';

/** Runs of each graph; the fastest counts, as what else the machine does only adds. */
const RUNS = 6;

export interface Costs {
  /** Of the classifier alone. */
  readonly base: number;
  /** What each score adds, never below 0. */
  readonly scores: ReadonlyMap<string, number>;
}

/** Seconds an input of a classifier, and of each score on top of it, on one batch of inputs. */
export async function measureCosts(
  classifier: Classifier,
  scores: readonly FittedScore[],
  rows: Tensor<'float32'>,
  { threads, onProgress, signal }: { threads: number; onProgress: Progress; signal: AbortSignal | undefined },
): Promise<Costs> {
  const seconds = async (graph: Graph): Promise<number> => {
    await using session = await openSession(graph, { threads });
    return await timed(session, rows);
  };
  const base = await seconds(prune({ ...valuesGraph(classifier), outputs: ['logits'] }));
  const costs = new Map<string, number>();
  for (const [i, fitted] of scores.entries()) {
    signal?.throwIfAborted();
    const graph = scoreGraph(classifier, [fitted]);
    const whole = await seconds(prune({ ...graph, outputs: [scoreOutput(fitted.score)] }));
    costs.set(fitted.score.name, Math.max(0, whole - base));
    onProgress(i + 1, scores.length, fitted.score.title);
  }
  return { base, scores: costs };
}

async function timed(session: Session, rows: Tensor<'float32'>): Promise<number> {
  const { outputs } = session.graph;
  const where = 'timing';
  await runRows(session, rows, { outputs, where });
  let best = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    await runRows(session, rows, { outputs, where });
    best = Math.min(best, performance.now() - start);
  }
  return best / 1000 / rows.shape[0]!;
}
