import type { Tensor } from '../../tensor/index.js';
import { fromReference, toReference } from '../reference.js';
import { operationOf } from '../ops/registry.js';
import { knownCount } from '../shapes.js';
import type { Graph, Node, TensorType } from '../types.js';
import { prune } from './prune.js';

/** Larger results stay computed: folding must not make a file grow. */
const MAXIMUM_ELEMENTS = 1 << 16;
/** Nor may it take long: the reference is plain loops. */
const MAXIMUM_INPUTS = 1 << 22;
const MAXIMUM_WORK = 1 << 24;
/** Their work is not bounded by the sizes of what goes in and comes out. */
const UNBOUNDED = new Set([
  'Conv',
  'ConvTranspose',
  'MaxPool',
  'AveragePool',
  'LpPool',
  'LRN',
  'Einsum',
  'Resize',
]);

/**
 * Replaces what depends on constants alone, or on sizes that are known, by its value, computed in float64 and rounded once.
 * Parameters are not constants here: they may change. Outputs stay nodes, and so does what is large or slow to compute.
 */
export function foldConstants(graph: Graph): Graph {
  const constants = new Map(graph.constants);
  const outputs = new Set(graph.outputs);
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const folded = node.outputs.some((name) => outputs.has(name)) ? undefined : fold(node, graph, constants);
    if (folded === undefined) nodes.push(node);
    else node.outputs.forEach((name, i) => name !== '' && constants.set(name, folded[i]!));
  }
  return prune({ ...graph, nodes, constants });
}

function fold(node: Node, graph: Graph, constants: ReadonlyMap<string, Tensor>): Tensor[] | undefined {
  const operation = operationOf(node);
  if (operation === undefined || node.outputs.includes('')) return undefined;
  const types = node.outputs.map((name) => graph.types.get(name));
  // Sizes that are not known may be anything.
  if (
    types.some((type) => type === undefined || !((knownCount(type.shape) ?? Infinity) <= MAXIMUM_ELEMENTS))
  ) {
    return undefined;
  }
  const contents = types.map((type) => tensorOfContent(type!)).filter((content) => content !== undefined);
  if (contents.length === types.length) return contents;
  if (operation.evaluate === undefined || node.inputs.length === 0) return undefined;
  const inputs: (Tensor | undefined)[] = [];
  for (const name of node.inputs) {
    const value = constants.get(name);
    if (name !== '' && (value === undefined || graph.parameters.includes(name))) return undefined;
    inputs.push(value);
  }
  const size = inputs.reduce((sum, input) => sum + (input?.data.length ?? 0), 0);
  if (size > MAXIMUM_INPUTS || UNBOUNDED.has(node.op)) return undefined;
  const results = types.reduce((sum, type) => sum + (knownCount(type!.shape) ?? 0), 0);
  if (!operation.onContent && size * results > MAXIMUM_WORK) return undefined;
  const outputs = operation.evaluate({
    inputs: inputs.map((input) => input && toReference(input)),
    attributes: node.attributes,
    outputs: node.outputs.length,
  });
  return outputs.slice(0, node.outputs.length).map(fromReference);
}

function tensorOfContent({ dtype, shape, content }: TensorType): Tensor | undefined {
  const numbers = content?.filter((dim) => typeof dim === 'number');
  if (numbers === undefined || numbers.length !== content!.length) return undefined;
  return fromReference({ dtype, shape: shape.map(Number), data: Float64Array.from(numbers) });
}
