import { predictionsOf, probabilitiesOf } from '../calibration/index.js';
import { DataError } from '../errors/index.js';
import { brierScore, negativeLogLikelihood } from '../metrics/index.js';
import { runSource } from '../runtime/index.js';
import type { Session, SourceRunOptions } from '../runtime/index.js';
import { scoreOutput } from '../scores/index.js';
import type { Score } from '../scores/index.js';
import type { DataSource } from '../sources/index.js';
import type { Tensor } from '../tensor/index.js';

/** How sure a classifier was, and how good its probabilities are. */
export interface Confidence {
  /** Probability of the predicted class, (n). */
  readonly confidence: Float64Array;
  /** Mean negative log likelihood, nats. */
  readonly nll: number;
  /** Mean, of [0, 2]. */
  readonly brier: number;
}

/** What a classifier did with labelled examples. */
export interface Predictions {
  /** (n). */
  readonly labels: Int32Array;
  readonly predictions: Int32Array;
  /** (n): whether the prediction is wrong. */
  readonly errors: readonly boolean[];
  readonly before: Confidence;
  /** With temperature scaling; undefined where none was fitted. */
  readonly after: Confidence | undefined;
}

/** All that the measures need of a set, however large: some numbers an example. */
export interface Measured {
  readonly count: number;
  /** By the name of the score, (n). */
  readonly scores: ReadonlyMap<string, Float32Array>;
}

export interface MeasureOptions extends Pick<SourceRunOptions, 'onProgress' | 'signal'> {
  /** The output of the graph. */
  readonly logits: string;
  readonly scores: readonly Score[];
}

/**
 * The scores of a set. `session`: of a graph with the logits and all scores.
 * @throws DataError on an empty set; what the source throws.
 */
export async function measureScores(
  session: Session,
  source: DataSource,
  options: MeasureOptions,
): Promise<Measured> {
  const columns = new Columns(options.scores);
  for await (const { values } of runSource(session, source, options)) columns.add(values);
  return { count: columns.count, scores: columns.join() };
}

/**
 * The scores of a labelled set, and what its predictions were.
 * @throws DataError on an empty set, no labels, labels out of range, one class only, and logits that are not finite.
 */
export async function measurePredictions(
  session: Session,
  source: DataSource,
  { temperature, ...options }: MeasureOptions & { readonly temperature: number | undefined },
): Promise<Measured & Predictions> {
  const where = source.name;
  const columns = new Columns(options.scores);
  const labels: Int32Array[] = [];
  const predictions: Int32Array[] = [];
  const before = new Confidences(1);
  const after = temperature === undefined ? undefined : new Confidences(temperature);
  for await (const batch of runSource(session, source, options)) {
    const logits = batch.values[options.logits]!;
    const own = batch.labels?.data;
    if (own === undefined) {
      throw new DataError({ what: 'labels', expected: 'one for each example', got: 'none', where });
    }
    check(own, logits, { where, first: columns.count });
    const predicted = predictionsOf(logits);
    columns.add(batch.values);
    labels.push(own);
    predictions.push(predicted);
    before.add(logits, predicted, own);
    after?.add(logits, predicted, own);
  }
  const truth = joined(labels, new Int32Array(columns.count));
  const guesses = joined(predictions, new Int32Array(columns.count));
  if (truth.every((label) => label === truth[0])) {
    const got = `class ${truth[0]} only`;
    throw new DataError({ what: 'labels', expected: 'examples of at least two classes', got, where });
  }
  return {
    count: columns.count,
    scores: columns.join(),
    labels: truth,
    predictions: guesses,
    errors: Array.from(guesses, (guess, i) => guess !== truth[i]),
    before: before.join(),
    after: after?.join(),
  };
}

/** The values of each score, batch by batch. */
class Columns {
  readonly #names: readonly string[];
  readonly #pieces: Float32Array[][];
  count = 0;

  constructor(scores: readonly Score[]) {
    this.#names = scores.map(({ name }) => name);
    this.#pieces = scores.map(() => []);
  }

  add(values: Readonly<Record<string, Tensor>>): void {
    this.#names.forEach((name, c) => {
      this.#pieces[c]!.push((values[scoreOutput({ name })] as Tensor<'float32'>).data);
    });
    this.count += Object.values(values)[0]?.shape[0] ?? 0;
  }

  join(): ReadonlyMap<string, Float32Array> {
    return new Map(
      this.#names.map((name, c) => [name, joined(this.#pieces[c]!, new Float32Array(this.count))]),
    );
  }
}

/** Confidences at a temperature, and the sums of what is averaged. */
class Confidences {
  readonly #temperature: number;
  readonly #pieces: Float64Array[] = [];
  #count = 0;
  #nll = 0;
  #brier = 0;

  constructor(temperature: number) {
    this.#temperature = temperature;
  }

  add(logits: Tensor, predictions: Int32Array, labels: Int32Array): void {
    const probabilities = probabilitiesOf(logits, this.#temperature);
    const [n = 0, classes = 1] = logits.shape;
    this.#pieces.push(
      Float64Array.from({ length: n }, (_, i) => probabilities[i * classes + predictions[i]!]!),
    );
    this.#nll += n * negativeLogLikelihood(probabilities, labels);
    this.#brier += n * brierScore(probabilities, labels);
    this.#count += n;
  }

  join(): Confidence {
    return {
      confidence: joined(this.#pieces, new Float64Array(this.#count)),
      nll: this.#nll / this.#count,
      brier: this.#brier / this.#count,
    };
  }
}

/** @throws DataError */
function check(
  labels: Int32Array,
  { shape, data }: Tensor,
  { where, first }: { where: string; first: number },
): void {
  const classes = shape[1]!;
  const wrong = labels.findIndex((label) => !(label >= 0 && label < classes));
  if (wrong >= 0) {
    throw new DataError({
      what: 'label',
      expected: `a class of [0, ${classes}), of which the model has ${classes}`,
      got: `${labels[wrong]}`,
      where: `${where}, example ${first + wrong}`,
    });
  }
  const place = (data as Float32Array).findIndex((logit) => !Number.isFinite(logit));
  if (place < 0) return;
  throw new DataError({
    what: 'logits',
    expected: 'finite numbers',
    got: `${data[place]}`,
    where: `${where}, example ${first + Math.floor(place / classes)}`,
  });
}

function joined<T extends Float32Array | Float64Array | Int32Array>(pieces: readonly T[], all: T): T {
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
