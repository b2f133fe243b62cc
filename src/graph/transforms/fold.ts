import type { Tensor } from '../../tensor/index.js';
import { fromReference, toReference } from '../reference.js';
import { operationOf } from '../ops/registry.js';
import type { Graph, Node } from '../types.js';
import { prune } from './prune.js';

/** Larger results stay computed: folding must not make a file grow. */
const MAXIMUM_ELEMENTS = 1 << 16;

/**
 * Replaces what depends on constants alone by its value, computed in float64 and rounded once. Parameters are not
 * constants here: they may change.
 */
export function foldConstants(graph: Graph): Graph {
  const constants = new Map(graph.constants);
  const parameters = new Set(graph.parameters);
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const folded = fold(node, constants, parameters);
    if (folded === undefined || node.outputs.some((name) => graph.outputs.includes(name))) nodes.push(node);
    else node.outputs.forEach((name, i) => name !== '' && constants.set(name, folded[i]!));
  }
  return prune({ ...graph, nodes, constants });
}

function fold(
  node: Node,
  constants: ReadonlyMap<string, Tensor>,
  parameters: ReadonlySet<string>,
): Tensor[] | undefined {
  const evaluate = node.domain === '' ? operationOf(node.op)?.evaluate : undefined;
  if (evaluate === undefined || node.inputs.length === 0) return undefined;
  const inputs: (Tensor | undefined)[] = [];
  for (const name of node.inputs) {
    const value = constants.get(name);
    if (name !== '' && (value === undefined || parameters.has(name) || value.dtype === 'float16'))
      return undefined;
    inputs.push(value);
  }
  const outputs = evaluate({
    inputs: inputs.map((input) => input && toReference(input)),
    attributes: node.attributes,
    outputs: node.outputs.length,
  });
  if (outputs.some(({ data }) => data.length > MAXIMUM_ELEMENTS)) return undefined;
  return outputs.map(fromReference);
}
