import { FormatError } from '../../errors/index.js';
import type { Tensor } from '../../tensor/index.js';
import { GraphBuilder, OPSET } from '../builder.js';
import { tensorOfNumbers } from '../elements.js';
import { Names, namesOf } from '../names.js';
import type { Graph, Node } from '../types.js';
import type { UpgradeContext } from './upgrade-context.js';
import { upgradeRule } from './upgrade-rules.js';

/** Opsets before are not in use any more, and ONNX Runtime does not promise to run them. */
const OLDEST = 7;

/**
 * The graph in the forms of opset 18: what were attributes (axes, bounds, shapes) are inputs, Upsample is Resize, Softmax has
 * one axis. Values keep their names. Types are inferred on the way.
 * @throws FormatError for opsets before 7, and for what opset 18 has no form for.
 */
export function upgrade(graph: Graph): Graph {
  if (graph.opset < OLDEST) {
    throw new FormatError({
      what: 'ONNX model: opset',
      expected: `at least ${OLDEST}`,
      got: `${graph.opset}`,
      hint: "bring it to a newer one with ONNX's version converter",
    });
  }
  const builder = new GraphBuilder(graph.name, { ...graph, opset: OPSET });
  builder.append({ ...graph, nodes: [] });
  const added = new Map<string, Tensor>();
  const context = contextOf(graph, builder, added);
  for (const node of graph.nodes) {
    added.clear();
    const rule = node.domain === '' ? upgradeRule(node.op, graph.opset) : undefined;
    const nodes: readonly Node[] = rule === undefined ? [node] : rule(node, context);
    builder.append({ ...graph, inputs: [], constants: new Map(added), parameters: [], nodes });
  }
  return builder.build(graph.outputs);
}

/** `added`: where new constants go. */
function contextOf(graph: Graph, builder: GraphBuilder, added: Map<string, Tensor>): UpgradeContext {
  const read = new Set([...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs]);
  const names = new Names(graph.name, namesOf(graph));
  const name = (base: string): string => names.unique(base);
  const constant: UpgradeContext['constant'] = (base, dtype, shape, numbers) => {
    const full = name(base);
    added.set(full, tensorOfNumbers(dtype, shape, Float64Array.from(numbers)));
    return full;
  };
  return {
    opset: graph.opset,
    typeOf: (value) => (builder.has(value) ? builder.value(value) : undefined),
    constantOf: (value) => graph.constants.get(value),
    constant,
    list: (base, numbers) => constant(base, 'int64', [numbers.length], numbers),
    name,
    isRead: (value) => read.has(value),
  };
}
