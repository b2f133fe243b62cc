import process from 'node:process';
import { InterruptedError } from '../errors/index.js';
import { isSupervised, notify } from './supervision.js';
import type { Order } from './supervision.js';

export interface InterruptibleOptions {
  /** 'credence assess'. */
  readonly command: string;
  /** What is left when it is stopped, in words. */
  readonly hint: string;
  readonly onStop?: () => void;
  /** What it takes to save what there is, in milliseconds, once it has heard of the signal. None unless given. */
  readonly patience?: number;
}

/**
 * Work that SIGINT and SIGTERM stop, by its signal. The second one ends the process at once: by the system's own doing, or by
 * the supervisor's where there is one, which also ends work that does not stop (`supervise`).
 */
export async function interruptible<T>(
  { command, hint, onStop, patience }: InterruptibleOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const watched = isSupervised();
  const received = (signal: NodeJS.Signals): void => {
    // A terminal tells both processes: what comes after the first is the supervisor's affair.
    if (!watched) release();
    if (controller.signal.aborted) return;
    if (patience !== undefined) notify({ patience });
    onStop?.();
    controller.abort(interrupted(command, signal, hint));
  };
  const ordered = (order: unknown): void => received((order as Order).stop);
  const orphaned = (): void => received('SIGTERM');
  const release = (): void => {
    process.off('SIGINT', received).off('SIGTERM', received);
    process.off('message', ordered).off('disconnect', orphaned);
  };
  process.on('SIGINT', received).on('SIGTERM', received);
  if (watched) process.on('message', ordered).on('disconnect', orphaned);
  notify({ hint });
  try {
    return await work(controller.signal);
  } finally {
    release();
  }
}

export function interrupted(command: string, signal: NodeJS.Signals, hint: string): InterruptedError {
  return new InterruptedError({ what: command, got: signal === 'SIGINT' ? 'Ctrl-C' : signal, hint });
}
