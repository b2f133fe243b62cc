import { GraphError } from '../../errors/index.js';
import { dependents } from '../gradient.js';
import { Names, namesOf } from '../names.js';
import { readsOf } from '../types.js';
import type { Graph, Input } from '../types.js';
import { checkKnown } from './known.js';
import { prune } from './prune.js';

export interface CutGraph {
  /** What does not depend on anything that varies. Its outputs are what the head needs of it. */
  readonly trunk: Graph;
  /** The rest: fed with the trunk's outputs and what varies. */
  readonly head: Graph;
}

/**
 * Cuts a graph in front of its first random layers, so that what is deterministic runs once and only the rest for every
 * sample. Inputs that only the head reads stay inputs of the head.
 */
export function cutAtRandom(graph: Graph): CutGraph {
  return cut(graph, randomInputs(graph));
}

/**
 * Cuts a graph in front of all that is random or trained, so that frozen layers run once on a data set and not in every step
 * of training what stands on them.
 */
export function cutAtTrained(graph: Graph): CutGraph {
  return cut(graph, [...randomInputs(graph), ...graph.parameters]);
}

/**
 * Cuts a graph in front of all that is float64, which some devices cannot compute: they run the trunk, a CPU the head. What is made
 * of float64 values is in the head, whatever its type.
 */
export function cutAtFloat64(graph: Graph): CutGraph {
  const precise = [...graph.types].filter(([, { dtype }]) => dtype === 'float64');
  return cut(
    graph,
    precise.map(([name]) => name),
  );
}

function randomInputs(graph: Graph): string[] {
  return graph.inputs.filter((input) => input.random !== undefined).map(({ name }) => name);
}

function cut(whole: Graph, varying: readonly string[]): CutGraph {
  // What no output needs would be handed over for nothing.
  const graph = prune(whole);
  const varied = dependents(graph.nodes, varying);
  const headNodes = graph.nodes.filter((node) => node.outputs.some((name) => varied.has(name)));
  const trunkNodes = graph.nodes.filter((node) => !node.outputs.some((name) => varied.has(name)));
  // What is made of constants alone has no row an example to hand over: both sides make it.
  const fed = dependents(
    graph.nodes,
    graph.inputs.map(({ name }) => name),
  );
  const made = new Set(trunkNodes.flatMap((node) => node.outputs).filter((name) => fed.has(name)));
  const crossing = [...new Set([...headNodes.flatMap(readsOf), ...graph.outputs])].filter((name) =>
    made.has(name),
  );
  const trunk = prune({ ...graph, nodes: trunkNodes, outputs: crossing }, { inputs: 'drop' });
  return { trunk, head: extract(graph, crossing, graph.outputs) };
}

/**
 * The part of a graph that computes `outputs` from `inputs`, values that may lie anywhere in it: they become its inputs, beside
 * those of the graph's own inputs that are still needed.
 * @throws GraphError when a value is unknown or of unknown type.
 */
export function extract(graph: Graph, inputs: readonly string[], outputs: readonly string[]): Graph {
  checkKnown('extract', graph, inputs);
  const fed = inputs.map((name): Input => {
    const type = graph.types.get(name);
    if (type === undefined) {
      throw new GraphError({
        what: `extract: graph '${graph.name}'`,
        expected: 'a typed value',
        got: `'${name}'`,
      });
    }
    return { name, dtype: type.dtype, shape: type.shape };
  });
  const given = new Set(inputs);
  const names = new Names(graph.name, namesOf(graph));
  // A node makes what is fed under another name, in case that its other outputs are needed.
  const unfed = (name: string): string => (given.has(name) ? names.unique(name) : name);
  const nodes = graph.nodes.map((node) => ({ ...node, outputs: node.outputs.map(unfed) }));
  const own = graph.inputs.filter(({ name }) => !given.has(name));
  return prune({ ...graph, nodes, inputs: [...fed, ...own], outputs: [...outputs] }, { inputs: 'drop' });
}
