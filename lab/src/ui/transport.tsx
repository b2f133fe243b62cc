import type { ReadonlySignal, Signal } from '@preact/signals';
import { useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { SPEEDS } from '../state/index.js';
import { Button } from './controls.js';

export interface TransportProps {
  /** What is played, for the group's name: 'the posterior, point by point'. */
  readonly label: string;
  readonly playing: Signal<boolean>;
  /** Factor of the normal speed. */
  readonly speed: Signal<number>;
  readonly speeds?: readonly number[];
  readonly onStep: () => void;
  readonly onReset: () => void;
  /** Nothing is left to play: playing begins anew. */
  readonly done: ReadonlySignal<boolean>;
  /** There is nothing to play, whatever is reset. */
  readonly empty?: boolean;
  /** Where it stands: '3 of 25 points'. */
  readonly position: string;
}

/** Play, pause, step, speed, reset. */
export function Transport(props: TransportProps): JSX.Element {
  const { label, playing, speed, speeds = SPEEDS, onStep, onReset, done, empty = false, position } = props;
  const play = (): void => {
    if (done.value && !playing.value) onReset();
    playing.value = !playing.value;
  };
  return (
    <div class="transport" role="group" aria-label={label}>
      <Button primary onClick={play} disabled={empty}>
        {playing.value ? 'Pause' : 'Play'}
      </Button>
      <Button onClick={onStep} disabled={done.value || playing.value}>
        Step
      </Button>
      <Button onClick={onReset} disabled={empty}>
        Reset
      </Button>
      <label class="speed">
        Speed
        <select
          value={`${speed.value}`}
          onChange={(event) => (speed.value = Number(event.currentTarget.value))}
        >
          {speeds.map((each) => (
            <option key={each} value={`${each}`}>
              {each}×
            </option>
          ))}
        </select>
      </label>
      <output>{position}</output>
    </div>
  );
}

export interface PlaybackOptions {
  readonly playing: Signal<boolean>;
  readonly speed: ReadonlySignal<number>;
  readonly done: ReadonlySignal<boolean>;
  /** Milliseconds between two steps at normal speed. */
  readonly interval: number;
  readonly onStep: () => void;
}

/** Calls `onStep` at its pace while playing, and stops where it is done. */
export function usePlayback({ playing, speed, done, interval, onStep }: PlaybackOptions): void {
  useSignalEffect(() => {
    if (!playing.value) return undefined;
    if (done.value) {
      playing.value = false;
      return undefined;
    }
    const timer = setInterval(onStep, interval / speed.value);
    return () => clearInterval(timer);
  });
}
