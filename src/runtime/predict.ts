import { ConfigurationError, DataError, ShapeError } from '../errors/index.js';
import { formatType } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import type { Key } from '../random/index.js';
import { batchInCache } from './batch-in-cache.js';
import { isPerExample } from './noise.js';
import { runInWorkers } from './prediction-pool.js';
import { openSession } from './session.js';
import { sessionOptions } from './types.js';
import type { Feeds, Fetches, SessionOptions } from './types.js';
import { runTask, StackedResults } from './tasks.js';
import type { Task } from './tasks.js';
import { workerCount } from './worker-count.js';

/** How a graph is run over all rows of a data set. */
export interface PredictOptions extends SessionOptions {
  /**
   * Examples of one run; unless given 16 to 100, as many as leave the graph's values in a core's caches. The result does
   * not depend on it, but for the last bits of a float.
   */
  readonly batchSize?: number;
  /** Threads with a session each; one a core unless given, 0 for the calling thread. */
  readonly workers?: number;
  /** Whether the results are in memory that threads share, so that training on them on several threads copies nothing. */
  readonly shared?: boolean;
  /** Told how many of all examples (times samples) are done. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops between two runs, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * The outputs of a graph for all rows of the data. Inputs with a symbolic first dimension get a row an example, the others
 * are given to every run as they are. Every output must have a row an example: (N, ...) → (n, ...).
 * @throws ShapeError when the data or an output have other rows; DataError on an empty set; ConfigurationError on options that make
 *   no sense, and when the graph has random inputs (see `samplePredictions`); RuntimeError; the signal's reason.
 */
export async function predict(graph: Graph, data: Feeds, options: PredictOptions = {}): Promise<Fetches> {
  const random = graph.inputs.find((input) => input.random !== undefined);
  if (random !== undefined) {
    throw new ConfigurationError({
      what: `predict: graph '${graph.name}'`,
      expected: 'a graph without random inputs',
      got: `'${random.name}'`,
      hint: 'use samplePredictions with a key, or make its random layers inactive',
    });
  }
  const stacked = await compute(graph, data, 1, undefined, options);
  return Object.fromEntries(
    Object.entries(stacked).map(([name, value]) => [name, { ...value, shape: value.shape.slice(1) }]),
  );
}

/**
 * `samples` draws of a graph's outputs, every random input drawn anew for each: (N, ...) → (samples, n, ...).
 * Keyed: sample s of example i is the same whatever the batches, the workers and the other examples.
 * @throws as `predict`, but for random inputs; ConfigurationError when `samples` is no integer of at least 1.
 */
export async function samplePredictions(
  graph: Graph,
  data: Feeds,
  { samples, key, ...options }: PredictOptions & { readonly samples: number; readonly key: Key },
): Promise<Fetches> {
  if (!Number.isInteger(samples) || samples < 1) {
    throw new ConfigurationError({
      what: 'samples',
      expected: 'an integer of at least 1',
      got: `${samples}`,
    });
  }
  return compute(graph, data, samples, key, options);
}

async function compute(
  graph: Graph,
  data: Feeds,
  samples: number,
  key: Key | undefined,
  options: PredictOptions,
): Promise<Fetches> {
  const rows = rowsOf(graph, data);
  const batchSize = options.batchSize ?? batchInCache(graph);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ConfigurationError({
      what: 'batchSize',
      expected: 'an integer of at least 1',
      got: `${batchSize}`,
    });
  }
  const tasks: Task[] = [];
  for (let start = 0; start < rows; start += batchSize) {
    for (let sample = 0; sample < samples; sample++) {
      tasks.push({ sample, start, end: Math.min(start + batchSize, rows) });
    }
  }
  const workers = workerCount(options.workers, tasks.length);
  const { signal, onProgress } = options;
  const results = new StackedResults(samples, rows, options);
  if (workers > 1) {
    const session = sessionOptions(options);
    return runInWorkers(graph, data, { tasks, results, key, workers, session, signal, onProgress });
  }

  await using session = await openSession(graph, options);
  for (const [i, task] of tasks.entries()) {
    signal?.throwIfAborted();
    results.put(task, await runTask(session, data, task, key));
    onProgress?.(i + 1, tasks.length);
  }
  return results.values;
}

/** How many examples the data has. @throws ShapeError when inputs disagree or have no rows, DataError when there are none. */
function rowsOf(graph: Graph, data: Feeds): number {
  let rows: number | undefined;
  const inputs = graph.inputs.filter((input) => input.random === undefined);
  const perExample = inputs.filter(isPerExample);
  if (perExample.length === 0) {
    throw new ShapeError({
      what: `inputs of graph '${graph.name}'`,
      expected: 'one whose first dimension is open, a row an example',
      got: inputs.length === 0 ? 'none' : inputs.map((input) => formatType(input)).join(', '),
      hint: 'runSource and Trust fill the rows of a model that takes a fixed number',
    });
  }
  for (const input of perExample) {
    const own = data[input.name]?.shape[0];
    if (own === undefined || (rows !== undefined && own !== rows)) {
      throw new ShapeError({
        what: `data for input '${input.name}'`,
        expected: rows === undefined ? 'a row for each example' : `${rows} rows, as the other inputs have`,
        got: own === undefined ? 'nothing' : `${own} rows`,
      });
    }
    rows = own;
  }
  if (rows === undefined || rows === 0) {
    throw new DataError({
      what: `data for graph '${graph.name}'`,
      expected: 'at least one example',
      got: 'none',
    });
  }
  return rows;
}
