import { didYouMean, GraphError } from '../../errors/index.js';
import type { Graph } from '../types.js';

/** @throws GraphError naming the first of these that is no value of the graph. */
export function checkKnown(what: string, graph: Graph, names: readonly string[]): void {
  const known = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.constants.keys(),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  for (const name of names) {
    if (known.has(name)) continue;
    const near = didYouMean(name, known);
    throw new GraphError({
      what: `${what}: graph '${graph.name}'`,
      expected: 'the name of a value',
      got: `'${name}'`,
      ...(near !== undefined && { hint: `did you mean '${near}'?` }),
    });
  }
}
