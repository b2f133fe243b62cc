import { DataError } from '../errors/index.js';
import type { Classifier } from '../inspection/index.js';
import { fold, key as keyOf } from '../random/index.js';
import type { Key } from '../random/index.js';
import { openSession, runSource } from '../runtime/index.js';
import type { SourceRunOptions } from '../runtime/index.js';
import type { Batch, DataSource } from '../sources/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { reservoir } from './reservoir.js';
import type { Examples } from './score.js';
import { dropoutValuesGraph, valuesGraph } from './score-graph.js';

export interface ExamplesOptions extends Omit<SourceRunOptions, 'outputs' | 'key'> {
  /** At most so many are kept, a keyed sample of all; all unless given. */
  readonly most?: number;
  /** Which ones, and the masks of the dropout. */
  readonly key?: Key;
  /**
   * 'active': the logits and features of a pass with the classifier's Dropout layers active, as in its training, every
   * example with masks of its own; 'inactive' unless given.
   */
  readonly dropout?: 'active' | 'inactive';
  readonly threads?: number;
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
 * @throws DataError on no examples, no labels, labels that the classifier does not have, one class only, and values that
 *   are not finite; ShapeError where the model reads others; what the source throws.
 */
export async function examplesOf(
  classifier: Classifier,
  source: DataSource,
  options: ExamplesOptions = {},
): Promise<Examples> {
  const { most = Infinity, key = keyOf(0), threads = 1, dropout = 'inactive', onBatch } = options;
  const { batchSize, onProgress, signal } = options;
  const where = source.name;
  if (!source.labelled) throw unlabelled(where);
  const isActive = dropout === 'active';
  const graph = isActive ? dropoutValuesGraph(classifier) : valuesGraph(classifier);
  await using session = await openSession(graph, { threads });
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
    const logits = values['logits'] as Tensor<'float32'>;
    const features = values['features'] as Tensor<'float32'> | undefined;
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
  if (kept.every(({ label }) => label === kept[0]!.label)) {
    throw new DataError({
      what: 'labels',
      expected: 'examples of at least two classes',
      got: `class ${kept[0]!.label} only`,
      where,
    });
  }
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

function rowOf(
  i: number,
  {
    index,
    label,
    logits,
    features,
  }: { index: number; label: number } & Record<'logits', Tensor<'float32'>> &
    Record<'features', Tensor<'float32'> | undefined>,
): Row {
  const own = ({ shape, data }: Tensor<'float32'>): Float32Array => {
    const width = elementCount(shape.slice(1));
    return data.subarray(i * width, (i + 1) * width);
  };
  return { index, label, logits: own(logits), features: features && own(features) };
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
