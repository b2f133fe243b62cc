import { ConfigurationError } from '../errors/index.js';
import type { Graph, Parameters } from '../graph/index.js';
import { flatLayout, packParameters, parametersOf } from '../graph/index.js';
import type { Optimiser } from './optimisers.js';

/** All that a training run needs to go on exactly: with its settings and data, everything else follows from the step's number. */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  /** Flat, (P). */
  readonly parameters: Float32Array;
  /** One vector (P) for each of the optimiser's slots. */
  readonly slots: readonly Float32Array[];
  /** The mean loss of each step done, (step). */
  readonly losses: Float32Array;
}

/**
 * The state before the first step: the graph's own parameters unless others are given, slots of zeros.
 * @throws ShapeError when a parameter is missing or misshapen; GraphError when one of the graph is not float32.
 */
export function initialState(
  graph: Graph,
  optimiser: Optimiser,
  parameters: Parameters = parametersOf(graph),
): TrainingState {
  const layout = flatLayout(graph);
  return {
    step: 0,
    parameters: packParameters(layout, parameters),
    slots: optimiser.slots.map(() => new Float32Array(layout.size)),
    losses: new Float32Array(0),
  };
}

/** @throws ConfigurationError unless a run of so many steps, parameters and slots can go on from the state. */
export function checkState(
  { step, parameters, slots, losses }: TrainingState,
  run: {
    readonly steps: number;
    readonly epochs: number;
    readonly parameters: number;
    readonly slots: number;
  },
): void {
  const what = 'train: state to go on from';
  if (step > run.steps) {
    const expected = `at most ${run.steps} steps, which are ${run.epochs} epochs`;
    throw new ConfigurationError({ what, expected, got: `one of ${step} steps` });
  }
  if (parameters.length !== run.parameters || slots.length !== run.slots) {
    throw new ConfigurationError({
      what,
      expected: `${run.parameters} parameters and ${run.slots} slots`,
      got: `${parameters.length} and ${slots.length}`,
    });
  }
  const short = slots.find((slot) => slot.length !== run.parameters);
  if (short !== undefined) {
    throw new ConfigurationError({ what, expected: `slots of ${run.parameters}`, got: `${short.length}` });
  }
  if (!Number.isInteger(step) || step < 0 || losses.length !== step) {
    const got = `${losses.length} of ${step} steps`;
    throw new ConfigurationError({ what, expected: 'a loss for each step that was done', got });
  }
}
