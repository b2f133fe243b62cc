import { startWorker } from '#workers';
import type { WorkerHandle } from '#workers';
import { RuntimeError } from '../../errors/index.js';
import type { Graph } from '../../graph/index.js';
import type { Fetches } from '../../runtime/index.js';
import { reported } from '../../runtime/worker-errors.js';
import type { Tensor } from '../../tensor/index.js';
import type { WorkerOrder, WorkerReply } from './session-worker.js';

/**
 * Sessions of one graph in threads of their own, a run at a time each, so that a run does not hold up the
 * calling thread.
 */
export class SessionPool implements AsyncDisposable {
  readonly #graph: Graph;
  readonly #idle: WorkerHandle[] = [];
  readonly #all = new Set<WorkerHandle>();

  private constructor(graph: Graph) {
    this.#graph = graph;
  }

  /**
   * Opens all sessions.
   * @throws RuntimeError, and the other errors of opening a session, when the graph cannot be run.
   */
  static async open(graph: Graph, { workers }: { workers: number }): Promise<SessionPool> {
    const pool = new SessionPool(graph);
    try {
      pool.#idle.push(...(await Promise.all(Array.from({ length: workers }, () => pool.#start()))));
      return pool;
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  /**
   * Outputs for rows (n, ...), at most as many as a run takes. A worker that died is replaced by the next run.
   * @throws RuntimeError, DataError, ShapeError.
   */
  async run(rows: Tensor<'float32'>): Promise<Fetches> {
    const worker = this.#idle.pop() ?? (await this.#start());
    try {
      const { outputs } = await this.#ask(worker, rows);
      return outputs!;
    } finally {
      if (this.#all.has(worker)) this.#idle.push(worker);
    }
  }

  /** Ends the threads; runs that are under way fail. */
  async close(): Promise<void> {
    const workers = [...this.#all];
    this.#all.clear();
    this.#idle.length = 0;
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #start(): Promise<WorkerHandle> {
    const worker = startWorker(new URL('./session-worker.js', import.meta.url), this.#graph);
    this.#all.add(worker);
    await this.#ask(worker, undefined);
    return worker;
  }

  async #ask(worker: WorkerHandle, order: WorkerOrder): Promise<WorkerReply> {
    const what = `running model '${this.#graph.name}'`;
    worker.post(order);
    let reply: WorkerReply;
    try {
      reply = await worker.next<WorkerReply>();
    } catch (cause) {
      this.#all.delete(worker);
      const got = cause instanceof Error ? cause.message : String(cause);
      throw new RuntimeError({ what, got, cause });
    }
    if (reply.error !== undefined) throw reported(reply.error, what);
    return reply;
  }
}
