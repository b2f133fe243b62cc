import process from 'node:process';

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
}

export function isSupervised(): boolean {
  return process.env[SUPERVISOR] === `${process.ppid}` && process.connected;
}

export function notify(notice: Notice): void {
  if (isSupervised()) process.send?.(notice);
}
