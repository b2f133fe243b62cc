import { readsOf } from '../types.js';
import type { Graph } from '../types.js';
import { checkKnown } from './known.js';

/**
 * Only what the outputs need (all of the graph's, or those given): other nodes, constants and random inputs go.
 * Inputs that are fed stay, needed or not, unless `inputs` says otherwise: they are the graph's signature.
 * @throws GraphError when an output is unknown.
 */
export function prune(
  graph: Graph,
  {
    outputs = graph.outputs,
    inputs = 'keep',
  }: { outputs?: readonly string[]; inputs?: 'keep' | 'drop' } = {},
): Graph {
  checkKnown('prune', graph, outputs);
  const needed = new Set(outputs);
  const nodes = graph.nodes
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((name) => name !== '' && needed.has(name))) return false;
      for (const name of readsOf(node)) needed.add(name);
      return true;
    })
    .toReversed();
  const kept = new Set([...needed, ...nodes.flatMap((node) => node.outputs)]);
  const keptInputs = graph.inputs.filter(
    ({ name, random }) => kept.has(name) || (inputs === 'keep' && random === undefined),
  );
  for (const { name } of keptInputs) kept.add(name);
  return {
    ...graph,
    outputs: [...outputs],
    nodes,
    inputs: keptInputs,
    constants: new Map([...graph.constants].filter(([name]) => kept.has(name))),
    parameters: graph.parameters.filter((name) => kept.has(name)),
    types: new Map([...graph.types].filter(([name]) => kept.has(name))),
  };
}
