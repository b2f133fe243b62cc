import { join } from 'node:path';
import { ConfigurationError, FileError, FormatError, InterruptedError } from '../../errors/index.js';
import { readFileBytes, writeFileAtomic } from '../../files/index.js';
import type { Graph, Parameters } from '../../graph/index.js';
import { unpackParameters, flatLayout } from '../../graph/index.js';
import { fold } from '../../random/index.js';
import type { Feeds } from '../../runtime/index.js';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  epochLosses,
  objectiveChecksum,
  train,
} from '../../training/index.js';
import type { Optimiser, RunSettings, TrainingState } from '../../training/index.js';
import type { Progress, RunContext } from '../run.js';

export interface Training {
  readonly name: 'classifier' | 'confidnet';
  readonly objective: Graph;
  /** The objective before its frozen part was cut off, whose weights a checkpoint depends on too. */
  readonly whole?: Graph;
  /** Made only if there is something to train. */
  readonly data: (progress: Progress) => Promise<Feeds>;
  readonly optimiser: Optimiser;
  readonly epochs: number;
  readonly batchSize: number;
  readonly shards: number;
  /** Says which data these are, so that a checkpoint of others is not taken for this one's. */
  readonly dataSet: Readonly<Record<string, string | number>>;
}

/**
 * Trains, or takes from the run's folder what was trained with the same settings. A checkpoint is written after every epoch and
 * when the run is interrupted.
 * @throws InterruptedError after the checkpoint is written; ConfigurationError when a run is to be resumed with other settings.
 */
export async function trainOrReuse(
  run: RunContext,
  training: Training,
): Promise<{ parameters: Parameters; epochLosses: readonly number[] }> {
  const { name, objective, optimiser, epochs, batchSize, shards } = training;
  const file = join(run.folder, 'checkpoints', `seed-${run.seed}`, `${name}.safetensors`);
  const title = `${name}, seed ${run.seed}`;
  const trainKey = fold(run.key, name, 'train');
  const settings: RunSettings = {
    slots: optimiser.slots,
    values: textsOf({
      objective: objectiveChecksum(training.whole ?? objective),
      optimiser: optimiser.name,
      ...optimiser.settings,
      batchSize,
      shards,
      key: trainKey.join(' '),
      ...training.dataSet,
    }),
  };
  const layout = flatLayout(objective);
  const found = await findCheckpoint(file, (bytes) =>
    decodeCheckpoint(bytes, layout, settings, { where: file }),
  );
  if (found instanceof ConfigurationError && run.resume) throw found;
  if (found instanceof ConfigurationError) {
    run.reporter.note(`${title}: trained anew, the checkpoint in this folder is of other settings`);
  }
  const state = found instanceof Error ? undefined : found;

  const examples = Number(training.dataSet['digits']);
  const stepsPerEpoch = Math.ceil(examples / batchSize);
  const steps = epochs * stepsPerEpoch;
  if (state !== undefined && state.step >= steps) {
    run.reporter.note(`${title}: reused from ${file}`);
    return {
      parameters: unpackParameters(layout, state.parameters),
      epochLosses: epochLosses(state, { examples, batchSize, stepsPerEpoch }),
    };
  }
  const from = run.resume ? state : undefined;
  if (from !== undefined) run.reporter.note(`${title}: resumed after step ${from.step} of ${steps}`);
  else if (state !== undefined)
    run.reporter.note(`${title}: begun anew (--resume goes on from step ${state.step})`);

  const save = (current: TrainingState): Promise<void> =>
    writeFileAtomic(file, encodeCheckpoint(layout, current, settings));
  const data = await run.reporter.phase(`data of ${title}`, training.data);
  const result = await run.reporter.phase(`training ${title}`, async (progress) => {
    const trained = await train(objective, data, {
      optimiser,
      epochs,
      batchSize,
      shards,
      key: trainKey,
      workers: run.workers,
      provider: run.provider,
      signal: run.signal,
      ...(from !== undefined && { from }),
      onEpoch: (_epoch, current) => save(current),
      onProgress: (done, total) =>
        progress(done, total, `epoch ${Math.ceil(done / stepsPerEpoch)}/${epochs}`),
    });
    if (trained.complete) return trained;
    await save(trained.state);
    throw new InterruptedError({
      what: `training ${title}`,
      got: `stopped after step ${trained.state.step} of ${steps}`,
      hint: `its checkpoint is ${file}; the same command with --resume goes on from there`,
    });
  });
  return { parameters: result.parameters, epochLosses: result.epochLosses };
}

/** The state in a file; undefined when there is none, or the error when it is of other settings. */
async function findCheckpoint(
  file: string,
  decode: (bytes: Uint8Array) => TrainingState,
): Promise<TrainingState | ConfigurationError | undefined> {
  try {
    return decode(await readFileBytes(file));
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    if (error instanceof FormatError) {
      throw new FormatError({
        what: 'checkpoint',
        got: error.message,
        hint: 'remove it to train anew',
        cause: error,
      });
    }
    if (error instanceof FileError && hasCode(error.cause, 'ENOENT')) return undefined;
    throw error;
  }
}

function textsOf(values: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, `${value}`]));
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
