import { DataError } from '../errors/index.js';
import type { Classifier } from '../inspection/index.js';
import { fold, key as keyOf } from '../random/index.js';
import type { Key } from '../random/index.js';
import { openSession, runSource, sessionOptions } from '../runtime/index.js';
import type { SessionOptions, SourceRunOptions } from '../runtime/index.js';
import type { Batch, DataSource } from '../sources/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { reservoir } from './reservoir.js';
import type { Examples } from './score.js';
import { dropoutValuesGraph, valuesGraph } from './score-graph.js';

export interface ExamplesOptions extends Omit<SourceRunOptions, 'outputs' | 'key'>, SessionOptions {
  /** At most so many are kept, a keyed sample of all; all unless given. */
  readonly most?: number;
  /** Which ones, and the masks of the dropout. */
  readonly key?: Key;
  /**
   * 'active': the logits and features of a pass with the classifier's Dropout layers active, as in its training, every
   * example with masks of its own; 'inactive' unless given.
   */
  readonly dropout?: 'active' | 'inactive';
  /** Shown every batch. */
  readonly onBatch?: ((batch: Batch) => void) | undefined;
}

interface Row {
  readonly index: number;
  readonly label: number;
  readonly logits: Float32Array;
  readonly features: Float32Array | undefined;
}

/**
 * What a classifier gives on the labelled examples of a source, which is read once, batch by batch: what scores are
 * fitted on. In memory are a batch, and the logits, features and labels of those that are kept, in their order.
 * @throws DataError on no examples, no labels, labels that the classifier does not have and values that are not
 *   finite; ShapeError where the model reads others; what the source throws.
 */
export async function examplesOf(
  classifier: Classifier,
  source: DataSource,
  options: ExamplesOptions = {},
): Promise<Examples> {
  const { most = Infinity, key = keyOf(0), dropout = 'inactive', onBatch } = options;
  const { batchSize, onProgress, signal } = options;
  const where = source.name;
  if (!source.labelled) throw unlabelled(where);
  const isActive = dropout === 'active';
  const graph = isActive ? dropoutValuesGraph(classifier) : valuesGraph(classifier);
  await using session = await openSession(graph, sessionOptions(options));
  const running = {
    ...(batchSize !== undefined && { batchSize }),
    ...(isActive && { key: fold(key, 'masks') }),
    onProgress,
    signal,
  };
  const placeOf = reservoir(fold(key, 'examples'), most);
  const kept: Row[] = [];
  let total = 0;
  for await (const { values, ...batch } of runSource(session, source, running)) {
    const { labels } = batch;
    if (labels === undefined) throw unlabelled(where);
    onBatch?.(batch);
    const [logits, features] = graph.outputs.map((name) => values[name]) as [
      Tensor<'float32'>,
      Tensor<'float32'>?,
    ];
    for (let i = 0; i < labels.data.length; i++) {
      const index = total + i;
      const row = rowOf(i, { index, label: labels.data[i]!, logits, features });
      check(row, where);
      const place = placeOf(index);
      if (place === undefined) continue;
      // Of its own, so that the batch can go.
      kept[place] = { ...row, logits: row.logits.slice(), features: row.features?.slice() };
    }
    total += labels.data.length;
  }
  kept.sort((a, b) => a.index - b.index);
  return {
    logits: stacked(kept.map((row) => row.logits)),
    features: kept[0]!.features && stacked(kept.flatMap((row) => row.features ?? [])),
    labels: tensor(
      'int32',
      [kept.length],
      Int32Array.from(kept, ({ label }) => label),
    ),
    total,
  };
}

/** The examples of several, one after the other. */
export function joinExamples(first: Examples, ...others: readonly Examples[]): Examples {
  const all = [first, ...others];
  const sum = (count: (own: Examples) => number): number => all.reduce((total, own) => total + count(own), 0);
  const rowsOf = (pick: (own: Examples) => Tensor<'float32'> | undefined): Tensor<'float32'> | undefined => {
    const parts = all.map(pick).filter((part) => part !== undefined);
    if (parts.length < all.length) return undefined;
    const [, width = 0] = parts[0]!.shape;
    const data = new Float32Array(parts.reduce((length, part) => length + part.data.length, 0));
    let at = 0;
    for (const part of parts) {
      data.set(part.data, at);
      at += part.data.length;
    }
    return tensor('float32', [data.length / width, width], data);
  };
  const labels = new Int32Array(sum((own) => own.labels.data.length));
  let at = 0;
  for (const own of all) {
    labels.set(own.labels.data, at);
    at += own.labels.data.length;
  }
  return {
    logits: rowsOf((own) => own.logits)!,
    features: rowsOf((own) => own.features),
    labels: tensor('int32', [labels.length], labels),
    total: sum((own) => own.total ?? own.labels.data.length),
  };
}

function rowOf(
  i: number,
  { logits, features, ...own }: Pick<Row, 'index' | 'label'> & Pick<Examples, 'logits' | 'features'>,
): Row {
  const viewOf = ({ shape, data }: Tensor<'float32'>): Float32Array => {
    const width = elementCount(shape.slice(1));
    return data.subarray(i * width, (i + 1) * width);
  };
  return { ...own, logits: viewOf(logits), features: features && viewOf(features) };
}

/** @throws DataError */
function check({ index, label, logits, features }: Row, where: string): void {
  const classes = logits.length;
  const place = `${where}, example ${index}`;
  if (!(label >= 0 && label < classes)) {
    throw new DataError({
      what: 'label',
      expected: `a class of [0, ${classes}), of which the model has ${classes}`,
      got: `${label}`,
      where: place,
    });
  }
  for (const [what, values] of Object.entries({ logits, features })) {
    const wrong = values?.find((value) => !Number.isFinite(value));
    if (wrong === undefined) continue;
    throw new DataError({ what, expected: 'finite numbers', got: `${wrong}`, where: place });
  }
}

function stacked(rows: readonly Float32Array[]): Tensor<'float32'> {
  const width = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * width);
  rows.forEach((row, i) => data.set(row, i * width));
  return tensor('float32', [rows.length, width], data);
}

function unlabelled(where: string): DataError {
  return new DataError({
    what: 'examples',
    expected: 'labels',
    got: 'none',
    where,
    hint: 'scores are fitted on labelled examples',
  });
}
