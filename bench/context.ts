import type { Contender } from './contenders/contender.js';
import type { PhaseMeasurements } from './measure.js';
import type { Options } from './options.js';

/** What the suites share. */
export interface Context {
  readonly options: Options;
  readonly signal: AbortSignal;
  /** A folder that is gone when the benchmark ends. */
  readonly scratch: string;
  readonly ours: Contender;
  /** Undefined where no Python has torch. */
  readonly peer: Contender | undefined;
  /** What an earlier suite has measured of the third week, phase by phase. */
  readonly measured: Map<string, PhaseMeasurements>;
  /** One line on stderr. */
  readonly say: (message: string) => void;
}
