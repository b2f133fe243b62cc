import { DataError } from '../errors/index.js';
import type { InspectedClassifier } from '../inspection/index.js';
import { fold } from '../random/index.js';
import type { Key } from '../random/index.js';
import type { SessionOptions } from '../runtime/index.js';
import { examplesOf, joinExamples } from '../scores/index.js';
import type { Examples, ExamplesOptions, Score } from '../scores/index.js';
import { subset } from '../sources/index.js';
import type { Batch, DataSource } from '../sources/index.js';
import type { Reporter } from './reporter.js';

/** Passes with dropout over a training set that is small. */
const MOST_PASSES = 5;
/** Examples that as many passes are made over as it takes. */
const ENOUGH = 5000;

export interface ReadExamplesCall {
  readonly classifier: InspectedClassifier;
  readonly validation: DataSource;
  /** Places in the validation set that may be fitted on, and of these the ones that candidates are compared on. */
  readonly fitRows: Uint32Array;
  readonly tuneRows: Uint32Array;
  /** Whether candidates are fitted on the validation set, so that they need other examples of it. */
  readonly apart: boolean;
  readonly train: DataSource | undefined;
  /** Whether the training set is wanted with dropout active too. */
  readonly withDropout: boolean;
  /** Examples of each set at most. */
  readonly most: number;
  readonly key: Key;
  readonly session: SessionOptions;
  readonly reporter: Reporter;
  readonly signal: AbortSignal | undefined;
}

/** What a classifier gives for the examples that scores are fitted on. */
export interface FitExamples {
  readonly validation: Examples;
  /** Those of them that candidates are not compared on, where candidates need such. */
  readonly apart: Examples | undefined;
  readonly training: Examples | undefined;
  /** The training examples as passes with active dropout see them. */
  readonly passes: Examples | undefined;
  /** Standard deviation of the elements of the validation inputs. */
  readonly inputDeviation: number;
}

/** @throws DataError on no labels, one class only, values that are not finite; what the sources throw. */
export async function readExamples(call: ReadExamplesCall): Promise<FitExamples> {
  const { classifier, train, most, key, session, reporter, signal } = call;
  const deviation = new Deviation();
  const what = `logits${classifier.features === undefined ? '' : ' and features'}`;
  const read = async (source: DataSource, name: string, more: ExamplesOptions = {}): Promise<Examples> =>
    reporter.phase(name, async (onProgress) => {
      const options = { most, key: fold(key, name), ...session, onProgress, signal, ...more };
      return examplesOf(classifier, source, options);
    });
  const known = async (rows: Uint32Array, own: number = most): Promise<Examples> =>
    read(subset(call.validation, rows), `validation: ${what}`, {
      most: own,
      onBatch: (batch) => deviation.add(batch),
    });

  let apart: Examples | undefined;
  let validation: Examples;
  if (call.apart) {
    const isTuned = new Set(call.tuneRows);
    const others = call.fitRows.filter((row) => !isTuned.has(row));
    apart = await known(others, most - call.tuneRows.length);
    validation = joinExamples(apart, await known(call.tuneRows));
  } else validation = await known(call.fitRows);
  checkClasses(validation, call.validation.name);

  const training = train && (await read(train, `training: ${what}`));
  if (train !== undefined && training !== undefined) checkClasses(training, train.name);
  let passes: Examples | undefined;
  if (train !== undefined && training !== undefined && call.withDropout) {
    const { total = most } = training;
    const count = Math.min(MOST_PASSES, Math.max(1, Math.ceil(Math.min(most, ENOUGH) / total)));
    const all: Examples[] = [];
    for (let pass = 0; pass < count; pass++) {
      const own = {
        most: Math.floor(most / count),
        dropout: 'active',
        key: fold(key, 'passes', pass),
      } as const;
      all.push(await read(train, 'training: passes with dropout', own));
    }
    passes = joinExamples(all[0]!, ...all.slice(1));
  }
  return { validation, apart, training, passes, inputDeviation: deviation.value };
}

/** The examples that a score is fitted on. */
export function examplesFor({ fittedOn }: Score, { validation, training, passes }: FitExamples): Examples {
  if (fittedOn === 'training') return training ?? validation;
  return fittedOn === 'trainingWithDropout' ? (passes ?? validation) : validation;
}

/** The same in words. `own`: 'the validation set'. */
export function fittedOnText({ fittedOn }: Score, { training, passes }: FitExamples, own: string): string {
  const lack = training === undefined ? 'the training set' : 'Dropout in the model';
  switch (fittedOn) {
    case 'nothing':
      return 'nothing';
    case 'validation':
      return own;
    case 'training':
      return training === undefined ? `${own}, for want of ${lack}` : 'the training set';
    case 'trainingWithDropout':
      return passes === undefined ? `${own}, for want of ${lack}` : 'the training set, Dropout active';
  }
}

/** Standard deviation over all elements of the batches that it is shown. */
class Deviation {
  #count = 0;
  #sum = 0;
  #squares = 0;

  add({ inputs: { data } }: Batch): void {
    for (const value of data) {
      this.#sum += value;
      this.#squares += value * value;
    }
    this.#count += data.length;
  }

  get value(): number {
    const mean = this.#sum / this.#count;
    return Math.sqrt(Math.max(0, this.#squares / this.#count - mean * mean));
  }
}

function checkClasses({ labels: { data } }: Examples, where: string): void {
  if (data.some((label) => label !== data[0])) return;
  throw new DataError({
    what: 'labels',
    expected: 'examples of at least two classes',
    got: `class ${data[0]} only`,
    where,
  });
}
