import { startWorker } from '#workers';
import type { WorkerHandle } from '#workers';
import type { Graph } from '../graph/index.js';
import type { Key } from '../random/index.js';
import type { Feeds, Fetches, SessionOptions } from './types.js';
import type { StackedResults, Task } from './tasks.js';
import { toShared } from './shared-memory.js';
import { reported } from './worker-errors.js';
import type { ErrorReport } from './worker-errors.js';

/** What a worker is told: first the job, then tasks one by one. */
export interface Job {
  readonly kind: 'job';
  readonly graph: Graph;
  readonly data: Feeds;
  readonly key: Key | undefined;
  readonly session: SessionOptions;
}
export type PoolMessage = Job | { readonly kind: 'task'; readonly task: Task } | { readonly kind: 'done' };
export type PoolReply = { readonly outputs?: Fetches; readonly error?: ErrorReport };

/** Workers that wait for the next job: starting one costs more than many jobs do. They never keep the process alive. */
const idle: WorkerHandle[] = [];

/** Runs tasks on several workers, each with a session of its own. Results do not depend on who ran what. */
export async function runInWorkers(
  graph: Graph,
  data: Feeds,
  work: {
    readonly tasks: readonly Task[];
    readonly results: StackedResults;
    readonly key: Key | undefined;
    readonly workers: number;
    readonly session: SessionOptions;
    readonly signal: AbortSignal | undefined;
    readonly onProgress: ((done: number, total: number) => void) | undefined;
  },
): Promise<Fetches> {
  const { tasks, results, key, workers, session, signal, onProgress } = work;
  const job: Job = { kind: 'job', graph, data: shared(data), key, session };
  let next = 0;
  let done = 0;
  await Promise.all(
    Array.from({ length: workers }, async () => {
      const worker = idle.pop() ?? startWorker(new URL('./prediction-worker.js', import.meta.url));
      try {
        await ask(worker, job, graph.name);
        while (next < tasks.length) {
          signal?.throwIfAborted();
          const task = tasks[next++]!;
          const { outputs } = await ask(worker, { kind: 'task', task }, graph.name);
          results.put(task, outputs!);
          onProgress?.(++done, tasks.length);
        }
        await ask(worker, { kind: 'done' }, graph.name);
        idle.push(worker);
      } catch (error) {
        next = tasks.length;
        await worker.terminate();
        throw error;
      }
    }),
  );
  return results.values;
}

async function ask(worker: WorkerHandle, message: PoolMessage, graph: string): Promise<PoolReply> {
  worker.post(message);
  const reply = await worker.next<PoolReply>();
  if (reply.error !== undefined) throw reported(reply.error, `running graph '${graph}'`);
  return reply;
}

/** The data in memory that all workers see, so that it is not copied for each. */
function shared(data: Feeds): Feeds {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, toShared(value)]));
}
