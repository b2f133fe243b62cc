import { ConfigurationError } from '../errors/index.js';
import type { Fetches } from '../runtime/index.js';
import { arrayOf, elementCount, sliceRows, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { RequestError } from './problem.js';

/** Runs rows (n, ...), n at most the largest batch, and gives outputs with a row for each. */
export type RunRows = (rows: Tensor<'float32'>) => Promise<Fetches>;

export interface BatcherOptions {
  /** Rows of one run at most. */
  readonly maxBatch: number;
  /** Milliseconds that rows wait for others while a run could begin. */
  readonly maxDelay: number;
  /** Rows that wait at most; more are refused. */
  readonly maxQueue: number;
  /** Runs at a time. */
  readonly slots: number;
  /** Told of each run that succeeded: its rows, and how many seconds it took. */
  readonly onRun?: (rows: number, seconds: number) => void;
}

/** Rows of one call, until all of them have their outputs. */
interface Job {
  readonly rows: Tensor<'float32'>;
  readonly count: number;
  readonly arrived: number;
  readonly resolve: (outputs: Fetches) => void;
  readonly reject: (reason: unknown) => void;
  /** Outputs by the row that they begin with. */
  readonly pieces: Map<number, Fetches>;
  /** Rows that are in a run or have been in one. */
  taken: number;
  answered: number;
  isOver: boolean;
  /** Grows when the call begins anew; what runs of an earlier attempt give is passed over. */
  attempt: number;
  /** After a run failed that others had a part in. */
  runsAlone: boolean;
}

interface Part {
  readonly job: Job;
  readonly attempt: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Joins the rows of calls that come at about the same time into one run, and splits those of a call that has
 * more than one run takes. First come, first served; examples of different shapes do not share a run. Where a
 * run of several calls fails, each is run again alone, so that an input that the model cannot take is an
 * error of its own call only.
 */
export class Batcher {
  readonly #run: RunRows;
  readonly #options: BatcherOptions;
  readonly #queue: Job[] = [];
  #waitingRows = 0;
  #runs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @throws ConfigurationError on sizes that are no positive integers, a delay that is no number from 0. */
  constructor(run: RunRows, options: BatcherOptions) {
    for (const name of ['maxBatch', 'maxQueue', 'slots'] as const) {
      if (Number.isSafeInteger(options[name]) && options[name] >= 1) continue;
      throw new ConfigurationError({
        what: `batcher: ${name}`,
        expected: 'an integer of at least 1',
        got: `${options[name]}`,
      });
    }
    if (!(options.maxDelay >= 0 && options.maxDelay < 2 ** 31)) {
      const got = `${options.maxDelay}`;
      throw new ConfigurationError({ what: 'batcher: maxDelay', expected: 'milliseconds from 0', got });
    }
    this.#run = run;
    this.#options = options;
  }

  /** Rows that no run has begun with. */
  get waitingRows(): number {
    return this.#waitingRows;
  }

  /** Runs that have begun and not ended. */
  get activeRuns(): number {
    return this.#runs;
  }

  /**
   * The outputs for rows (n, ...), n at least 1. Once the signal is aborted, rows that wait are dropped.
   * @throws RequestError where the queue is full, or could never hold so many rows; the signal's reason; what
   *   the run throws.
   */
  async submit(rows: Tensor<'float32'>, { signal }: { signal?: AbortSignal } = {}): Promise<Fetches> {
    signal?.throwIfAborted();
    const count = rows.shape[0] ?? 0;
    const { maxQueue } = this.#options;
    if (count > maxQueue) {
      throw new RequestError('too-large', {
        what: 'inputs',
        expected: `at most ${maxQueue} examples in a request`,
        got: `${count}`,
        hint: 'send them in several requests',
      });
    }
    if (this.#waitingRows + count > maxQueue) throw overloaded(`${this.#waitingRows} examples in the queue`);
    return new Promise((resolve, reject) => {
      const job: Job = {
        rows,
        count,
        arrived: performance.now(),
        resolve,
        reject,
        pieces: new Map(),
        taken: 0,
        answered: 0,
        isOver: false,
        attempt: 0,
        runsAlone: false,
      };
      signal?.addEventListener('abort', () => this.#end(job, () => reject(signal.reason)), { once: true });
      this.#queue.push(job);
      this.#waitingRows += count;
      this.#schedule();
    });
  }

  /** Begins the runs that can begin, and sees to it that the next begins in time. */
  #schedule(): void {
    const { maxBatch, maxDelay, slots } = this.#options;
    clearTimeout(this.#timer);
    while (this.#runs < slots) {
      const [head] = this.#queue;
      if (head === undefined) return;
      const left = head.arrived + maxDelay - performance.now();
      if (left > 0 && this.#joinable() < maxBatch) {
        this.#timer = setTimeout(() => this.#schedule(), left);
        return;
      }
      const parts = this.#take();
      this.#runs++;
      void this.#process(parts).finally(() => {
        this.#runs--;
        this.#schedule();
      });
    }
  }

  /** Rows that could be in the next run, counted up to a full one. */
  #joinable(): number {
    let rows = 0;
    for (const job of this.#joining()) {
      rows += job.count - job.taken;
      if (rows >= this.#options.maxBatch) break;
    }
    return rows;
  }

  *#joining(): Generator<Job> {
    const [head] = this.#queue;
    for (const job of this.#queue) {
      if (job !== head && (head!.runsAlone || job.runsAlone || !sameExample(job.rows, head!.rows))) return;
      yield job;
    }
  }

  #take(): Part[] {
    const parts: Part[] = [];
    let room = this.#options.maxBatch;
    for (const job of this.#joining()) {
      const end = Math.min(job.count, job.taken + room);
      parts.push({ job, attempt: job.attempt, start: job.taken, end });
      room -= end - job.taken;
      this.#waitingRows -= end - job.taken;
      job.taken = end;
      if (room === 0) break;
    }
    while (this.#queue[0] !== undefined && this.#queue[0].taken === this.#queue[0].count) this.#queue.shift();
    return parts;
  }

  async #process(parts: readonly Part[]): Promise<void> {
    const started = performance.now();
    try {
      const rows = joined(parts);
      const outputs = await this.#run(rows);
      this.#options.onRun?.(rows.shape[0]!, (performance.now() - started) / 1000);
      let at = 0;
      for (const part of parts) {
        const own = [at, (at += part.end - part.start)] as const;
        if (isOpen(part)) this.#answer(part, outputs, ...own);
      }
    } catch (error) {
      const open = parts.filter(isOpen);
      if (parts.length > 1) this.#retry(open.map(({ job }) => job));
      else for (const { job } of open) this.#end(job, () => job.reject(error));
    }
  }

  #answer({ job, start, end }: Part, outputs: Fetches, first: number, last: number): void {
    const own = Object.entries(outputs).map(
      ([name, value]) => [name, sliceRows(value, first, last)] as const,
    );
    job.pieces.set(start, Object.fromEntries(own));
    job.answered += end - start;
    if (job.answered === job.count) this.#end(job, () => job.resolve(concatenated(job.pieces)));
  }

  /** Puts calls back to where they were, each for a run of its own, from its first row. */
  #retry(jobs: readonly Job[]): void {
    for (const job of jobs) {
      this.#waitingRows += job.taken;
      job.taken = job.answered = 0;
      job.pieces.clear();
      job.attempt++;
      job.runsAlone = true;
    }
    const others = this.#queue.filter((job) => !jobs.includes(job));
    this.#queue.splice(0, this.#queue.length, ...jobs, ...others);
  }

  #end(job: Job, settle: () => void): void {
    if (job.isOver) return;
    job.isOver = true;
    const place = this.#queue.indexOf(job);
    if (place >= 0) {
      this.#queue.splice(place, 1);
      this.#waitingRows -= job.count - job.taken;
    }
    settle();
  }
}

