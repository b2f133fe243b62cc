import { startWorker } from '#workers';
import type { WorkerHandle } from '#workers';
import { toShared } from '../runtime/shared-memory.js';
import { reported } from '../runtime/worker-errors.js';
import type { ErrorReport } from '../runtime/worker-errors.js';
import { CONTROL_SIZE, STEPS_DONE, STOP } from './barrier.js';
import type { ShardGraphs, Stepper, Work } from './stepper.js';

/** What the threads of a data-parallel run share; P parameters. */
export interface ShardMemory {
  /** See `barrier.ts`. */
  readonly control: Int32Array;
  /** (P). */
  readonly parameters: Float32Array;
  /** By slot, (P). */
  readonly slots: readonly Float32Array[];
  /** By shard, (P). */
  readonly shardGradients: readonly Float32Array[];
  /** (shards). */
  readonly shardLosses: Float64Array;
  /** (steps). */
  readonly losses: Float32Array;
}

/** What one thread of a data-parallel run is given when it starts; all arrays are shared memory. */
export interface ShardJob extends ShardMemory, ShardGraphs, Pick<Work, 'data' | 'schedule'> {
  readonly slotNames: readonly string[];
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

export interface ParallelSize {
  /** P. */
  readonly parameters: number;
  /** Of the whole run. */
  readonly steps: number;
  readonly workers: number;
}

/**
 * Threads that take steps together, each with a session of its own on its shards of the batch. The bytes of the result depend on
 * the number of shards, which are summed in order, and not on the number of workers.
 */
export function openParallelStepper(graphs: ShardGraphs, work: Work, size: ParallelSize): Stepper {
  const memory = sharedMemory(work, size);
  const threads = startThreads(graphs, work, size, memory);
  const { control, parameters, slots, losses } = memory;
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
        if (error !== undefined) throw reported(error, `training '${graphs.gradients.name}'`);
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

function sharedMemory({ schedule, optimiser }: Work, { parameters, steps }: ParallelSize): ShardMemory {
  const vector = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * length));
  return {
    control: new Int32Array(new SharedArrayBuffer(4 * CONTROL_SIZE)),
    parameters: vector(parameters),
    slots: optimiser.slots.map(() => vector(parameters)),
    shardGradients: Array.from({ length: schedule.shards }, () => vector(parameters)),
    shardLosses: new Float64Array(new SharedArrayBuffer(8 * schedule.shards)),
    losses: vector(steps),
  };
}

function startThreads(
  graphs: ShardGraphs,
  { data, schedule, optimiser }: Work,
  { parameters, workers }: ParallelSize,
  memory: ShardMemory,
): WorkerHandle[] {
  const shared = Object.fromEntries(Object.entries(data).map(([name, value]) => [name, toShared(value)]));
  const bound = (worker: number): number =>
    worker === workers ? parameters : Math.floor((parameters * worker) / workers / ALIGNMENT) * ALIGNMENT;
  return Array.from({ length: workers }, (_, worker) =>
    startWorker(new URL('./shard-worker.js', import.meta.url), {
      ...memory,
      ...graphs,
      data: shared,
      schedule,
      slotNames: optimiser.slots,
      worker,
      workers,
      part: [bound(worker), bound(worker + 1)],
    } satisfies ShardJob),
  );
}
