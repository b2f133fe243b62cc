import type { Graph, Node } from '../graph/index.js';

/**
 * The graph with its layers in evaluation mode, whatever mode it was exported in: Dropout without `training_mode`, which would
 * draw masks of its own in every run, BatchNormalization with its running statistics.
 */
export function evaluationMode(graph: Graph): Graph {
  return { ...graph, nodes: graph.nodes.map(evaluated) };
}

function evaluated(node: Node): Node {
  if (node.domain !== '') return node;
  if (node.op === 'Dropout' && node.inputs.length > 2) return { ...node, inputs: node.inputs.slice(0, 2) };
  if (node.op !== 'BatchNormalization') return node;
  const { training_mode: mode, ...attributes } = node.attributes;
  return mode === undefined ? node : { ...node, attributes, outputs: node.outputs.slice(0, 1) };
}
