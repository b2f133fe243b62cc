import { didYouMean, GraphError } from '../../errors/index.js';
import { GraphBuilder } from '../builder.js';
import { sameShape } from '../shapes.js';
import { formatType } from '../types.js';
import type { Graph, Random, TensorType, Value } from '../types.js';

/**
 * One graph that runs `first`, then `second` with some of its inputs fed by values of `first`
 * (`connect`: input of second → value of first). Outputs: those of both. Inputs of one name are one input.
 * @throws GraphError when a name is unknown, or what is one value has two types, or one random input two laws.
 */
export function merge(first: Graph, second: Graph, connect: Readonly<Record<string, string>> = {}): Graph {
  const builder = GraphBuilder.from(first);
  const inputs = second.inputs.map(({ name }) => name);
  for (const name of Object.keys(connect)) {
    if (inputs.includes(name)) continue;
    const near = didYouMean(name, inputs);
    throw new GraphError({
      what: `merge: graph '${second.name}'`,
      expected: `one of its inputs (${inputs.join(', ')})`,
      got: `'${name}'`,
      ...(near !== undefined && { hint: `did you mean '${near}'?` }),
    });
  }
  const fed = new Map<string, Value>();
  for (const input of second.inputs) {
    const { name } = input;
    const own = first.inputs.find((other) => other.name === name);
    const source = Object.hasOwn(connect, name) ? connect[name] : own?.name;
    if (source === undefined) continue;
    if (source === own?.name && own.random && input.random && !isSameLaw(own.random, input.random)) {
      throw new GraphError({ what: `merge: input '${name}'`, expected: 'one law', got: 'two' });
    }
    const value = builder.value(source);
    checkFits(name, input, value);
    fed.set(name, value);
  }
  const names = builder.append(second, fed);
  return builder.build([...new Set([...first.outputs, ...second.outputs.map((name) => names.get(name)!)])]);
}

function isSameLaw(a: Random, b: Random): boolean {
  if (a.kind === 'bernoulli' && b.kind === 'bernoulli') return a.probability === b.probability;
  return a.kind === b.kind;
}

/** Sizes that are only names fit any other: which they stand for is known when the graph runs. */
function checkFits(name: string, input: TensorType, value: Value): void {
  const sizes = value.shape.map((dim, axis) => {
    const wanted = input.shape[axis];
    return typeof dim === 'string' || typeof wanted === 'string' ? wanted! : dim;
  });
  if (
    input.dtype === value.dtype &&
    input.shape.length === value.shape.length &&
    sameShape(input.shape, sizes)
  )
    return;
  throw new GraphError({
    what: `merge: input '${name}'`,
    expected: formatType(input),
    got: formatType(value),
  });
}
