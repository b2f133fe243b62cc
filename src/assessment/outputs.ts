import { DataError, ShapeError } from '../errors/index.js';
import { formatShape, fromReference, referenceArray } from '../graph/index.js';
import type { Input } from '../graph/index.js';
import type { Session } from '../runtime/index.js';
import type { DataSource } from '../sources/index.js';
import { elementCount, sliceRows, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import type { Progress } from './reporter.js';

/** Inputs of one run, where the model takes any number. */
const BATCH_SIZE = 250;

/** What a graph gave for a data set. */
export interface Outputs {
  /** Those of the graph that are float32, (n, ...). */
  readonly values: Readonly<Record<string, Tensor<'float32'>>>;
  /** (n); undefined for data without labels. */
  readonly labels: Tensor<'int32'> | undefined;
  readonly count: number;
}

export interface CollectOptions {
  readonly outputs: readonly string[];
  readonly onProgress?: Progress;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The outputs of a session's graph, which has one input, for a data set that is read once, batch by batch: in
 * memory are a batch and the outputs.
 * @throws DataError on an empty set; ShapeError where inputs are not what the model reads; FileError,
 *   FormatError of the source.
 */
export async function collect(
  session: Session,
  source: DataSource,
  { outputs, onProgress, signal }: CollectOptions,
): Promise<Outputs> {
  const pieces: Record<string, Tensor[]> = Object.fromEntries(outputs.map((name) => [name, []]));
  const labels: Int32Array[] = [];
  let count = 0;
  for await (const batch of source.batches(
    batchSizeOf(session),
    ...(signal === undefined ? [] : [{ signal }]),
  )) {
    const fetched = await runRows(session, batch.inputs, outputs, source.name);
    for (const name of outputs) pieces[name]!.push(fetched[name]!);
    if (batch.labels !== undefined) labels.push(batch.labels.data);
    count += batch.inputs.shape[0]!;
    onProgress?.(count, source.count ?? count, source.name);
  }
  if (count === 0)
    throw new DataError({
      what: 'data set',
      expected: 'at least one example',
      got: 'none',
      where: source.name,
    });
  const values = Object.fromEntries(outputs.map((name) => [name, joined(pieces[name]!, count)]));
  return { values, labels: source.labelled ? joinedLabels(labels, count) : undefined, count };
}

/** Rows of one run of a graph with one input. */
export function batchSizeOf({ graph }: Session): number {
  const rows = graph.inputs[0]?.shape[0];
  return typeof rows === 'number' ? rows : BATCH_SIZE;
}

/**
 * Outputs of a graph for float rows, at most as many as one run takes: cast to the type of its input, and
 * filled up where it takes a fixed number of rows.
 */
export async function runRows(
  session: Session,
  rows: Tensor<'float32'>,
  outputs: readonly string[],
  where: string,
): Promise<Record<string, Tensor>> {
  const [input] = session.graph.inputs as readonly [Input];
  const n = rows.shape[0]!;
  const fetched = await session.run({ [input.name]: feedOf(input, rows, where) }, { outputs });
  return Object.fromEntries(
    outputs.map((name) => {
      const value = fetched[name]!;
      if (value.shape[0] === undefined || value.shape[0] < n) {
        throw new ShapeError({
          what: `output '${name}'`,
          expected: `a row for each of ${n} inputs`,
          got: formatShape(value.shape),
        });
      }
      return [name, value.shape[0] === n ? value : sliceRows(value, 0, n)];
    }),
  );
}

function feedOf(input: Input, rows: Tensor<'float32'>, where: string): Tensor {
  const [n = 0, ...example] = rows.shape;
  const fixed = input.shape[0];
  const size = typeof fixed === 'number' ? fixed : n;
  let { data } = rows;
  if (size !== n) {
    data = new Float32Array(size * elementCount(example));
    data.set(rows.data);
  }
  const shape = [size, ...example];
  if (input.dtype === 'float32') return tensor('float32', shape, data);
  if (!input.dtype.startsWith('float')) checkIntegers(input.dtype, data, where);
  return fromReference(referenceArray(input.dtype, shape, data));
}

function checkIntegers(dtype: string, data: Float32Array, where: string): void {
  const [low, high] = dtype === 'uint8' ? [0, 255] : dtype === 'int8' ? [-128, 127] : [-Infinity, Infinity];
  const wrong = data.find((value) => !Number.isInteger(value) || value < low || value > high);
  if (wrong === undefined) return;
  throw new DataError({
    what: 'inputs',
    expected: `integers of ${dtype}, as the model reads`,
    got: `${wrong}`,
    where,
    hint: 'leave scaling to the model: no scale, mean or std in the preprocessing',
  });
}

function joined(pieces: readonly Tensor[], count: number): Tensor<'float32'> {
  const [, ...rest] = pieces[0]!.shape;
  const data = new Float32Array(count * elementCount(rest));
  let at = 0;
  for (const piece of pieces) {
    data.set((piece as Tensor<'float32'>).data, at);
    at += piece.data.length;
  }
  return tensor('float32', [count, ...rest], data);
}

function joinedLabels(pieces: readonly Int32Array[], count: number): Tensor<'int32'> {
  const data = new Int32Array(count);
  let at = 0;
  for (const piece of pieces) {
    data.set(piece, at);
    at += piece.length;
  }
  return tensor('int32', [count], data);
}
