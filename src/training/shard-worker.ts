import { ownData, serve } from '#workers';
import { openSession } from '../runtime/index.js';
import type { Session } from '../runtime/index.js';
import { reportOf } from '../runtime/worker-errors.js';
import { tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { PARAMETERS } from '../graph/index.js';
import { Barrier, DECISION, STEPS_DONE, STOP } from './barrier.js';
import { Batches } from './batches.js';
import type { ShardJob, ShardOrder, ShardReply } from './parallel.js';
import { GRADIENT, MEAN_LOSS, nextName, shardGradientName, slotName, STEP } from './step.js';

const job = ownData as ShardJob;
let sessions: Promise<[gradients: Session, update: Session]> | undefined;

/**
 * One of the threads of a data-parallel run. It computes the gradients of its shards, waits for the others, sums all shards'
 * gradients on its part of the parameters in the shards' order, and updates that part.
 */
serve(async (message): Promise<ShardReply> => {
  const barrier = new Barrier(job.control, job.workers);
  try {
    sessions ??= Promise.all([openSession(job.gradients), openSession(job.update)]);
    await run(barrier, message as ShardOrder, ...(await sessions));
    return {};
  } catch (error) {
    barrier.fail();
    return { error: reportOf(error) };
  }
});

async function run(
  barrier: Barrier,
  { start, end }: ShardOrder,
  gradients: Session,
  update: Session,
): Promise<void> {
  const { control, parameters, slots, shardGradients, shardLosses, losses, worker } = job;
  const [from, to] = job.part;
  // The runtime does not take shared memory. These are made once: large new arrays in every step cost more than the copies.
  const takeShards = shardsOf(gradients);
  const partGradients = shardGradients.map(() => vector(to - from));
  let state: PartState = {
    parameters: vector(parameters.subarray(from, to)),
    slots: slots.map((slot) => vector(slot.subarray(from, to))),
  };
  let next: PartState = { parameters: vector(to - from), slots: slots.map(() => vector(to - from)) };

  for (let step = start, stop = false; step < end && !stop; step++) {
    await takeShards(step);
    // Whether to go on must be one thread's decision, made while the others wait, or they would part ways.
    if (worker === 0) Atomics.store(control, DECISION, Atomics.load(control, STOP));
    if (!barrier.wait()) return;

    const loss = shardLosses.reduce((total, share) => total + share, 0);
    stop = Atomics.load(control, DECISION) === 1 || !Number.isFinite(Math.fround(loss));
    shardGradients.forEach((shared, shard) => partGradients[shard]!.data.set(shared.subarray(from, to)));
    const [feeds, into] = [stateFeeds(state, partGradients), stateTargets(next)];
    const count = { [STEP]: tensor('float64', [], Float64Array.of(step + 1)) };
    for (let at = 0; at < to - from; at += PIECE) {
      await update.run({ ...cut(feeds, at), ...count }, { into: cut(into, at) });
    }
    [state, next] = [next, state];
    parameters.set(state.parameters.data, from);
    if (worker === 0) {
      losses[step] = loss;
      Atomics.store(control, STEPS_DONE, step + 1);
    }
    if (!barrier.wait()) return;
  }
  slots.forEach((slot, i) => slot.set(state.slots[i]!.data, from));
}

/** Computes the gradients and losses of this worker's shards of a step, into the memory that all see. */
function shardsOf(gradients: Session): (step: number) => Promise<void> {
  const { schedule, parameters, shardGradients, shardLosses, worker, workers } = job;
  const batches = new Batches(job.gradients, job.data, schedule);
  const whole = vector(parameters);
  const gradient = vector(parameters.length);
  return async (step) => {
    whole.data.set(parameters);
    for (let shard = worker; shard < schedule.shards; shard += workers) {
      const feeds = batches.feeds(step, shard);
      if (feeds === undefined) {
        shardGradients[shard]!.fill(0);
        shardLosses[shard] = 0;
        continue;
      }
      const outputs = await gradients.run(
        { ...feeds, [PARAMETERS]: whole },
        { into: { [GRADIENT]: gradient } },
      );
      shardGradients[shard]!.set(gradient.data);
      shardLosses[shard] = outputs[MEAN_LOSS]!.data[0] as number;
    }
  };
}

/** Updates run on pieces that stay in the cache between their nodes; what is computed for an element does not depend on the cut. */
const PIECE = 1 << 16;

/** The piece of each vector that begins at `start`, in the same memory. */
function cut(vectors: Readonly<Record<string, Tensor<'float32'>>>, start: number): Record<string, Tensor> {
  const pieces = Object.entries(vectors).map(([name, { data }]) => {
    const piece = data.subarray(start, start + PIECE);
    return [name, tensor('float32', [piece.length], piece)] as const;
  });
  return Object.fromEntries(pieces);
}

/** This worker's part of the parameters and of each slot. */
interface PartState {
  readonly parameters: Tensor<'float32'>;
  readonly slots: readonly Tensor<'float32'>[];
}

function stateFeeds(
  { parameters, slots }: PartState,
  gradients: readonly Tensor<'float32'>[],
): Record<string, Tensor<'float32'>> {
  return {
    [PARAMETERS]: parameters,
    ...Object.fromEntries(gradients.map((gradient, shard) => [shardGradientName(shard), gradient])),
    ...Object.fromEntries(job.slotNames.map((slot, i) => [slotName(slot), slots[i]!])),
  };
}

function stateTargets({ parameters, slots }: PartState): Record<string, Tensor<'float32'>> {
  const named = job.slotNames.map((slot, i) => [nextName(slotName(slot)), slots[i]!] as const);
  return { [nextName(PARAMETERS)]: parameters, ...Object.fromEntries(named) };
}

/** A vector of its own memory: zeros of a length, or a copy. */
function vector(from: number | Float32Array): Tensor<'float32'> {
  const data = typeof from === 'number' ? new Float32Array(from) : from.slice();
  return tensor('float32', [data.length], data);
}
