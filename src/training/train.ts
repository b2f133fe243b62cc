import { ConfigurationError, NumericalError } from '../errors/index.js';
import { flatLayout, dropIdentities, foldConstants, PARAMETERS, unpackParameters } from '../graph/index.js';
import type { FlatLayout, Graph } from '../graph/index.js';
import type { Key } from '../random/index.js';
import { openSession } from '../runtime/index.js';
import type { Feeds, Provider, Session } from '../runtime/index.js';
import { tensor, zeros } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { workerCount } from '../runtime/worker-count.js';
import { Batches, requirePositive, scheduleOf } from './batches.js';
import type { Schedule } from './batches.js';
import type { Optimiser } from './optimisers.js';
import { openParallelStepper } from './parallel.js';
import { initialState } from './state.js';
import type { TrainingState } from './state.js';
import type { Stepper, Watch } from './stepper.js';
import {
  GRADIENT,
  gradientGraph,
  MEAN_LOSS,
  nextName,
  shardGradientName,
  slotName,
  STEP,
  stepGraph,
  updateGraph,
} from './step.js';

export interface TrainOptions {
  readonly optimiser: Optimiser;
  readonly epochs: number;
  /** Examples of a step; all of them unless given. The last batch of an epoch may be smaller. */
  readonly batchSize?: number;
  /** Decides the order of the examples and all noise. */
  readonly key: Key;
  /**
   * Logical shards of a batch, 1 unless given. Their gradients are summed in a fixed order, so the trained bytes depend on this
   * number and never on how many workers ran.
   */
  readonly shards?: number;
  /** Threads that share the shards; one a core, at most one a shard, unless given. */
  readonly workers?: number;
  /** Where the steps run; the CPU unless given. Others run in the calling thread, whatever `workers` says. */
  readonly provider?: Provider;
  /** The value of the graph that is minimised: a loss for each example, (N,). 'loss' unless given. */
  readonly loss?: string;
  /** Where to go on from: an earlier run's state, of the same graph, data and options. */
  readonly from?: TrainingState;
  /** Called after each epoch with the epoch's number, from 1; training waits for it. */
  readonly onEpoch?: (epoch: number, state: TrainingState) => void | Promise<void>;
  /** Told now and then how many steps are done. */
  readonly onProgress?: (stepsDone: number, steps: number) => void;
  /** Stops the run after the step in hand; the result is then not complete. */
  readonly signal?: AbortSignal;
}

export interface TrainResult {
  readonly state: TrainingState;
  /** The trained parameters by name. */
  readonly parameters: ReadonlyMap<string, Tensor<'float32'>>;
  /** Mean loss of each epoch that was completed. */
  readonly epochLosses: readonly number[];
  /** False when the signal stopped it; `state` is then where to go on. */
  readonly complete: boolean;
}

/**
 * Minimises the mean over the examples of a graph's loss in all its parameters by minibatches. The objective holds the whole
 * model: example-wise loss plus penalty / N. Random inputs are drawn anew for each step and example.
 *
 * A run that was interrupted and resumed from its state gives the bytes of an uninterrupted one.
 * @throws ConfigurationError, ShapeError, DataError before it starts; NumericalError when the loss is no longer finite.
 */
export async function train(objective: Graph, data: Feeds, options: TrainOptions): Promise<TrainResult> {
  const { optimiser, epochs, from, signal } = options;
  requirePositive('epochs', epochs);
  const schedule = scheduleOf(objective, data, options);
  workerCount(options.workers, schedule.shards);
  const steps = epochs * schedule.stepsPerEpoch;
  const layout = flatLayout(objective);
  let state = from ?? initialState(objective, optimiser);
  if (state.step > steps) {
    throw new ConfigurationError({
      what: 'train: state to go on from',
      expected: `at most ${steps} steps, which are ${epochs} epochs`,
      got: `one of ${state.step} steps`,
    });
  }
  if (state.parameters.length !== layout.size || state.slots.length !== optimiser.slots.length) {
    throw new ConfigurationError({
      what: 'train: state to go on from',
      expected: `${layout.size} parameters and ${optimiser.slots.length} slots`,
      got: `${state.parameters.length} and ${state.slots.length}`,
    });
  }
  const finish = (complete: boolean): TrainResult => ({
    state,
    parameters: unpackParameters(layout, state.parameters),
    epochLosses: epochLosses(state, schedule),
    complete,
  });

  await using stepper = await openStepper(objective, data, schedule, options, steps);
  while (state.step < steps) {
    const epoch = Math.floor(state.step / schedule.stepsPerEpoch) + 1;
    // Without someone to call after each epoch, threads need not stop in between.
    const end = options.onEpoch === undefined ? steps : epoch * schedule.stepsPerEpoch;
    state = await stepper.run(state, end, {
      shouldStop: () => signal?.aborted ?? false,
      onSteps: (done) => options.onProgress?.(done, steps),
    });
    checkFinite(state, layout);
    if (state.step % schedule.stepsPerEpoch === 0)
      await options.onEpoch?.(state.step / schedule.stepsPerEpoch, state);
    if (state.step < steps && signal?.aborted) return finish(false);
  }
  return finish(true);
}

