import { PARAMETERS } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import { openSession } from '../runtime/index.js';
import type { Feeds, SessionOptions } from '../runtime/index.js';
import { tensor, zeros } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { Batches } from './batches.js';
import type { Optimiser } from './optimisers.js';
import type { TrainingState } from './state.js';
import { GRADIENT, MEAN_LOSS, nextName, shardGradientName, slotName, STEP } from './step.js';
import type { ShardGraphs, Stepper, Watch, Work } from './stepper.js';

/** Steps in the calling thread, one run of one session each. `step`: see `stepGraph`. */
export async function openWholeStepper(
  step: Graph,
  { data, schedule, optimiser }: Work,
  options: SessionOptions,
): Promise<Stepper> {
  const session = await openSession(step, options);
  const batches = new Batches(step, data, schedule);
  return {
    run: (state, end, watch) =>
      advance(state, end, watch, async (i, current) => {
        const outputs = await session.run({ ...batches.feeds(i, 0), ...stateFeeds(current, optimiser, i) });
        return { ...nextState(outputs, optimiser), loss: outputs[MEAN_LOSS]!.data[0] as number };
      }),
    [Symbol.asyncDispose]: () => session.close(),
  };
}

/**
 * Steps in the calling thread, the shards of a batch one after the other, summed in the order in which the threads of
 * `openParallelStepper` sum them.
 */
export async function openShardedStepper(
  { gradients, update }: ShardGraphs,
  { data, schedule, optimiser }: Work,
  options: SessionOptions,
): Promise<Stepper> {
  const gradientSession = await openSession(gradients, options);
  const updateSession = await openSession(update, options).catch(async (error: unknown) => {
    await gradientSession.close();
    throw error;
  });
  const batches = new Batches(gradients, data, schedule);
  return {
    run: (state, end, watch) =>
      advance(state, end, watch, async (i, current) => {
        const feeds = stateFeeds(current, optimiser, i);
        const own: Record<string, Tensor> = {};
        let loss = 0;
        for (let shard = 0; shard < schedule.shards; shard++) {
          const batch = batches.feeds(i, shard);
          const outputs =
            batch && (await gradientSession.run({ ...batch, [PARAMETERS]: feeds[PARAMETERS]! }));
          own[shardGradientName(shard)] =
            outputs?.[GRADIENT] ?? zeros('float32', [current.parameters.length]);
          loss += (outputs?.[MEAN_LOSS]?.data[0] as number | undefined) ?? 0;
        }
        return { ...nextState(await updateSession.run({ ...feeds, ...own }), optimiser), loss };
      }),
    async [Symbol.asyncDispose]() {
      await Promise.all([gradientSession.close(), updateSession.close()]);
    },
  };
}

type Current = Pick<TrainingState, 'parameters' | 'slots'>;

async function advance(
  state: TrainingState,
  end: number,
  { shouldStop, onSteps }: Watch,
  takeStep: (step: number, current: Current) => Promise<Current & { loss: number }>,
): Promise<TrainingState> {
  const losses = new Float32Array(end);
  losses.set(state.losses);
  let current: Current = state;
  let { step } = state;
  do {
    const next = await takeStep(step, current);
    losses[step] = next.loss;
    current = next;
    step++;
    onSteps(step);
  } while (step < end && !shouldStop() && Number.isFinite(losses[step - 1]));
  return { step, parameters: current.parameters, slots: current.slots, losses: losses.slice(0, step) };
}

function stateFeeds(
  { parameters, slots }: Current,
  optimiser: Optimiser,
  step: number,
): Record<string, Tensor> {
  const vector = (data: Float32Array): Tensor => tensor('float32', [data.length], data);
  return {
    [PARAMETERS]: vector(parameters),
    [STEP]: tensor('float64', [], Float64Array.of(step + 1)),
    ...Object.fromEntries(optimiser.slots.map((slot, i) => [slotName(slot), vector(slots[i]!)])),
  };
}

function nextState(outputs: Feeds, optimiser: Optimiser): Current {
  const vector = (name: string): Float32Array => outputs[nextName(name)]!.data as Float32Array;
  return { parameters: vector(PARAMETERS), slots: optimiser.slots.map((slot) => vector(slotName(slot))) };
}
