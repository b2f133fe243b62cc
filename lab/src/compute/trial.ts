// Measures a workload on wasm and on WebGPU, in turns.
import { isOpen } from './provider.js';
import type { Measured, Provider } from './provider.js';

/** Of a message, in letters: the runtime's may be long. */
const LONGEST = 160;

/** A workload that is open on one of the two. Both compute the same numbers, run by run. */
export interface Contestant {
  run(): Promise<ArrayLike<number>>;
  close(): Promise<void>;
}

/** What stands for some heavy work: small, and of its sizes. */
export interface Workload {
  readonly name: string;
  /** What it is the work of, where that may be another one next time. */
  readonly of?: string;
  /** Of a run, for the reader: 'a step'. */
  readonly unit: string;
  /** How far rounding may take the numbers of the two apart. */
  readonly tolerance: number;
  open(provider: Provider): Promise<Contestant>;
}

export interface TrialOptions {
  /** Milliseconds. */
  readonly now: () => number;
  /** Before each round: a cancellation is thrown. */
  readonly breathe: () => Promise<void>;
  /** In milliseconds: a driver that hangs must not stop the page. A minute unless given. */
  readonly limit?: number;
}

/**
 * Runs a workload once on both, to warm up, then in turns for as long as WebGPU may turn out faster.
 * @throws what it ends with on wasm
 */
export async function tryBoth(workload: Workload, options: TrialOptions): Promise<Measured> {
  const { now, breathe, limit = 60_000 } = options;
  const [wasm, webgpu]: [number[], number[]] = [[], []];
  let difference = 0;
  const own = await workload.open('cpu');
  let other: Contestant | undefined;
  try {
    await breathe();
    const timed = async (contestant: Contestant, times?: number[]): Promise<ArrayLike<number>> => {
      const start = now();
      const values = await contestant.run();
      times?.push(now() - start);
      return values;
    };
    const first = await timed(own);
    try {
      other = await within(limit, workload.open('webgpu'));
      difference = largestDifference(first, await within(limit, timed(other)));
    } catch (error) {
      return { wasm: [await timedOnce(own, now)], webgpu, difference, failure: messageOf(error) };
    }
    while (difference <= workload.tolerance && isOpen({ wasm, webgpu })) {
      await breathe();
      const values = await timed(own, wasm);
      try {
        difference = larger(difference, largestDifference(values, await within(limit, timed(other, webgpu))));
      } catch (error) {
        return { wasm, webgpu, difference, failure: messageOf(error) };
      }
    }
    return { wasm, webgpu, difference };
  } finally {
    await own.close();
    // One that failed may never answer.
    void other?.close().catch(() => undefined);
  }
}

async function timedOnce(contestant: Contestant, now: () => number): Promise<number> {
  const start = now();
  await contestant.run();
  return now() - start;
}

/** NaN where the two are not of one length, or one of them is not finite. */
function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return NaN;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = larger(most, Math.abs(a[i]! - b[i]!));
  return most;
}

/** NaN if either is. */
function larger(a: number, b: number): number {
  return Number.isFinite(a) && Number.isFinite(b) ? Math.max(a, b) : NaN;
}

async function within<T>(limit: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limit / 1000} s`)), limit);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The first line of an error, shortened, without the point that the sentence around it has. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.split('\n')[0]!.replace(/\.$/, '');
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}…`;
}
