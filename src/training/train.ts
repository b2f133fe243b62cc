import { NumericalError } from '../errors/index.js';
import { dropIdentities, flatLayout, foldConstants, unpackParameters } from '../graph/index.js';
import type { FlatLayout, Graph } from '../graph/index.js';
import type { Key } from '../random/index.js';
import type { Feeds, Provider } from '../runtime/index.js';
import type { Tensor } from '../tensor/index.js';
import { workerCount } from '../runtime/worker-count.js';
import { requirePositive, scheduleOf } from './batches.js';
import type { Schedule } from './batches.js';
import type { Optimiser } from './optimisers.js';
import { openParallelStepper } from './parallel.js';
import { openShardedStepper, openWholeStepper } from './serial.js';
import { checkState, initialState } from './state.js';
import type { TrainingState } from './state.js';
import { gradientGraph, stepGraph, updateGraph } from './step.js';
import type { Stepper, Work } from './stepper.js';

export interface TrainOptions {
  readonly optimiser: Optimiser;
  /** Passes over all examples, at least 1, those of `from` included. */
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
  /**
   * Of a run where no workers are: in a browser, whose first session decides it for the visit, and the last bits with it. 1 unless
   * given.
   */
  readonly threads?: number;
  /** The value of the graph that is minimised: a loss for each example, (N). 'loss' unless given. */
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
  /** After the last step, for a checkpoint or a longer run. */
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
 * @param data a row for each example, (n, ...), by input with an open first dimension; as they are, those of the others.
 * @throws before it starts ConfigurationError on options and a state that do not fit, ShapeError and DataError on such data,
 *   GraphError where the objective has no such loss or no derivative; NumericalError when a loss or a parameter is no longer
 *   finite; RuntimeError when ONNX Runtime fails.
 */
export async function train(objective: Graph, data: Feeds, options: TrainOptions): Promise<TrainResult> {
  const { optimiser, epochs, from, signal } = options;
  requirePositive('epochs', epochs);
  const schedule = scheduleOf(objective, data, options);
  workerCount(options.workers, schedule.shards);
  const steps = epochs * schedule.stepsPerEpoch;
  const layout = flatLayout(objective);
  let state = from ?? initialState(objective, optimiser);
  checkState(state, { steps, epochs, parameters: layout.size, slots: optimiser.slots.length });
  const finish = (complete: boolean): TrainResult => ({
    state,
    parameters: unpackParameters(layout, state.parameters),
    epochLosses: epochLosses(state, schedule),
    complete,
  });

  await using stepper = await openStepper(objective, { data, schedule, optimiser }, options, steps);
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
  work: Work,
  { loss = 'loss', provider = 'cpu', threads = 1, workers: wanted }: TrainOptions,
  steps: number,
): Promise<Stepper> {
  const { schedule, optimiser } = work;
  if (schedule.shards === 1) {
    return openWholeStepper(ready(stepGraph(objective, optimiser, loss)), work, { provider, threads });
  }
  const gradients = ready(gradientGraph(objective, loss));
  const update = ready(updateGraph(optimiser, schedule));
  const workers = provider === 'cpu' ? workerCount(wanted, schedule.shards) : 1;
  if (workers <= 1) return openShardedStepper({ gradients, update }, work, { provider, threads });
  const parameters = flatLayout(objective).size;
  return openParallelStepper({ gradients, update }, work, { parameters, steps, workers });
}

/** What a session is opened on: nothing left to compute that is known, nothing copied for a name. */
function ready(graph: Graph): Graph {
  return dropIdentities(foldConstants(graph));
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

/**
 * The mean loss of each epoch that was completed, over its examples: the last batch of an epoch may be smaller, and counts for
 * less.
 */
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
