import { DataError } from '../errors/index.js';
import type { Graph } from '../graph/index.js';
import { openSession, rowsOfRun, runRows } from '../runtime/index.js';
import type { Fetches, RunBatch } from '../runtime/index.js';
import { SessionPool } from '../serving/node/index.js';
import type { DataSource } from '../sources/index.js';
import type { Tensor } from '../tensor/index.js';

/** What is left of the runs, by the time of those that are done, above which threads are worth their start. */
const WORTH_MILLISECONDS = 1500;

export interface ScoreBatchesOptions {
  readonly batchSize: number;
  /** Runs at a time, each in a thread with a copy of the model. */
  readonly threads: number;
  /** Milliseconds of runs that must be left for threads to be started; 1500 unless given. */
  readonly worth?: number;
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Outputs of a graph for the batches of a source, in their order, and the same whatever the threads: each run has one.
 * @throws DataError on an empty source; what the source and the runs throw; the signal's reason.
 */
export async function* scoreBatches(
  graph: Graph,
  source: DataSource,
  { batchSize, threads, worth = WORTH_MILLISECONDS, onProgress, signal }: ScoreBatchesOptions,
): AsyncGenerator<RunBatch> {
  const where = source.name;
  const underWay: Promise<RunBatch>[] = [];
  let done = 0;
  let milliseconds = 0;
  const alone = async (rows: Tensor<'float32'>): Promise<Fetches> => {
    const begun = performance.now();
    const values = await runRows(session, rows, { where });
    milliseconds += performance.now() - begun;
    return values;
  };
  const isLong = (): boolean =>
    (milliseconds / done) * (source.count === undefined ? done : source.count - done) > worth;
  const first = async (): Promise<RunBatch> => {
    const batch = await underWay.shift()!;
    done += batch.inputs.shape[0]!;
    onProgress(done, source.count ?? done);
    return batch;
  };
  await using session = await openSession(graph);
  let pool: SessionPool | undefined;
  try {
    for await (const batch of source.batches(rowsOfRun(graph, batchSize), { signal })) {
      // Behind the next batch, which is read while they run.
      while (underWay.length >= (pool === undefined ? 1 : threads)) yield await first();
      if (threads > 1 && pool === undefined && isLong())
        pool = await SessionPool.open(graph, { workers: threads, where });
      const values = pool === undefined ? alone(batch.inputs) : pool.run(batch.inputs);
      const result = values.then((own) => ({ ...batch, values: own }));
      // Heard when its turn comes.
      result.catch(() => undefined);
      underWay.push(result);
    }
    while (underWay.length > 0) yield await first();
  } finally {
    await pool?.close();
  }
  if (done > 0) return;
  throw new DataError({ what: 'data set', expected: 'at least one example', got: 'none', where });
}
