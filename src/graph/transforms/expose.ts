import type { Graph } from '../types.js';
import { checkKnown } from './known.js';

/**
 * The graph with inner values as further outputs (those that are outputs already stay once).
 * @throws GraphError when a name is unknown.
 */
export function expose(graph: Graph, ...values: readonly string[]): Graph {
  checkKnown('expose', graph, values);
  return { ...graph, outputs: [...new Set([...graph.outputs, ...values])] };
}
