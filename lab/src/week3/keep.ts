// Keeps a training in the browser, so that it outlives the page and the worker: a checkpoint of the library, in the worker.
import { ConfigurationError, CredenceError } from 'credence/errors';
import { crc32 } from 'credence/formats';
import { decodeCheckpoint, encodeCheckpoint } from 'credence/training';
import type { TrainingState } from 'credence/training';
import type { Keeping, Measures, TrainSettings, Unreadable } from './model.js';
import { planOf } from './plan.js';
import type { Plan } from './plan.js';
import { read, remove, stampOf, write } from './store.js';
import type { Stamped } from './store.js';

const NAME = 'week3-training';
const VERSION = 1;
/** Of the training's time, what may be spent on keeping it. */
const SHARE = 0.01;
/** Milliseconds before the first time, and from one to the next at least. */
const REST = 2000;

/** A training as it stands. */
export interface Training {
  readonly plan: Plan;
  readonly state: TrainingState;
  /** What it was computed with, 'wasm, 2 threads': more than one where it was gone on with on another. */
  readonly backends: readonly string[];
  /** Of one that has come to its end. */
  readonly measures: Measures | undefined;
}

/** What is kept; a change of it is another version. */
interface KeptRecord extends Stamped, Pick<Training, 'backends' | 'measures'> {
  readonly version: typeof VERSION;
  readonly settings: TrainSettings;
  readonly checkpoint: Uint8Array;
  /** CRC-32 of the checkpoint, in which a wrong number would be seen by nothing else. */
  readonly checksum: number;
}

/** The times of the records that this tab has read or written, of one that was late too. */
const own = new Set<number>();

/** Puts a training by: now and then while it runs, and whenever it stops. */
export class Keeper {
  #next = performance.now() + REST;
  #last: Training | undefined;
  #keeping: Keeping;

  /** `at`: when it was put by, of one that was recalled. */
  constructor(at?: number) {
    this.#keeping = { at, problem: undefined, replaced: false };
  }

  get keeping(): Keeping {
    return this.#keeping;
  }

  /** Puts it by if that is due. */
  async offer(training: Training): Promise<void> {
    if (performance.now() >= this.#next) await this.put(training);
  }

  /** Never throws: what went wrong is in `keeping`. */
  async put(training: Training): Promise<void> {
    if (training === this.#last) return;
    const start = performance.now();
    const { plan, state, backends, measures } = training;
    const checkpoint = encodeCheckpoint(plan.layout, state, plan.run);
    const record: KeptRecord = {
      version: VERSION,
      at: Date.now(),
      settings: plan.settings,
      backends,
      checkpoint,
      checksum: crc32(checkpoint),
      measures,
    };
    own.add(record.at);
    try {
      const isOther = await write(NAME, record, own);
      this.#last = training;
      this.#keeping = { at: record.at, problem: undefined, replaced: this.#keeping.replaced || isOther };
    } catch (error) {
      this.#keeping = { ...this.#keeping, problem: isFull(error) ? 'full' : 'absent' };
    }
    const end = performance.now();
    this.#next = end + Math.max(REST, (end - start) / SHARE);
  }
}

/** The training that the browser keeps; undefined where there is none, or no storage. */
export async function recall(): Promise<(Training & Stamped) | Unreadable | undefined> {
  let value: unknown;
  try {
    value = await read(NAME);
  } catch {
    return undefined;
  }
  if (value === undefined) return undefined;
  const stamp = stampOf(value);
  if (stamp !== undefined) own.add(stamp);
  if (!isRecord(value)) return 'foreign';
  const { settings, checkpoint, checksum, backends, measures, at } = value;
  if (crc32(checkpoint) !== checksum) return 'damaged';
  try {
    const plan = await planOf(settings);
    const state = decodeCheckpoint(checkpoint, plan.layout, plan.run);
    return { plan, state, backends, measures, at };
  } catch (error) {
    if (error instanceof ConfigurationError) return 'foreign';
    if (error instanceof CredenceError) return 'damaged';
    throw error;
  }
}

/** Forgets what this tab has kept or recalled; another tab's stays. */
export async function discard(): Promise<void> {
  try {
    await remove(NAME, own);
  } catch {
    // Where nothing can be removed nothing was kept.
  }
  own.clear();
}

function isRecord(value: unknown): value is KeptRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    value.version === VERSION &&
    'checkpoint' in value &&
    value.checkpoint instanceof Uint8Array
  );
}

function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError';
}
