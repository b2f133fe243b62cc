import { dependents } from '../gradient.js';
import type { Graph, Input } from '../types.js';
import { prune } from './prune.js';

export interface CutGraph {
  /** What does not depend on random inputs. Its outputs are what the head needs of it. */
  readonly trunk: Graph;
  /** The rest: fed with the trunk's outputs and the random inputs. */
  readonly head: Graph;
}

/**
 * Cuts a graph in front of its first random layers, so that what is deterministic runs once and only the rest for every
 * sample. Inputs that only the head reads stay inputs of the head.
 */
export function cutAtRandom(graph: Graph): CutGraph {
  const randomInputs = graph.inputs.filter((input) => input.random !== undefined).map(({ name }) => name);
  const random = dependents(graph.nodes, randomInputs);
  const headNodes = graph.nodes.filter((node) => node.outputs.some((name) => random.has(name)));
  const trunkNodes = graph.nodes.filter((node) => !node.outputs.some((name) => random.has(name)));
  const made = new Set(trunkNodes.flatMap((node) => node.outputs));
  const crossing = [...new Set([...headNodes.flatMap((node) => node.inputs), ...graph.outputs])].filter(
    (name) => made.has(name),
  );
  const trunk = prune({ ...graph, nodes: trunkNodes, outputs: crossing }, { inputs: 'drop' });
  const passed = crossing.map((name): Input => ({ name, ...graph.types.get(name)! }));
  const head = prune(
    { ...graph, nodes: headNodes, inputs: [...passed, ...graph.inputs] },
    { inputs: 'drop' },
  );
  return { trunk, head };
}
