import { ConfigurationError, DataError, ShapeError } from '../errors/index.js';
import type { Graph } from '../graph/index.js';
import { isPerExample } from '../runtime/index.js';
import type { Feeds } from '../runtime/index.js';
import { sliceRows } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';

export interface Batch {
  /** The index of its first example. */
  readonly start: number;
  /** What the graph's inputs get of the data. */
  readonly feeds: Record<string, Tensor>;
}

/**
 * The data in batches of examples, in order. `fed`: inputs that are not data.
 * @throws ShapeError when an input lacks data or inputs disagree on the number of examples; DataError when
 *   there are none.
 */
export function dataBatches(
  graph: Graph,
  data: Feeds,
  {
    batchSize = 500,
    fed = [],
  }: { readonly batchSize?: number | undefined; readonly fed?: readonly string[] } = {},
): { readonly examples: number; readonly batches: readonly Batch[] } {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ConfigurationError({
      what: 'batchSize',
      expected: 'an integer of at least 1',
      got: `${batchSize}`,
    });
  }
  const inputs = graph.inputs.filter(({ name }) => !fed.includes(name));
  let examples: number | undefined;
  for (const input of inputs) {
    const value = data[input.name];
    const rows = value?.shape[0];
    const disagrees = isPerExample(input) && examples !== undefined && rows !== examples;
    if (value === undefined || disagrees) {
      throw new ShapeError({
        what: `data for input '${input.name}' of '${graph.name}'`,
        expected: disagrees ? `${examples} rows, as the other inputs have` : 'an array',
        got: value === undefined ? 'nothing' : `${rows} rows`,
      });
    }
    if (isPerExample(input)) examples = rows;
  }
  if (examples === undefined || examples === 0) {
    throw new DataError({ what: `data for '${graph.name}'`, expected: 'at least one example', got: 'none' });
  }
  const batches: Batch[] = [];
  for (let start = 0; start < examples; start += batchSize) {
    const end = Math.min(start + batchSize, examples);
    const feeds = inputs.map((input) => {
      const value = data[input.name]!;
      return [input.name, isPerExample(input) ? sliceRows(value, start, end) : value] as const;
    });
    batches.push({ start, feeds: Object.fromEntries(feeds) });
  }
  return { examples, batches };
}
