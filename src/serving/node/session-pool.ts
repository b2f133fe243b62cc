import { startWorker } from '#workers';
import type { WorkerHandle } from '#workers';
import { RuntimeError } from '../../errors/index.js';
import type { Graph } from '../../graph/index.js';
import type { Fetches } from '../../runtime/index.js';
import { reported } from '../../runtime/worker-errors.js';
import type { Tensor } from '../../tensor/index.js';
import type { WorkerData, WorkerOrder, WorkerReply } from './session-worker.js';

/** What idle threads get to end. */
const END_MILLISECONDS = 1000;

export interface PoolOptions {
  readonly workers: number;
  /** What the rows are, for messages; 'request' unless given. */
  readonly where?: string;
  /** Milliseconds of a run, after which nobody waits for it any more; without it a run may take any time. */
  readonly limit?: number;
  /** Told of each run that takes longer. */
  readonly onLate?: (error: RuntimeError) => void;
}

/**
 * Sessions of one graph in threads of their own, a run at a time each, so that a run does not hold up the calling thread. A
 * run that goes on beyond the limit cannot be stopped: another thread takes the place of its own, once for each of
 * `workers`, and it comes back if the run ends after all.
 */
export class SessionPool implements AsyncDisposable {
  readonly #graph: Graph;
  readonly #options: PoolOptions;
  readonly #idle: WorkerHandle[] = [];
  readonly #all = new Set<WorkerHandle>();
  readonly #late = new Set<WorkerHandle>();

  private constructor(graph: Graph, options: PoolOptions) {
    this.#graph = graph;
    this.#options = options;
  }

  /**
   * Opens all sessions.
   * @throws RuntimeError, and the other errors of opening a session, when the graph cannot be run.
   */
  static async open(graph: Graph, options: PoolOptions): Promise<SessionPool> {
    const pool = new SessionPool(graph, options);
    try {
      const opened = await Promise.all(Array.from({ length: options.workers }, () => pool.#start()));
      pool.#idle.push(...opened);
      return pool;
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  /** Runs that go on beyond the limit, or beyond the end of the pool. */
  get lateRuns(): number {
    return this.#late.size;
  }

  /** Whether so many runs do not end that no other can begin. */
  get isStuck(): boolean {
    return this.#late.size >= 2 * this.#options.workers;
  }

  /**
   * Outputs for rows (n, ...), at most as many as a run takes. A worker that died is replaced by the next run.
   * @throws RuntimeError, also on a run that takes longer than the limit, and where too many do; DataError, ShapeError.
   */
  async run(rows: Tensor<'float32'>): Promise<Fetches> {
    if (this.isStuck) throw this.#stuck();
    const worker = this.#idle.pop() ?? (await this.#start());
    const answer = this.#ask(worker, rows).finally(() => {
      this.#late.delete(worker);
      if (this.#all.has(worker)) this.#idle.push(worker);
    });
    const { outputs } = await this.#inTime(worker, answer);
    return outputs!;
  }

  /** Ends the threads; runs that are under way fail. Those that do not end in a second are left to the process. */
  async close(): Promise<void> {
    const workers = [...this.#all];
    this.#all.clear();
    this.#idle.length = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, END_MILLISECONDS)));
    for (const worker of workers) this.#late.add(worker);
    const ends = workers.map((worker) => worker.terminate().then(() => this.#late.delete(worker)));
    await Promise.race([Promise.all(ends), over]);
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #inTime(worker: WorkerHandle, answer: Promise<WorkerReply>): Promise<WorkerReply> {
    const { limit } = this.#options;
    if (limit === undefined) return answer;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#late.add(worker);
        // Nobody hears what becomes of it.
        answer.catch(() => undefined);
        const [what, expected] = [this.#what, `an end within ${limit} ms`];
        const error = new RuntimeError({ what, expected, got: 'a run that goes on' });
        this.#options.onLate?.(error);
        reject(error);
      }, limit);
    });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }

  #stuck(): RuntimeError {
    return new RuntimeError({
      what: this.#what,
      expected: 'a thread that is free',
      got: `${this.#late.size} runs that do not end`,
      hint: 'restart the service; the model may not bear what it was sent',
    });
  }

  get #what(): string {
    return `running model '${this.#graph.name}'`;
  }

  async #start(): Promise<WorkerHandle> {
    const data: WorkerData = { graph: this.#graph, where: this.#options.where ?? 'request' };
    const worker = startWorker(new URL('./session-worker.js', import.meta.url), data);
    this.#all.add(worker);
    await this.#ask(worker, undefined);
    return worker;
  }

  async #ask(worker: WorkerHandle, order: WorkerOrder): Promise<WorkerReply> {
    worker.post(order);
    let reply: WorkerReply;
    try {
      reply = await worker.next<WorkerReply>();
    } catch (cause) {
      this.#all.delete(worker);
      const got = cause instanceof Error ? cause.message : String(cause);
      throw new RuntimeError({ what: this.#what, got, cause });
    }
    if (reply.error !== undefined) throw reported(reply.error, this.#what);
    return reply;
  }
}
