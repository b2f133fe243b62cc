import { DataError } from '../errors/index.js';
import { openSession } from '../runtime/index.js';
import { valuesGraph } from '../scores/index.js';
import type { Classifier, Examples } from '../scores/index.js';
import type { Batch, DataSource } from '../sources/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { rowsOfRun, runRows } from './rows.js';

export interface ExamplesOptions {
  /** Inputs of one run, where the model takes any number; 250 unless given. */
  readonly batchSize?: number;
  /** Shown every batch, before it is run. */
  readonly onBatch?: (batch: Batch) => void;
  /** How many are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * What a classifier gives on the labelled examples of a source, which is read once, batch by batch: what scores are
 * fitted on. In memory are a batch, and the logits, features and labels of all.
 * @throws DataError on no examples or no labels; ShapeError where the model reads others; what the source throws.
 */
export async function examplesOf(
  classifier: Classifier,
  source: DataSource,
  { batchSize = 250, onBatch, onProgress }: ExamplesOptions = {},
): Promise<Examples> {
  const where = source.name;
  const unlabelled = (): DataError =>
    new DataError({
      what: 'examples',
      expected: 'labels',
      got: 'none',
      where,
      hint: 'scores are fitted on labelled examples',
    });
  if (!source.labelled) throw unlabelled();
  await using session = await openSession(valuesGraph(classifier));
  const logits: Tensor[] = [];
  const features: Tensor[] = [];
  const labels: Int32Array[] = [];
  let done = 0;
  for await (const batch of source.batches(rowsOfRun(session.graph, batchSize))) {
    if (batch.labels === undefined) throw unlabelled();
    onBatch?.(batch);
    const values = await runRows(session, batch.inputs, { where });
    logits.push(values['logits']!);
    if (values['features'] !== undefined) features.push(values['features']);
    labels.push(batch.labels.data);
    done += batch.labels.data.length;
    onProgress?.(done, source.count ?? done);
  }
  if (done === 0) throw new DataError({ what: 'examples', expected: 'at least one', got: 'none', where });
  return {
    logits: stacked(logits),
    features: features.length === 0 ? undefined : stacked(features),
    labels: tensor('int32', [done], Int32Array.from(labels.flatMap((own) => [...own]))),
  };
}

function stacked(pieces: readonly Tensor[]): Tensor<'float32'> {
  const rows = pieces.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const shape = [rows, ...pieces[0]!.shape.slice(1)];
  const data = new Float32Array(elementCount(shape));
  let at = 0;
  for (const piece of pieces) {
    data.set(piece.data as Float32Array, at);
    at += piece.data.length;
  }
  return tensor('float32', shape, data);
}
