import type { Key } from '../random/index.js';
import type { Provider } from '../runtime/index.js';

/** What a piece of long work says about itself while it runs. */
export type Progress = (done: number, total: number, detail?: string) => void;

/** What a run of the practical needs of its surroundings: where it says what it does, and how it is stopped. */
export interface Reporter {
  /** Runs a named piece of work, timed and with its progress shown. */
  phase<T>(name: string, work: (progress: Progress) => Promise<T>): Promise<T>;
  /** One line that stays: what was reused, what was chosen and why. */
  note(message: string): void;
}

/** The surroundings of one piece of the practical. */
export interface RunContext {
  /** The folder that everything is written to. */
  readonly folder: string;
  readonly seed: number;
  /** `key(seed)`, folded for each use. */
  readonly key: Key;
  readonly workers: number;
  readonly provider: Provider;
  /** Whether to go on from an unfinished checkpoint. */
  readonly resume: boolean;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}
