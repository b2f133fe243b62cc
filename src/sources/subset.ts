import { ConfigurationError, DataError } from '../errors/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { batchSize } from './batch-size.js';
import type { Batch, DataSource } from './source.js';

/** How many examples a source has: it is read once where it does not say. @throws what its batches throw. */
export async function countOf(
  source: DataSource,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<number> {
  if (source.count !== undefined) return source.count;
  let count = 0;
  for await (const { inputs } of source.batches(250, signal && { signal })) count += inputs.shape[0]!;
  return count;
}

/** The first examples of a source, at most `count`, (n, ...). @throws DataError when there are none; what its batches throw. */
export async function firstRows(source: DataSource, count: number): Promise<Tensor<'float32'>> {
  for await (const { inputs } of source.batches(count)) return inputs;
  throw new DataError({
    what: 'data set',
    expected: 'at least one example',
    got: 'none',
    where: source.name,
  });
}

/**
 * The examples of a source at `rows`, places from 0, ascending (one may stand several times), in batches that are full again. It
 * is read up to the last of them.
 * @throws ConfigurationError when the rows go back; DataError, from the batches, when one is beyond the last example.
 */
export function subset(source: DataSource, rows: Uint32Array, name: string = source.name): DataSource {
  const back = rows.findIndex((row, i) => row < (rows[i - 1] ?? 0));
  if (back >= 0) {
    const got = `${rows[back]} behind ${rows[back - 1]}`;
    throw new ConfigurationError({ what: 'rows', expected: 'ascending ones', got, where: name });
  }
  return {
    name,
    shape: source.shape,
    labelled: source.labelled,
    count: rows.length,
    ...(source.classes !== undefined && { classes: source.classes }),
    batches: (size, { signal } = {}) => pick(source, rows, batchSize(size), signal),
  };
}

async function* pick(
  source: DataSource,
  rows: Uint32Array,
  size: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch> {
  const width = elementCount(source.shape);
  const last = rows.at(-1) ?? -1;
  const started = (): { inputs: Float32Array; labels: Int32Array } => ({
    inputs: new Float32Array(size * width),
    labels: new Int32Array(size),
  });
  const batchOf = ({ inputs, labels }: ReturnType<typeof started>, n: number): Batch => ({
    inputs: tensor('float32', [n, ...source.shape], inputs.subarray(0, n * width)),
    ...(source.labelled && { labels: tensor('int32', [n], labels.subarray(0, n)) }),
  });
  let [first, next, filled, open] = [0, 0, 0, started()];
  if (last < 0) return;
  for await (const { inputs, labels } of source.batches(size, signal && { signal })) {
    const end = first + inputs.shape[0]!;
    for (; next < rows.length && rows[next]! < end; next++) {
      const row = rows[next]! - first;
      open.inputs.set(inputs.data.subarray(row * width, (row + 1) * width), filled * width);
      if (labels !== undefined) open.labels[filled] = labels.data[row]!;
      filled++;
      if (filled < size) continue;
      yield batchOf(open, size);
      [open, filled] = [started(), 0];
    }
    first = end;
    if (end > last) break;
  }
  if (next < rows.length) {
    const what = `row ${rows[next]} of a subset`;
    throw new DataError({ what, expected: `one of ${first} examples`, got: 'none', where: source.name });
  }
  if (filled > 0) yield batchOf(open, filled);
}
