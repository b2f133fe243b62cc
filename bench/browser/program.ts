/** What is timed, in the unit that is printed. */
export const TASKS = ['mlp-step', 'convnet-step', 'forward', 'mc-dropout', 'mc-dropout-cached'] as const;
export type TaskName = (typeof TASKS)[number];
export type TrainingTask = 'mlp-step' | 'convnet-step';

/** Seed of the first parameters, which every program begins with. */
export const SEED = 1;
/** Hidden units of the second week's perceptron. */
export const MLP_HIDDEN = 50;
/** Digits of a training step. */
export const BATCH = 100;
/** Passes of MC dropout. */
export const PASSES = 20;
/** Steps whose losses are compared. */
export const CHECK_STEPS = 5;
export const CONVNET_RATE = 1e-3;
export const MLP_RATE = 1e-2;
export const DROPOUT = [0.5, 0.25] as const;

/** Numbers on their way to a page: little-endian bytes in base64. */
export interface Packed {
  readonly shape: readonly number[];
  readonly base64: string;
}

/** What every program is given: the same parameters and the same data. */
export interface Given {
  /** By the names and in the shapes of Credence, which are PyTorch's: conv (out, in, h, w), dense (out, in). */
  readonly convnet: Readonly<Record<string, Packed>>;
  readonly mlp: Readonly<Record<string, Packed>>;
  /** Bytes (n, 28, 28) and (n,). */
  readonly images: Packed;
  readonly labels: Packed;
  /** float32 (m, 2), bytes 0 or 1 (m,). */
  readonly points: Packed;
  readonly classes: Packed;
  readonly backend: string;
  readonly threads: number;
}

/** What must agree between programs, if they do the same work; what none of the program's tasks needs is left out. */
export interface Checked {
  readonly mlpLosses?: readonly number[];
  readonly convnetLosses?: readonly number[];
  readonly logits?: readonly number[];
  readonly passVariance?: number;
}

export interface Opened {
  readonly version: string;
  /** Which of its ways were taken, and why. */
  readonly notes: readonly string[];
}

/** One library on one backend, in a page of its own. */
export interface Program extends Opened {
  /** Mean loss (nats) of each of the first steps, on all points and on the first batch of digits without dropout. */
  readonly losses: Readonly<Record<TrainingTask, () => Promise<readonly number[]>>>;
  /** Of all digits with the first parameters, (n, 10). */
  readonly logits: () => Promise<readonly number[]>;
  /** Variance of a class's probability over the passes of MC dropout, mean over digits and classes. */
  readonly passVariance: () => Promise<number>;
  /** Milliseconds of one unit of a task (a step; all digits once; all passes), the mean of `count` in a row. */
  time(task: TaskName, count: number): Promise<number>;
}

/** Opens a program. @throws Error where the page lacks what it needs. */
export type Open = (given: Given) => Promise<Program>;

declare global {
  var openProgram: (given: Given) => Promise<Opened>;
  var checkProgram: (tasks: readonly TaskName[]) => Promise<Checked>;
  var timeProgram: (task: TaskName, count: number) => Promise<number>;
}

/** Gives a page's program to whoever drives the page. */
export function offer(open: Open): void {
  let program: Program | undefined;
  const opened = (): Program => {
    if (program === undefined) throw new Error('openProgram first');
    return program;
  };
  globalThis.openProgram = async (given) => {
    program = await open(given);
    return { version: program.version, notes: program.notes };
  };
  globalThis.checkProgram = async (tasks) => {
    const { losses, logits, passVariance } = opened();
    return {
      ...(tasks.includes('mlp-step') && { mlpLosses: await losses['mlp-step']() }),
      ...(tasks.includes('convnet-step') && { convnetLosses: await losses['convnet-step']() }),
      ...(tasks.includes('forward') && { logits: await logits() }),
      ...(tasks.includes('mc-dropout') && { passVariance: await passVariance() }),
    };
  };
  globalThis.timeProgram = (task, count) => opened().time(task, count);
}
