import { GraphBuilder } from '../builder.js';
import { ELEMENT_TYPES } from '../elements.js';
import { fromReference, toReference } from '../reference.js';
import { cast } from '../functions/arithmetic.js';
import type { Attribute, Graph, Node, TensorType, Value } from '../types.js';
import type { Tensor } from '../../tensor/index.js';

/**
 * The graph computed in float32 wherever it was in float16; its float16 inputs stay and are followed by a Cast. For what half
 * floats can't hold, derivatives of small losses and small steps above all. Values keep their names; `names`: where an input
 * is in float32. A graph without float16 stays as it is.
 */
export function widen(graph: Graph): { readonly graph: Graph; readonly names: ReadonlyMap<string, string> } {
  const isHalf = (type: TensorType | undefined): boolean => type?.dtype === 'float16';
  const halfInputs = graph.inputs.filter(isHalf);
  const isWide = !halfInputs.length && ![...graph.constants.values(), ...graph.types.values()].some(isHalf);
  if (isWide) return { graph, names: new Map() };
  const wide: Graph = {
    ...graph,
    inputs: graph.inputs.map((input) => (isHalf(input) ? { ...input, dtype: 'float32' } : input)),
    constants: new Map([...graph.constants].map(([name, value]) => [name, widened(value)])),
    nodes: graph.nodes.map(widenedNode),
    types: new Map(
      [...graph.types].map(([name, type]) => [name, isHalf(type) ? { ...type, dtype: 'float32' } : type]),
    ),
  };
  const builder = new GraphBuilder(graph.name, graph);
  const given = new Map<string, Value>();
  // Inputs keep their order.
  for (const { name, dtype, shape, random } of graph.inputs) {
    given.set(name, builder.input(name, dtype, shape, random));
  }
  for (const { name } of halfInputs)
    given.set(
      name,
      builder.scope(name, () => cast(given.get(name)!, 'float32')),
    );
  const renamed = builder.append(wide, given);
  const names = new Map(halfInputs.map(({ name }) => [name, given.get(name)!.name]));
  return { graph: builder.build(graph.outputs.map((name) => renamed.get(name)!)), names };
}

function widened(value: Tensor): Tensor {
  return value.dtype === 'float16' ? fromReference({ ...toReference(value), dtype: 'float32' }) : value;
}

/** Casts go to float32, and so do tensors in attributes. */
function widenedNode(node: Node): Node {
  if (node.domain !== '') return node;
  const { float16, float32 } = ELEMENT_TYPES;
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
    if (attribute.type === 'tensor') return [name, { ...attribute, value: widened(attribute.value) }];
    const isType = (name === 'to' || name === 'dtype') && attribute.type === 'int';
    return [name, isType && attribute.value === float16 ? { ...attribute, value: float32 } : attribute];
  });
  return { ...node, attributes: Object.fromEntries(attributes) };
}
