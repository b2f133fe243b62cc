import type { FlatLayout, Graph, Parameters } from '../graph/index.js';
import { flatLayout, packParameters, parametersOf } from '../graph/index.js';
import type { Optimiser } from './optimisers.js';

/** All that a training run needs to go on exactly: with its settings and data, everything else follows from the step's number. */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  /** Flat, (P,). */
  readonly parameters: Float32Array;
  /** One vector (P,) for each of the optimiser's slots. */
  readonly slots: readonly Float32Array[];
  /** The mean loss of each step done, (step,). */
  readonly losses: Float32Array;
}

/** The state before the first step: the graph's own parameters, slots of zeros. */
export function initialState(
  graph: Graph,
  optimiser: Optimiser,
  parameters: Parameters = parametersOf(graph),
): TrainingState {
  const layout: FlatLayout = flatLayout(graph);
  return {
    step: 0,
    parameters: packParameters(layout, parameters),
    slots: optimiser.slots.map(() => new Float32Array(layout.size)),
    losses: new Float32Array(0),
  };
}