async function openStepper(
  objective: Graph,
  data: Feeds,
  schedule: Schedule,
  { optimiser, loss = 'loss', provider = 'cpu', workers: wanted }: TrainOptions,
  steps: number,
): Promise<Stepper> {
  if (schedule.shards === 1) {
    const session = await openSession(ready(stepGraph(objective, optimiser, loss)), { provider });
    const batches = new Batches(session.graph, data, schedule);
    return {
      run: (state, end, watch) => runWhole(session, batches, optimiser, state, end, watch),
      [Symbol.asyncDispose]: () => session.close(),
    };
  }
  const gradients = ready(gradientGraph(objective, loss));
  const update = ready(updateGraph(optimiser, schedule));
  const workers = provider === 'cpu' ? workerCount(wanted, schedule.shards) : 1;
  if (workers > 1) {
    const parameters = flatLayout(objective).size;
    return openParallelStepper({ gradients, update, data, schedule, optimiser, parameters, steps, workers });
  }
  const sessions = [
    await openSession(gradients, { provider }),
    await openSession(update, { provider }),
  ] as const;
  const batches = new Batches(gradients, data, schedule);
  return {
    run: (state, end, watch) => runSharded(sessions, batches, schedule.shards, optimiser, state, end, watch),
    async [Symbol.asyncDispose]() {
      await Promise.all(sessions.map((session) => session.close()));
    },
  };
}

/** One session, one run a step. */
async function runWhole(
  session: Session,
  batches: Batches,
  optimiser: Optimiser,
  state: TrainingState,
  end: number,
  watch: Watch,
): Promise<TrainingState> {
  return advance(state, end, watch, async (step, current) => {
    const outputs = await session.run({ ...batches.feeds(step, 0), ...stateFeeds(current, optimiser, step) });
    return { ...nextState(outputs, optimiser), loss: outputs[MEAN_LOSS]!.data[0] as number };
  });
}

/** The shards one after the other, summed in the order in which the threads of `openParallelStepper` sum them. */
async function runSharded(
  [gradients, update]: readonly [Session, Session],
  batches: Batches,
  shards: number,
  optimiser: Optimiser,
  state: TrainingState,
  end: number,
  watch: Watch,
): Promise<TrainingState> {
  return advance(state, end, watch, async (step, current) => {
    const feeds = stateFeeds(current, optimiser, step);
    const own: Record<string, Tensor> = {};
    let loss = 0;
    for (let shard = 0; shard < shards; shard++) {
      const batch = batches.feeds(step, shard);
      const outputs = batch && (await gradients.run({ ...batch, [PARAMETERS]: feeds[PARAMETERS]! }));
      own[shardGradientName(shard)] = outputs?.[GRADIENT] ?? zeros('float32', [current.parameters.length]);
      loss += (outputs?.[MEAN_LOSS]?.data[0] as number | undefined) ?? 0;
    }
    const outputs = await update.run({ ...feeds, ...own });
    return { ...nextState(outputs, optimiser), loss };
  });
}

/** What a session is opened on: nothing left to compute that is known, nothing copied for a name. */
function ready(graph: Graph): Graph {
  return dropIdentities(foldConstants(graph));
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

function checkFinite({ losses, parameters, step: steps }: TrainingState, { pieces }: FlatLayout): void {
  const hint = 'lower the learning rate, and check the data for NaN';
  const expected = 'a finite number';
  const step = losses.findIndex((loss) => !Number.isFinite(loss));
  if (step >= 0) {
    throw new NumericalError({
      what: `training: loss of step ${step + 1}`,
      expected,
      got: `${losses[step]}`,
      hint,
    });
  }
  const i = parameters.findIndex((value) => !Number.isFinite(value));
  if (i >= 0) {
    const name = pieces.findLast(({ offset }) => offset <= i)?.name;
    throw new NumericalError({
      what: `training: an element of '${name}' after step ${steps}`,
      expected,
      got: `${parameters[i]}`,
      hint,
    });
  }
}

/** Means over the examples: the last batch of an epoch may be smaller, and counts for less. */
export function epochLosses(
  { losses, step }: TrainingState,
  { examples, batchSize, stepsPerEpoch }: Pick<Schedule, 'examples' | 'batchSize' | 'stepsPerEpoch'>,
): number[] {
  return Array.from({ length: Math.floor(step / stepsPerEpoch) }, (_, epoch) => {
    let total = 0;
    for (let i = 0; i < stepsPerEpoch; i++) {
      total += losses[epoch * stepsPerEpoch + i]! * Math.min(batchSize, examples - i * batchSize);
    }
    return total / examples;
  });
}
