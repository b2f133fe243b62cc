import { ConfigurationError, GraphError } from '../../errors/index.js';
import { GraphBuilder } from '../builder.js';
import { numbersIn } from '../elements.js';
import { cast, constantLike, mul, named } from '../functions/arithmetic.js';
import { readsOf } from '../types.js';
import type { Graph, Node } from '../types.js';

/** How Dropout layers are made active. */
export interface DropoutOptions {
  /**
   * 'independent': a mask for every example, as dropout is trained. 'shared': one mask for all examples of a run, so that a
   * sample is one network; each example's predictive distribution is the same, and pictures are smooth.
   */
  readonly masks?: 'independent' | 'shared';
}

/**
 * Makes Dropout layers active: each becomes a product with a random input, `<layer>/mask` of bytes 0 and 1 that are 1 with
 * probability 1 - rate, scaled by 1 / (1 - rate). Without this a Dropout layer is the identity.
 *
 * Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout", JMLR 2014.
 * @throws GraphError when there is no Dropout layer, as MC dropout that silently does nothing is a known mistake, or the
 * second output of one is read; ConfigurationError on a rate that is no constant of [0, 1).
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
  const builder = new GraphBuilder(graph.name, graph);
  const names = builder.append(graph, new Map(), {
    replace: (node) => {
      if (!isDropout(node)) return undefined;
      checkMaskUnread(graph, node);
      const rate = rateOf(graph, node);
      return ([x], name) => {
        const shape = masks === 'shared' ? x!.shape.with(0, 1) : x!.shape;
        const law = { kind: 'bernoulli', probability: 1 - rate } as const;
        const mask = builder.input(`${node.name}/mask`, 'uint8', shape, law);
        const scaled = mul(cast(mask, x!.dtype), constantLike(x!, 1 / (1 - rate)));
        return builder.apply('Mul', [x, scaled], {}, { name })[0]!;
      };
    },
  });
  return builder.build(graph.outputs.map((name) => names.get(name)!));
}

/** Takes Dropout layers out: evaluation mode. @throws GraphError when the second output of one, its mask, is read. */
export function removeDropout(graph: Graph): Graph {
  const builder = new GraphBuilder(graph.name, graph);
  const outputs = new Set(graph.outputs);
  const names = builder.append(graph, new Map(), {
    replace: (node) => {
      if (!isDropout(node)) return undefined;
      checkMaskUnread(graph, node);
      return ([x], name) => (outputs.has(node.outputs[0]!) ? named(x!, name) : x!);
    },
  });
  return builder.build(graph.outputs.map((name) => names.get(name)!));
}

/** The Dropout layers of a graph with their rates. @throws ConfigurationError on a rate that is no constant of [0, 1). */
export function dropoutLayers(graph: Graph): { name: string; rate: number }[] {
  return graph.nodes.filter(isDropout).map((node) => ({ name: node.name, rate: rateOf(graph, node) }));
}

/** The second output tells which elements were kept: of a layer that is replaced there is none. */
function checkMaskUnread(graph: Graph, { name, outputs }: Node): void {
  const mask = outputs[1] ?? '';
  if (mask === '' || ![...graph.outputs, ...graph.nodes.flatMap(readsOf)].includes(mask)) return;
  throw new GraphError({
    what: `Dropout '${name}'`,
    expected: 'its first output alone in use',
    got: `'${mask}' too`,
  });
}

function isDropout(node: Node): boolean {
  return node.op === 'Dropout' && node.domain === '';
}

function rateOf(graph: Graph, node: Node): number {
  const attribute = node.attributes['ratio'];
  const input = node.inputs[1] ?? '';
  const constant = graph.constants.get(input);
  const known = constant === undefined ? graph.types.get(input)?.content?.[0] : numbersIn(constant)[0];
  const what = `Dropout '${node.name}': rate`;
  if (attribute?.type !== 'float' && input !== '' && typeof known !== 'number') {
    throw new ConfigurationError({ what, expected: 'a constant', got: `value '${input}'` });
  }
  const rate = attribute?.type === 'float' ? attribute.value : input === '' ? 0.5 : Number(known);
  if (!(rate >= 0 && rate < 1)) {
    throw new ConfigurationError({ what, expected: 'a number of [0, 1)', got: `${rate}` });
  }
  return rate;
}
