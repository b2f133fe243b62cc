import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { loadMnist } from '#credence/data/index';
import type { ImageSet } from '#credence/data/index';
import type { Progress, Reporter } from '#credence/practical/index';
import { runWeek3 } from '#credence/practical/index';
import type { RunContext } from '#credence/practical/run';
import { trainNetworks } from '#credence/practical/week3/networks';
import { week3Settings } from '#credence/practical/week3/settings';
import type { Week3Settings } from '#credence/practical/week3/settings';
import { key, uniformInteger } from '#credence/random/index';
import { sliceRows, tensor } from '#credence/tensor/index';

/** The third week in a second: few digits, few steps, few passes. Enough errors, and digits that are right. */
const TINY: Week3Settings = {
  ...week3Settings({ quick: true, published: false }),
  trainingDigits: 450,
  batchSize: 100,
  classifier: { epochs: 3, learningRate: 3e-3 },
  confidnet: { epochs: 2, learningRate: 1e-3, hidden: [8] },
  passes: { measures: 4, figures: 6 },
  bootstrap: { resamples: 20, level: 0.95 },
};

const mnist = await loadMnist();
const TEST_DIGITS = 200;
const STRANGE = 150;

/** MNIST's first test digits, all of its training ones, and noise for an out-of-distribution set. */
export const SETS: { readonly mnist: ImageSet; readonly ood: ImageSet } = {
  mnist: {
    ...mnist,
    test: {
      images: sliceRows(mnist.test.images, 0, TEST_DIGITS),
      labels: sliceRows(mnist.test.labels, 0, TEST_DIGITS),
    },
  },
  ood: {
    name: 'noise',
    title: 'Noise',
    classes: ['noise'],
    source: 'a test',
    sha256: {},
    test: {
      images: tensor('uint8', [STRANGE, 28, 28], Uint8Array.from(uniformInteger(key(1), STRANGE * 784, 256))),
      labels: tensor('uint8', [STRANGE], new Uint8Array(STRANGE)),
    },
  },
};

/** Keeps what is said. `onProgress`: told of every step of every phase. */
export class Recorder implements Reporter {
  readonly notes: string[] = [];
  readonly phases: string[] = [];
  readonly #onProgress: (phase: string, done: number, total: number) => void;

  constructor(onProgress: (phase: string, done: number, total: number) => void = () => undefined) {
    this.#onProgress = onProgress;
  }

  async phase<T>(name: string, work: (progress: Progress) => Promise<T>): Promise<T> {
    this.phases.push(name);
    return work((done, total) => this.#onProgress(name, done, total));
  }

  note(message: string): void {
    this.notes.push(message);
  }
}

export interface TinyRun {
  readonly folder?: string;
  readonly reporter?: Reporter;
  readonly resume?: boolean;
  readonly signal?: AbortSignal;
  readonly workers?: number;
  readonly seeds?: readonly number[];
  readonly settings?: Partial<Week3Settings>;
  readonly sets?: typeof SETS;
}

export function runTiny(options: TinyRun = {}): ReturnType<typeof runWeek3> {
  const { seeds = [1], settings, sets = SETS } = options;
  return runWeek3(surroundings(options), seeds, sets, { ...TINY, ...settings });
}

/** Its two networks alone, of seed 1. */
export function trainTiny(options: TinyRun = {}): ReturnType<typeof trainNetworks> {
  const { settings, sets = SETS } = options;
  const run = { ...surroundings(options), seed: 1, key: key(1) };
  return trainNetworks(run, { ...sets.mnist, train: sets.mnist.train! }, { ...TINY, ...settings });
}

function surroundings(options: TinyRun): Omit<RunContext, 'seed' | 'key'> {
  const { reporter = new Recorder(), resume = false, workers = 0 } = options;
  const { folder = temporaryFolder(), signal = new AbortController().signal } = options;
  return { folder, workers, provider: 'cpu', resume, reporter, signal };
}

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone when the tests of the file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'credence-'));
  folders.push(folder);
  return folder;
}
