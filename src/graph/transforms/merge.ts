import { GraphBuilder } from '../builder.js';
import type { Graph, Value } from '../types.js';

/**
 * One graph that runs `first`, then `second` with some of its inputs fed by values of `first`
 * (`connect`: input of second → value of first). Outputs: those of both. Inputs of one name are one input.
 */
export function merge(first: Graph, second: Graph, connect: Readonly<Record<string, string>> = {}): Graph {
  const builder = GraphBuilder.from(first);
  const fed = new Map<string, Value>(
    Object.entries(connect).map(([input, value]) => [input, builder.value(value)]),
  );
  for (const { name } of second.inputs) {
    if (!fed.has(name) && first.inputs.some((input) => input.name === name))
      fed.set(name, builder.value(name));
  }
  const names = builder.append(second, fed);
  return builder.build([...first.outputs, ...second.outputs.map((name) => names.get(name)!)]);
}
