import { didYouMean, ShapeError } from '../../errors/index.js';
import type { Tensor } from '../../tensor/index.js';
import { formatShape, formatType } from '../types.js';
import type { Graph } from '../types.js';

/** Values of parameters, by name. */
export type Parameters = ReadonlyMap<string, Tensor>;

/** The values of a graph's parameters, by name. */
export function parametersOf(graph: Graph): Parameters {
  return new Map(graph.parameters.map((name) => [name, graph.constants.get(name)!]));
}

/**
 * The graph with other values for its parameters, by name. Fails loudly: every parameter must be there, with its shape and
 * type, and nothing else, unless `partial` says that missing ones keep their values.
 * @throws ShapeError listing what is missing, extra or misshapen.
 */
export function bindParameters(
  graph: Graph,
  parameters: Parameters,
  { partial = false }: { partial?: boolean } = {},
): Graph {
  const faults: string[] = [];
  for (const name of graph.parameters) {
    const [own, given] = [graph.constants.get(name)!, parameters.get(name)];
    if (given === undefined) {
      if (!partial) faults.push(`'${name}' ${formatShape(own.shape)} is missing`);
    } else if (given.dtype !== own.dtype || given.shape.join() !== own.shape.join()) {
      faults.push(`'${name}' should be ${formatType(own)} and is ${formatType(given)}`);
    }
  }
  for (const name of parameters.keys()) {
    if (graph.parameters.includes(name)) continue;
    const near = didYouMean(name, graph.parameters);
    faults.push(`'${name}' is not a parameter${near === undefined ? '' : ` (did you mean '${near}'?)`}`);
  }
  if (faults.length > 0) {
    throw new ShapeError({
      what: `parameters of '${graph.name}'`,
      expected: `its ${graph.parameters.length} parameters`,
      got: faults.join('; '),
    });
  }
  const constants = new Map(graph.constants);
  for (const [name, value] of parameters) constants.set(name, value);
  return { ...graph, constants };
}
