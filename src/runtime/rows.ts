import { DataError, ShapeError } from '../errors/index.js';
import { formatShape, fromReference, toReference } from '../graph/index.js';
import type { Graph, Input } from '../graph/index.js';
import type { Key } from '../random/index.js';
import type { Batch, DataSource } from '../sources/index.js';
import { elementCount, sliceRows, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { drawRandomInputs } from './noise.js';
import type { Fetches, Session } from './types.js';

/** Rows of a run, where the graph takes any number and nobody says. */
const ROWS = 250;

/** Rows that a run of a graph takes at most: `dynamic` (250 unless given) where it takes any number. */
export function rowsOfRun({ inputs }: Graph, dynamic: number = ROWS): number {
  const rows = inputs[0]?.shape[0];
  return typeof rows === 'number' ? rows : dynamic;
}

/**
 * Float rows (n, ...) as the input of a graph, n at most its number of rows if that is fixed: of its type, and filled
 * up with the first row.
 * @throws DataError on no rows, and on numbers that the input's type does not have.
 */
export function toInput(input: Input, rows: Tensor<'float32'>, where: string): Tensor {
  const [n = 0, ...example] = rows.shape;
  if (n === 0) throw new DataError({ what: 'inputs', expected: 'at least one', got: 'none', where });
  const size = typeof input.shape[0] === 'number' ? input.shape[0] : n;
  let full = rows;
  if (size > n) {
    const width = elementCount(example);
    const data = new Float32Array(size * width);
    data.set(rows.data.subarray(0, n * width));
    for (let i = n; i < size; i++) data.set(rows.data.subarray(0, width), i * width);
    full = tensor('float32', [size, ...example], data);
  }
  if (input.dtype === 'float32') return full;
  if (input.dtype.startsWith('float')) return fromReference({ ...toReference(full), dtype: input.dtype });
  const odd = full.data.find((value) => !Number.isInteger(value));
  const converted =
    odd === undefined ? fromReference({ ...toReference(full), dtype: input.dtype }) : undefined;
  const lost =
    converted === undefined
      ? -1
      : toReference(converted).data.findIndex((value, i) => value !== full.data[i]!);
  if (converted !== undefined && lost < 0) return converted;
  throw new DataError({
    what: `input '${input.name}'`,
    expected: `numbers of type ${input.dtype}, which the model reads`,
    got: `${odd ?? full.data[lost]}`,
    where,
    hint: 'leave out the scale, mean and std of the preprocessing: the model has its own',
  });
}

/** What of a graph is run for rows, and how. */
export interface RunRowsOptions {
  /** All of the graph unless given. */
  readonly outputs?: readonly string[];
  /** What the rows are, for messages. */
  readonly where: string;
  /** Of the draws for random inputs, whose rows are counted from `rowStart` (see `drawRandomInputs`). */
  readonly key?: Key | undefined;
  readonly rowStart?: number;
}

/**
 * Outputs of a session for float rows (n, ...), at most as many as one run takes.
 * @throws DataError, RuntimeError; ShapeError where the inputs are not what the model reads or an output has no row
 *   for each.
 */
export async function runRows(
  session: Session,
  rows: Tensor<'float32'>,
  { outputs = session.graph.outputs, where, key, rowStart = 0 }: RunRowsOptions,
): Promise<Fetches> {
  const { graph } = session;
  const fed = graph.inputs.filter(({ random }) => key === undefined || random === undefined);
  const [input] = fed;
  if (input === undefined || fed.length > 1) {
    throw new ShapeError({ what: `inputs of '${graph.name}'`, expected: 'one', got: `${fed.length}` });
  }
  const n = rows.shape[0] ?? 0;
  const value = toInput(input, rows, where);
  const draws = key && drawRandomInputs(graph, key, rowStart, value.shape[0]!);
  const results = await session.run({ [input.name]: value, ...draws }, { outputs });
  const cut = Object.entries(results).map(([name, value]) => {
    if ((value.shape[0] ?? 0) < n) {
      const got = formatShape(value.shape);
      throw new ShapeError({ what: `output '${name}'`, expected: `a row for each of ${n} inputs`, got });
    }
    return [name, value.shape[0] === n ? value : sliceRows(value, 0, n)] as const;
  });
  return Object.fromEntries(cut);
}

/** What of a graph is run over a source, and how. */
export interface SourceRunOptions {
  /** All of the graph unless given. */
  readonly outputs?: readonly string[];
  /** Rows of one run, where the graph takes any number; 250 unless given. */
  readonly batchSize?: number;
  /** Of the draws for random inputs, of which every row of the source has its own. */
  readonly key?: Key | undefined;
  /** How many rows are done, of how many. */
  readonly onProgress?: ((done: number, total: number, detail?: string) => void) | undefined;
  /** Stops between two batches, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A batch of a source, and what a graph gave for it. */
export interface RunBatch extends Batch {
  /** (n, ...). */
  readonly values: Fetches;
}

/**
 * Runs a graph with one input over a source, batch by batch: in memory is one.
 * @throws DataError on an empty source; what `runRows` and the source throw; the signal's reason.
 */
export async function* runSource(
  session: Session,
  source: DataSource,
  { outputs, batchSize, key, onProgress, signal }: SourceRunOptions = {},
): AsyncGenerator<RunBatch> {
  const where = source.name;
  const size = rowsOfRun(session.graph, batchSize);
  let done = 0;
  for await (const batch of source.batches(size, signal && { signal })) {
    const options = { where, key, rowStart: done, ...(outputs && { outputs }) };
    const values = await runRows(session, batch.inputs, options);
    done += batch.inputs.shape[0]!;
    yield { ...batch, values };
    onProgress?.(done, source.count ?? done, where);
  }
  if (done > 0) return;
  throw new DataError({ what: 'data set', expected: 'at least one example', got: 'none', where });
}
