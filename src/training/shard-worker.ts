import { ownData, serve } from '#workers';
import { openSession } from '../runtime/index.js';
import type { Session } from '../runtime/index.js';
import { reportOf } from '../runtime/worker-errors.js';
import { tensor } from '../tensor/index.js';
import { PARAMETERS } from '../graph/index.js';
import { Barrier, DECISION, STEPS_DONE, STOP } from './barrier.js';
import { Batches } from './batches.js';
import type { ShardJob, ShardOrder, ShardReply } from './parallel.js';
import { GRADIENT, MEAN_LOSS, nextName, slotName, STEP } from './step.js';

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
  const { control, schedule, parameters, slots, shardGradients, shardLosses, losses, worker, workers } = job;
  const batches = new Batches(job.gradients, job.data, schedule);
  const [from, to] = job.part;
  const own = (vector: Float32Array): ReturnType<typeof tensor> =>
    tensor('float32', [to - from], vector.slice(from, to));
  for (let step = start; step < end; step++) {
    const whole = tensor('float32', [parameters.length], parameters.slice());
    for (let shard = worker; shard < schedule.shards; shard += workers) {
      const feeds = batches.feeds(step, shard);
      const outputs = feeds && (await gradients.run({ ...feeds, [PARAMETERS]: whole }));
      if (outputs === undefined) shardGradients[shard]!.fill(0);
      else shardGradients[shard]!.set(outputs[GRADIENT]!.data as Float32Array);
      shardLosses[shard] = outputs === undefined ? 0 : (outputs[MEAN_LOSS]!.data[0] as number);
    }
    // Whether to go on must be one thread's decision, made while the others wait, or they would part ways.
    if (worker === 0) Atomics.store(control, DECISION, Atomics.load(control, STOP));
    if (!barrier.wait()) return;

    const loss = shardLosses.reduce((total, share) => total + share, 0);
    const stop = Atomics.load(control, DECISION) === 1 || !Number.isFinite(Math.fround(loss));
    const sum = new Float32Array(to - from);
    for (const gradient of shardGradients) {
      for (let i = from; i < to; i++) sum[i - from]! += gradient[i]!;
    }
    const next = await update.run({
      [PARAMETERS]: own(parameters),
      [GRADIENT]: tensor('float32', [to - from], sum),
      [STEP]: tensor('float64', [], Float64Array.of(step + 1)),
      ...Object.fromEntries(job.slotNames.map((slot, i) => [slotName(slot), own(slots[i]!)])),
    });
    parameters.set(next[nextName(PARAMETERS)]!.data as Float32Array, from);
    job.slotNames.forEach((slot, i) =>
      slots[i]!.set(next[nextName(slotName(slot))]!.data as Float32Array, from),
    );
    if (worker === 0) {
      losses[step] = loss;
      Atomics.store(control, STEPS_DONE, step + 1);
    }
    if (!barrier.wait()) return;
    if (stop) return;
  }
}
