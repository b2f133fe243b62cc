import { evaluateReference, extract, fromReference, prune, toReference } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import type { Tensor } from '../tensor/index.js';

/** A graph in two: what a runtime without float64 runs, and what is computed for it before each run. */
export interface SplitGraph {
  /** Reads the results of `prepare` as inputs. */
  readonly graph: Graph;
  /** From the feeds of the whole graph to what `graph` is fed with beside its own. */
  readonly prepare: (feeds: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>;
}

/**
 * Takes out of a graph what is computed of float64 scalars that are fed, as the bias corrections of Adam of the step's number. Other
 * float64 stays where it is.
 */
export function splitFloat64Scalars(graph: Graph): SplitGraph {
  const isScalar = (name: string): boolean => graph.types.get(name)?.shape.length === 0;
  const fed = graph.inputs.filter(({ name, dtype }) => dtype === 'float64' && isScalar(name));
  if (fed.length === 0) return { graph, prepare: () => ({}) };
  const ours = new Set(fed.map(({ name }) => name));
  for (const { inputs, outputs } of graph.nodes) {
    const reads = inputs.filter((name) => name !== '');
    const known = reads.every((name) => ours.has(name) || graph.constants.has(name));
    if (known && reads.some((name) => ours.has(name)) && outputs.every(isScalar))
      for (const name of outputs) ours.add(name);
  }
  const rest = graph.nodes.filter(({ outputs }) => !ours.has(outputs[0]!));
  const read = new Set([...rest.flatMap(({ inputs }) => inputs), ...graph.outputs]);
  const made = graph.nodes
    .flatMap(({ outputs }) => outputs)
    .filter((name) => ours.has(name) && read.has(name));
  const scalars = prune({ ...graph, outputs: made }, { inputs: 'drop' });
  return {
    graph: extract(graph, made, graph.outputs),
    prepare: (feeds) => {
      const given = scalars.inputs.map(({ name }) => [name, toReference(feeds[name]!)] as const);
      const values = evaluateReference(scalars, Object.fromEntries(given));
      return Object.fromEntries(made.map((name) => [name, fromReference(values.get(name)!)]));
    },
  };
}
