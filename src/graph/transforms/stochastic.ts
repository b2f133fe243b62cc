import { ConfigurationError, GraphError } from '../../errors/index.js';
import { GraphBuilder } from '../builder.js';
import { cast, constantLike, mul } from '../functions/arithmetic.js';
import type { Graph, Node, Value } from '../types.js';

export interface DropoutOptions {
  /**
   * 'independent': a mask for every example, as dropout is trained. 'shared': one mask for all examples of a run, so that a
   * sample is one network; each example's predictive distribution is the same, and pictures are smooth.
   */
  readonly masks?: 'independent' | 'shared';
}

/**
 * Makes Dropout layers active: each becomes a product with a random input, `<layer>/mask` of bytes 0 and 1 that are 1 with
 * probability 1 - rate, scaled by 1 / (1 - rate) (Srivastava et al., 2014). Without this a Dropout layer is the identity.
 * @throws GraphError when there is no Dropout layer: MC dropout that silently does nothing is a known mistake.
 */
export function activateDropout(graph: Graph, { masks = 'independent' }: DropoutOptions = {}): Graph {
  if (!graph.nodes.some(isDropout)) {
    throw new GraphError({
      what: `activateDropout: graph '${graph.name}'`,
      expected: 'at least one Dropout layer',
      got: 'none',
      hint: 'insert one, or export the model with its dropout kept',
    });
  }
  return rewrite(graph, (builder, node, x) => {
    const rate = rateOf(graph, node);
    const shape = masks === 'shared' ? x.shape.with(0, 1) : x.shape;
    const mask = builder.input(`${node.name}/mask`, 'uint8', shape, {
      kind: 'bernoulli',
      probability: 1 - rate,
    });
    return mul(x, mul(cast(mask, x.dtype), constantLike(x, 1 / (1 - rate))));
  });
}

/** Takes Dropout layers out: evaluation mode. */
export function removeDropout(graph: Graph): Graph {
  return rewrite(graph, (_builder, _node, x) => x);
}

/** The Dropout layers of a graph with their rates. */
export function dropoutLayers(graph: Graph): { name: string; rate: number }[] {
  return graph.nodes.filter(isDropout).map((node) => ({ name: node.name, rate: rateOf(graph, node) }));
}

/** Builds the graph anew with each Dropout layer's output replaced by values that are named after the layer. */
function rewrite(graph: Graph, replace: (builder: GraphBuilder, node: Node, x: Value) => Value): Graph {
  const builder = new GraphBuilder(graph.name, graph);
  builder.setMetadata(graph.metadata);
  builder.append({ ...graph, nodes: [] });
  const replaced = new Map<string, Value>();
  for (const node of graph.nodes) {
    if (isDropout(node)) {
      const x = replaced.get(node.inputs[0]!) ?? builder.value(node.inputs[0]!);
      replaced.set(
        node.outputs[0]!,
        builder.scope(node.name, () => replace(builder, node, x)),
      );
      continue;
    }
    const only = { ...graph, inputs: [], constants: new Map(), parameters: [], nodes: [node] };
    for (const [name, now] of builder.append(only, replaced)) {
      // A name of the graph that a new value has taken: what reads it must follow.
      if (name !== now && !replaced.has(name)) replaced.set(name, builder.value(now));
    }
  }
  return builder.build(graph.outputs.map((name) => replaced.get(name) ?? name));
}

function isDropout(node: Node): boolean {
  return node.op === 'Dropout' && node.domain === '';
}

function rateOf(graph: Graph, node: Node): number {
  const attribute = node.attributes['ratio'];
  const ratio = graph.constants.get(node.inputs[1] ?? '')?.data[0];
  const rate = attribute?.type === 'float' ? attribute.value : Number(ratio ?? 0.5);
  if (!(rate >= 0 && rate < 1)) {
    throw new ConfigurationError({
      what: `Dropout '${node.name}': rate`,
      expected: 'a number of [0, 1)',
      got: `${rate}`,
    });
  }
  return rate;
}
