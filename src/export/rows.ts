import { DataError, ShapeError } from '../errors/index.js';
import { formatShape, fromReference, toReference } from '../graph/index.js';
import type { Graph, Input } from '../graph/index.js';
import type { Fetches, Session } from '../runtime/index.js';
import { elementCount, sliceRows, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';

/** Rows that a run of a graph takes at most: `dynamic` where it takes any number. */
export function rowsOfRun({ inputs }: Graph, dynamic: number): number {
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
    for (let i = 0; i < size; i++)
      data.set(rows.data.subarray(...(i < n ? [i * width, (i + 1) * width] : [0, width])), i * width);
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

/**
 * Outputs of a session for float rows (n, ...), at most as many as one run takes.
 * @throws DataError, RuntimeError; ShapeError where the inputs are not what the model reads or an output has no row
 *   for each.
 */
export async function runRows(
  session: Session,
  rows: Tensor<'float32'>,
  { outputs = session.graph.outputs, where }: { outputs?: readonly string[]; where: string },
): Promise<Fetches> {
  const [input] = session.graph.inputs;
  if (input === undefined || session.graph.inputs.length > 1) {
    const got = `${session.graph.inputs.length}`;
    throw new ShapeError({ what: `inputs of '${session.graph.name}'`, expected: 'one', got });
  }
  const n = rows.shape[0] ?? 0;
  const results = await session.run({ [input.name]: toInput(input, rows, where) }, { outputs });
  const cut = Object.entries(results).map(([name, value]) => {
    if ((value.shape[0] ?? 0) < n) {
      const got = formatShape(value.shape);
      throw new ShapeError({ what: `output '${name}'`, expected: `a row for each of ${n} inputs`, got });
    }
    return [name, value.shape[0] === n ? value : sliceRows(value, 0, n)] as const;
  });
  return Object.fromEntries(cut);
}