/** A refusal that says when to come again. */
export function overloaded(got: string): RequestError {
  return new RequestError(
    'overloaded',
    { what: 'service', expected: 'room for the request', got, hint: 'try again later' },
    { 'retry-after': '1' },
  );
}

function sameExample(a: Tensor, b: Tensor): boolean {
  return (
    a.shape.length === b.shape.length && a.shape.every((size, axis) => axis === 0 || size === b.shape[axis])
  );
}

/** The rows of all parts, in memory that a worker sees without a copy. */
function joined(parts: readonly Part[]): Tensor<'float32'> {
  const [, ...example] = parts[0]!.job.rows.shape;
  const width = elementCount(example);
  const count = parts.reduce((sum, { start, end }) => sum + end - start, 0);
  const bytes = 4 * count * width;
  const data = new Float32Array(
    typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes),
  );
  let at = 0;
  for (const { job, start, end } of parts) {
    data.set(job.rows.data.subarray(start * width, end * width), at);
    at += (end - start) * width;
  }
  return tensor('float32', [count, ...example], data);
}

function isOpen({ job, attempt }: Part): boolean {
  return !job.isOver && job.attempt === attempt;
}

function concatenated(pieces: ReadonlyMap<number, Fetches>): Fetches {
  const inOrder = [...pieces].toSorted(([a], [b]) => a - b).map(([, outputs]) => outputs);
  if (inOrder.length === 1) return inOrder[0]!;
  return Object.fromEntries(
    Object.entries(inOrder[0]!).map(([name, { dtype, shape }]) => {
      const parts = inOrder.map((outputs) => outputs[name]!);
      const data = new (arrayOf(dtype))(parts.reduce((sum, part) => sum + part.data.length, 0));
      let at = 0;
      for (const part of parts) {
        (data as Float32Array).set(part.data as Float32Array, at);
        at += part.data.length;
      }
      const rows = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
      return [name, tensor(dtype, [rows, ...shape.slice(1)], data)];
    }),
  );
}
