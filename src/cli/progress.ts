import type { Progress, Reporter } from '../practical/index.js';
import { colours as pc } from './colours.js';

/** Redrawing more often than this only costs. */
const REDRAW_MILLISECONDS = 100;
/** A file or a pipe gets a line when a phase has gone on for this long, not an animation. */
const PLAIN_MILLISECONDS = 15_000;

export interface TerminalReporter extends Reporter {
  /** Seconds by phase. */
  readonly timings: Record<string, number>;
}

/** Progress on stderr: a line that is redrawn on a terminal, plain lines elsewhere, nothing when quiet. */
export function terminalReporter(
  stream: NodeJS.WriteStream,
  { quiet }: { quiet: boolean },
): TerminalReporter {
  const timings: Record<string, number> = {};
  const isTerminal = stream.isTTY && !quiet;
  const clear = isTerminal ? '\r\u001B[2K' : '';
  const print = (line: string): void => {
    if (!quiet) stream.write(`${clear}${line}\n`);
  };
  return {
    timings,
    note: (message) => print(pc.dim(`· ${message}`)),
    async phase(name, work) {
      const started = performance.now();
      const seconds = (): number => (performance.now() - started) / 1000;
      let drawn = started;
      const progress: Progress = (done, total, detail) => {
        const now = performance.now();
        if (quiet || now - drawn < (isTerminal ? REDRAW_MILLISECONDS : PLAIN_MILLISECONDS) || done === 0)
          return;
        drawn = now;
        const line = progressLine(name, { done, total, detail, seconds: seconds() });
        if (isTerminal) stream.write(clear + line.slice(0, stream.columns - 1));
        else stream.write(`${line}\n`);
      };
      if (isTerminal) stream.write(`${clear}${name} …`.slice(0, clear.length + stream.columns - 1));
      try {
        const result = await work(progress);
        timings[name] = (timings[name] ?? 0) + seconds();
        print(`${pc.green('✓')} ${name} ${pc.dim(`${seconds().toFixed(1)} s`)}`);
        return result;
      } catch (error) {
        if (isTerminal) stream.write(clear);
        throw error;
      }
    },
  };
}

interface ProgressState {
  readonly done: number;
  readonly total: number;
  readonly detail: string | undefined;
  readonly seconds: number;
}

function progressLine(name: string, { done, total, detail, seconds }: ProgressState): string {
  const left = (seconds * (total - done)) / done;
  const rate = done / seconds;
  const parts = [
    name,
    `${Math.floor((100 * done) / total)} %`,
    ...(detail === undefined ? [] : [detail]),
    `${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)}/s`,
    `${duration(left)} left`,
  ];
  return parts.join('  ');
}

/** '8 s', '2 min 05 s'. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
