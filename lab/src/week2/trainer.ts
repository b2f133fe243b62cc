import type { Graph } from 'credence/graph';
import type { Key } from 'credence/random';
import type { Feeds } from 'credence/runtime';
import { initialState, train } from 'credence/training';
import type { Optimiser, TrainingState } from 'credence/training';
import { MOST_EPOCHS } from './limits.js';

export interface Training {
  readonly objective: Graph;
  readonly optimiser: Optimiser;
  readonly key: Key;
}

/** A run of `train` on all points at once that stands still between two epochs. */
export interface Trainer {
  readonly state: TrainingState;
  /** One epoch. @throws what `train` throws */
  advance(): Promise<void>;
  /** Lets the run end; nothing may be asked afterwards. */
  close(): void;
}

export function openTrainer({ objective, optimiser, key }: Training, data: Feeds): Trainer {
  let state = initialState(objective, optimiser);
  let run: Promise<unknown> | undefined;
  let goOn = (): void => {};
  let arrive = (): void => {};
  const end = new AbortController();
  const start = async (): Promise<unknown> =>
    train(objective, data, {
      optimiser,
      key,
      epochs: MOST_EPOCHS,
      signal: end.signal,
      onEpoch(_, reached) {
        state = reached;
        arrive();
        // `train` waits for this.
        return new Promise<void>((resolve) => {
          goOn = resolve;
        });
      },
    });
  return {
    get state() {
      return state;
    },
    async advance() {
      const arrived = new Promise<void>((resolve) => {
        arrive = resolve;
      });
      if (run === undefined) run = start();
      else goOn();
      await Promise.race([arrived, run]);
    },
    close() {
      end.abort();
      // What it fails with has been thrown by `advance`.
      run?.catch(() => {});
      goOn();
    },
  };
}
