import process from 'node:process';
import { Worker } from 'node:worker_threads';

/** The variable by which a process knows that the one that started it watches over it: its id. */
export const SUPERVISOR = 'CREDENCE_SUPERVISOR';

/** What the supervisor says: a signal reached it. */
export interface Order {
  readonly stop: NodeJS.Signals;
}

/** What it is told, for when it has to end the work by force. */
export interface Notice {
  /** What is left of the work then, in words. */
  readonly hint?: string;
  /** A file or a folder that must not stay behind. */
  readonly temporary?: string;
  /** The work has heard of the signal and saves what it has: for how long it may, in milliseconds. */
  readonly patience?: number;
}

/** What a command has to stop by itself, before it is ended, in milliseconds. */
export const GRACE = 1500;

export function isSupervised(): boolean {
  return process.env[SUPERVISOR] === `${process.ppid}` && process.connected;
}

let deputy: Worker | undefined;

/** Has the work end soon after the supervisor, which may be ended by force as well. */
export function outliveSupervisorBriefly(): void {
  deputy = new Worker(new URL('./deputy.js', import.meta.url), { workerData: process.ppid, execArgv: [] });
  deputy.unref();
}

export function notify(notice: Notice): void {
  if (isSupervised()) process.send?.(notice);
  deputy?.postMessage(notice);
}
