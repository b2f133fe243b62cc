import type { TrainingState } from './state.js';

/** What takes the steps of a run: one session, or several threads. */
export interface Stepper extends AsyncDisposable {
  /** Steps `state.step` to `end` (exclusive), fewer when `shouldStop` says so between two of them. */
  run(state: TrainingState, end: number, watch: Watch): Promise<TrainingState>;
}

export interface Watch {
  readonly shouldStop: () => boolean;
  readonly onSteps: (done: number) => void;
}
