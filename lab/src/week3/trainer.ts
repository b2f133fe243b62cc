// The training as the page holds it: started, paused and gone on with by hand.
import { signal } from '@preact/signals';
import { run } from '../compute/index.js';
import { announce } from '../ui/index.js';
import type { Trained, TrainProgress, Unreadable } from './model.js';
import { percent } from './fact.js';
import { signals } from './state.js';

/** How far the training is, or was when it was paused. */
export const progress = signal<TrainProgress | undefined>(undefined);
/** The last that came to its end. */
export const trained = signal<Trained | undefined>(undefined);
export const unreadable = signal<Unreadable | undefined>(undefined);
export const error = signal<string | undefined>(undefined);
export const running = signal<AbortController | undefined>(undefined);

let isTakenUp = false;

/** What the browser keeps of an earlier visit, once. */
export function takeUp(): void {
  if (!isTakenUp) void show();
  isTakenUp = true;
}

/** Trains with the settings of the page, or goes on with the training that is paused, whatever its settings are. */
export async function start(resume: boolean): Promise<void> {
  const controller = new AbortController();
  running.value = controller;
  error.value = undefined;
  const paused = progress.peek();
  if (resume && paused !== undefined) {
    signals.epochs.value = paused.settings.epochs;
    signals.seed.value = paused.settings.seed;
  } else progress.value = undefined;
  announce(resume ? 'Training goes on' : 'Training');
  const { signal } = controller;
  try {
    const input = { epochs: signals.epochs.peek(), seed: signals.seed.peek(), resume };
    const done = await run('week3', 'train', input, { signal, onProgress: (now) => (progress.value = now) });
    progress.value = done;
    trained.value = done;
    unreadable.value = undefined;
    announce(`Trained: ${percent(done.accuracy.live)} of the test digits are right`);
    ended(controller);
  } catch (cause) {
    const isEnded = cause instanceof DOMException && cause.name === 'AbortError';
    if (!isEnded) error.value = messageOf(cause);
    ended(controller);
    // Paused, or the worker was ended for another number of threads: what is held then is asked for.
    await show();
  }
}

export function pause(): void {
  running.peek()?.abort();
  announce('Paused');
}

/** Forgets the training that is shown. */
export async function discard(): Promise<void> {
  progress.value = undefined;
  trained.value = undefined;
  unreadable.value = undefined;
  error.value = undefined;
  try {
    await run('week3', 'discardTraining', null);
    announce('Discarded');
  } catch (cause) {
    error.value = messageOf(cause);
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function ended(controller: AbortController): void {
  if (running.peek() === controller) running.value = undefined;
}

async function show(): Promise<void> {
  // Where the worker cannot be asked, what is asked for next says so.
  const kept = await run('week3', 'keptTraining', null).catch(() => undefined);
  if (kept === undefined || running.peek() !== undefined) return;
  progress.value = kept.trained ?? kept.progress;
  unreadable.value = kept.unreadable;
  if (kept.trained !== undefined) trained.value = kept.trained;
}
