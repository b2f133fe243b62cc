import { startWorker } from '#workers';
import type { Graph } from '../graph/index.js';
import { toShared } from '../runtime/shared-memory.js';
import { reported } from '../runtime/worker-errors.js';
import type { ErrorReport } from '../runtime/worker-errors.js';
import type { Feeds } from '../runtime/index.js';
import { CONTROL_SIZE, STEPS_DONE, STOP } from './barrier.js';
import type { Schedule } from './batches.js';
import type { Optimiser } from './optimisers.js';
import type { Stepper } from './stepper.js';

/** What one thread of a data-parallel run is given when it starts; all arrays are shared memory. */
export interface ShardJob {
  readonly gradients: Graph;
  readonly update: Graph;
  readonly data: Feeds;
  readonly schedule: Schedule;
  readonly slotNames: readonly string[];
  readonly control: Int32Array;
  readonly parameters: Float32Array;
  readonly slots: readonly Float32Array[];
  readonly shardGradients: readonly Float32Array[];
  readonly shardLosses: Float64Array;
  readonly losses: Float32Array;
  readonly worker: number;
  readonly workers: number;
  /** The part of the parameters that this worker updates: from (inclusive), to (exclusive). */
  readonly part: readonly [number, number];
}
/** Steps `start` (inclusive) to `end` (exclusive). */
export type ShardOrder = { readonly start: number; readonly end: number };
export type ShardReply = { readonly error?: ErrorReport };

/** Parts begin at multiples of this, so that vectorised kernels treat each element alike whatever the number of workers. */
const ALIGNMENT = 64;
const POLL_MILLISECONDS = 50;

export interface ParallelRun {
  readonly gradients: Graph;
  readonly update: Graph;
  readonly data: Feeds;
  readonly schedule: Schedule;
  readonly optimiser: Optimiser;
  readonly parameters: number;
  /** Steps of the whole run. */
  readonly steps: number;
  readonly workers: number;
}

/**
 * Threads that take steps together, each with a session of its own on its shards of the batch. The bytes of the result depend on
 * the number of shards, which are summed in order, and not on the number of workers.
 */
export function openParallelStepper(run: ParallelRun): Stepper {
  const { schedule, optimiser, workers } = run;
  const size = run.parameters;
  const control = new Int32Array(new SharedArrayBuffer(4 * CONTROL_SIZE));
  const parameters = sharedVector(size);
  const slots = optimiser.slots.map(() => sharedVector(size));
  const losses = sharedVector(run.steps);
  const job = {
    gradients: run.gradients,
    update: run.update,
    data: Object.fromEntries(Object.entries(run.data).map(([name, value]) => [name, toShared(value)])),
    schedule,
    slotNames: optimiser.slots,
    control,
    parameters,
    slots,
    shardGradients: Array.from({ length: schedule.shards }, () => sharedVector(size)),
    shardLosses: new Float64Array(new SharedArrayBuffer(8 * schedule.shards)),
    losses,
    workers,
  };
  const bound = (worker: number): number =>
    worker === workers ? size : Math.floor((size * worker) / workers / ALIGNMENT) * ALIGNMENT;
  const threads = Array.from({ length: workers }, (_, worker) => {
    const part = [bound(worker), bound(worker + 1)] as const;
    return startWorker(new URL('./shard-worker.js', import.meta.url), {
      ...job,
      worker,
      part,
    } satisfies ShardJob);
  });
  return {
    async run(state, end, { shouldStop, onSteps }) {
      parameters.set(state.parameters);
      slots.forEach((slot, i) => slot.set(state.slots[i]!));
      losses.set(state.losses);
      Atomics.store(control, STEPS_DONE, state.step);
      const poll = setInterval(() => {
        if (shouldStop()) Atomics.store(control, STOP, 1);
        onSteps(Atomics.load(control, STEPS_DONE));
      }, POLL_MILLISECONDS);
      try {
        for (const thread of threads) thread.post({ start: state.step, end } satisfies ShardOrder);
        const replies = await Promise.all(threads.map((thread) => thread.next<ShardReply>()));
        const error = replies.find((reply) => reply.error !== undefined)?.error;
        if (error !== undefined) throw reported(error, `training '${run.gradients.name}'`);
      } finally {
        clearInterval(poll);
      }
      const step = Atomics.load(control, STEPS_DONE);
      onSteps(step);
      return {
        step,
        parameters: parameters.slice(),
        slots: slots.map((slot) => slot.slice()),
        losses: losses.slice(0, step),
      };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

function sharedVector(size: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(4 * size));
}
