import { readsOf } from '../types.js';
import type { Graph, Node } from '../types.js';

/**
 * The graph without Identity nodes: an output that was one takes the place of the value that it copied, unless that is itself an
 * output, an input or a constant. A runtime copies arrays for them otherwise. Inner values may lose their names.
 */
export function dropIdentities(graph: Graph): Graph {
  const outputs = new Set(graph.outputs);
  // What a subgraph reads keeps its name.
  const captured = new Set(graph.nodes.flatMap((node) => readsOf(node).slice(node.inputs.length)));
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const final = (name: string): string => {
    const next = renamed.get(name);
    return next === undefined ? name : final(next);
  };
  const kept = graph.nodes.filter((node) => {
    if (node.op !== 'Identity' || node.domain !== '') return true;
    if (captured.has(node.inputs[0]!) || captured.has(node.outputs[0]!)) return true;
    const [source, target] = [final(node.inputs[0]!), node.outputs[0]!];
    if (!outputs.has(target)) {
      renamed.set(target, source);
      return false;
    }
    if (outputs.has(source) || !made.has(source)) return true;
    renamed.set(source, target);
    return false;
  });
  const rename = (node: Node): Node => ({
    ...node,
    inputs: node.inputs.map(final),
    outputs: node.outputs.map(final),
  });
  return { ...graph, nodes: kept.map(rename) };
}
