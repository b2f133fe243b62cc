import { useSignal, useSignalEffect } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { announce, short } from '../ui/index.js';
import type { TaskState } from '../compute/index.js';
import type { Fit } from './model.js';

type FitTask = TaskState<Fit, Fit>;

export interface PlayingOptions {
  readonly playing: Signal<boolean>;
  readonly done: ReadonlySignal<boolean>;
  readonly task: FitTask;
  /** Whether there is anything to train. */
  readonly ready: ReadonlySignal<boolean>;
  readonly onStep: () => void;
}

/** Asks for more after an answer: as fast as the worker can, and at most in every other frame of the screen. */
export function usePlaying({ playing, done, task, ready, onStep }: PlayingOptions): void {
  useSignalEffect(() => {
    if (!playing.value || task.busy.value) return undefined;
    if (done.value || !ready.value || task.error.value !== undefined) {
      playing.value = false;
      return undefined;
    }
    // Every other frame, so that the ones in between are the reader's.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        if (!task.busy.peek()) onStep();
      });
    });
    return () => cancelAnimationFrame(frame);
  });
  // Elsewhere nobody sees it train.
  useEffect(() => () => void (playing.value = false), [playing]);
}

/** Says what has been reached when the training stands still. */
export function useSpoken({ result, busy }: FitTask, playing: ReadonlySignal<boolean>): void {
  useSignalEffect(() => {
    if (busy.value || playing.value || result.value === undefined) return;
    const { epoch, accuracy, near, far } = result.value;
    announce(
      `Epoch ${epoch}: accuracy ${short(100 * accuracy)} percent, epistemic uncertainty ${short(near.epistemic)} nats at the points, ` +
        `${short(far.epistemic)} at the map's edge`,
    );
  });
}

/** The newest value that there was. */
export function useLast<T>(value: ReadonlySignal<T | undefined>): ReadonlySignal<T | undefined> {
  const last = useSignal<T | undefined>(value.peek());
  useSignalEffect(() => {
    if (value.value !== undefined) last.value = value.value;
  });
  return last;
}
