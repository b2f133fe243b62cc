import { didYouMean, GraphError } from '../../errors/index.js';
import type { Graph } from '../types.js';

/** The graph with inner values as further outputs (those that are outputs already stay once). */
export function expose(graph: Graph, ...values: readonly string[]): Graph {
  const known = new Set([...graph.types.keys(), ...graph.nodes.flatMap((node) => node.outputs)]);
  for (const name of values) {
    if (known.has(name)) continue;
    const near = didYouMean(name, known);
    throw new GraphError({
      what: `graph '${graph.name}'`,
      expected: 'the name of a value',
      got: `'${name}'`,
      ...(near !== undefined && { hint: `did you mean '${near}'?` }),
    });
  }
  return { ...graph, outputs: [...new Set([...graph.outputs, ...values])] };
}
