import { didYouMean, GraphError } from '../../errors/index.js';
import { namesOf } from '../names.js';
import type { Graph } from '../types.js';

/** @throws GraphError naming the first of these that is no value of the graph. */
export function checkKnown(what: string, graph: Graph, names: readonly string[]): void {
  const known = namesOf(graph);
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
