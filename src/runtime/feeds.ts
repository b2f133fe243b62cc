import { didYouMean, ShapeError } from '../errors/index.js';
import { formatShape, formatType } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import type { Feeds } from './types.js';

/** @throws ShapeError when a feed is missing, unknown, or not of its input's type and shape. */
export function checkFeeds({ name: graphName, inputs }: Graph, feeds: Feeds): void {
  const names = inputs.map((input) => input.name);
  for (const name of Object.keys(feeds)) {
    if (names.includes(name)) continue;
    const near = didYouMean(name, names);
    throw new ShapeError({
      what: `feeds of graph '${graphName}'`,
      expected: `its inputs (${names.join(', ')})`,
      got: `'${name}'`,
      ...(near !== undefined && { hint: `did you mean '${near}'?` }),
    });
  }
  for (const input of inputs) {
    const value = feeds[input.name];
    const fits =
      value !== undefined &&
      value.dtype === input.dtype &&
      value.shape.length === input.shape.length &&
      input.shape.every((dim, axis) => typeof dim === 'string' || dim === value.shape[axis]);
    if (fits) continue;
    throw new ShapeError({
      what: `input '${input.name}'`,
      expected: formatType(input),
      got: value === undefined ? 'nothing' : `${value.dtype} ${formatShape(value.shape)}`,
    });
  }
}
