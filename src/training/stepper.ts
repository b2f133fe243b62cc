import type { Graph } from '../graph/index.js';
import type { Feeds } from '../runtime/index.js';
import type { Schedule } from './batches.js';
import type { Optimiser } from './optimisers.js';
import type { TrainingState } from './state.js';

/** What takes the steps of a run: one session, several in turns, or several threads. */
export interface Stepper extends AsyncDisposable {
  /** Steps `state.step` to `end` (exclusive), fewer when `shouldStop` says so between two of them. */
  run(state: TrainingState, end: number, watch: Watch): Promise<TrainingState>;
}

export interface Watch {
  readonly shouldStop: () => boolean;
  readonly onSteps: (done: number) => void;
}

/** What steps are taken on. */
export interface Work {
  readonly data: Feeds;
  readonly schedule: Schedule;
  readonly optimiser: Optimiser;
}

/** The graphs of a sharded step. */
export interface ShardGraphs {
  /** See `gradientGraph`. */
  readonly gradients: Graph;
  /** See `updateGraph`. */
  readonly update: Graph;
}
