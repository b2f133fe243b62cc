import { z } from 'zod';
import { FormatError } from '#credence/errors/index';

/** The phases of the third week that are timed. */
export const PHASES = ['classifier', 'confidnet', 'mc-dropout', 'odin'] as const;
export type PhaseName = (typeof PHASES)[number];

/** Work for one process: all its phases share one classifier. */
export interface Job {
  /** Phases of `PHASES`, or of those that only this contender has. */
  readonly phases: readonly string[];
  readonly threads: number;
  readonly epochs: number;
  readonly confidnetEpochs: number;
  readonly passes: number;
  readonly repeats: number;
  readonly limit?: number | undefined;
}

const phaseReport = z.looseObject({
  phase: z.string(),
  /** One a repeat; of a training one an epoch. */
  seconds: z.array(z.number()),
  peakRssBytes: z.number(),
  /** What was done once before the first of `seconds`. */
  startUpSeconds: z.number().optional(),
  /** ConfidNet: the frozen layers, where they run once. */
  encodingSeconds: z.number().optional(),
  accuracy: z.number().optional(),
  failureAuroc: z.number().optional(),
  oodAuroc: z.number().optional(),
  /** PyTorch: its version, and the rate of a matrix product. */
  torch: z.string().optional(),
  gemmGflops: z.number().optional(),
});

/** One line of a contender's output. The first, 'environment', is written when the data are read. */
export type PhaseReport = z.infer<typeof phaseReport>;

/** Someone who can do a job in a process of its own. */
export interface Contender {
  readonly name: string;
  /** The line of 'environment' and one for each phase, in order. @throws RuntimeError when the process fails. */
  run(job: Job): Promise<readonly PhaseReport[]>;
}

/** The options that both sides take. */
export function argumentsOf({ phases, limit, ...counts }: Job): string[] {
  const numbers = {
    '--threads': counts.threads,
    '--epochs': counts.epochs,
    '--confidnet-epochs': counts.confidnetEpochs,
    '--passes': counts.passes,
    '--repeats': counts.repeats,
    ...(limit !== undefined && { '--limit': limit }),
  };
  return ['--phases', ...phases, ...Object.entries(numbers).flatMap(([name, value]) => [name, `${value}`])];
}

/** @throws FormatError when a line is no report. */
export function parseReports(output: string, where: string): PhaseReport[] {
  return output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      try {
        return phaseReport.parse(JSON.parse(line));
      } catch (cause) {
        throw new FormatError({
          what: `output of ${where}`,
          expected: 'a line of JSON for each phase',
          got: line,
          cause,
        });
      }
    });
}
