import { ConfigurationError, DataError } from '../../errors/index.js';
import { readFileBytes } from '../../files/index.js';
import { decodeNpz } from '../../formats/index.js';
import { toReference } from '../../graph/index.js';
import type { Tensor } from '../../tensor/index.js';
import { openSource } from '../../sources/node/index.js';

const BATCH = 4096;

/**
 * The scores of a file that `credence score` wrote: CSV, .npz or Parquet. Those of `names` that it has, (n)
 * each.
 * @throws ConfigurationError when it has none of them; FileError, FormatError, DataError when it cannot be
 *   read.
 */
export async function readReference(
  path: string,
  names: readonly string[],
): Promise<Readonly<Record<string, Float32Array>>> {
  const bytes = await readFileBytes(path);
  const arrays = isZip(bytes) ? decodeNpz(bytes, { where: path }) : undefined;
  const found: Record<string, Float32Array> = {};
  for (const name of names) {
    const values = arrays === undefined ? await column(path, name) : vector(arrays.get(name));
    if (values !== undefined) found[name] = values;
  }
  if (Object.keys(found).length > 0) return found;
  throw new ConfigurationError({
    what: 'reference',
    expected: `a file with scores of the model: ${names.join(', ')}`,
    got: 'one with none of them',
    where: path,
    hint: 'credence score --model MODEL --input VALIDATION --out FILE writes one',
  });
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

/** An array (n) with at least one value. */
function vector(array: Tensor | undefined): Float32Array | undefined {
  if (array?.shape.length !== 1 || array.data.length === 0) return undefined;
  return Float32Array.from(toReference(array).data);
}

async function column(path: string, name: string): Promise<Float32Array | undefined> {
  const values: number[] = [];
  try {
    const source = await openSource(path, { inputs: name, labels: false, shape: [1] });
    for await (const { inputs } of source.batches(BATCH)) {
      for (const value of inputs.data) values.push(value);
    }
  } catch (error) {
    // No such column.
    if (error instanceof ConfigurationError) return undefined;
    throw error;
  }
  if (values.length > 0) return Float32Array.from(values);
  throw new DataError({ what: 'reference', expected: 'at least one row', got: 'none', where: path });
}
