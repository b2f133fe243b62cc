import { CredenceError, GraphError } from '../errors/index.js';
import { GraphBuilder } from './builder.js';
import { constantLike } from './functions/arithmetic.js';
import { expandLike } from './ops/adjoints.js';
import { operationOf } from './ops/registry.js';
import { formatType } from './types.js';
import type { Graph, Node, Value } from './types.js';

/** The name of the output that `gradient` adds for a value. */
export function gradientName(value: string): string {
  return `gradient/${value}`;
}

/**
 * A graph that also computes d sum(of) / d value for each of the values named, as outputs `gradient/<value>` of the value's
 * shape, behind the graph's own outputs. Any value will do: a parameter, an input, or an inner value (its adjoint).
 *
 * Reverse mode (Linnainmaa, 1970): the rules of the operations are applied from `of` back, along the paths that lead to
 * the values asked for and no others. A value that `of` does not depend on has gradient 0.
 * @throws GraphError when a name is unknown, or an operation on the way has no derivative.
 */
export function gradient(
  graph: Graph,
  { of, withRespectTo }: { of: string; withRespectTo: readonly string[] },
): Graph {
  const builder = GraphBuilder.from(graph);
  const gradients = appendGradient(builder, graph.nodes, of, withRespectTo);
  const named = withRespectTo.map((name, i) => {
    const target = gradientName(name);
    return builder.apply('Identity', [gradients[i]!], {}, { name: target })[0]!;
  });
  return builder.build([...graph.outputs, ...named]);
}

/** The same on a graph under construction, whose nodes up to now are given; returns the gradients as values. */
export function appendGradient(
  builder: GraphBuilder,
  nodes: readonly Node[],
  of: string,
  withRespectTo: readonly string[],
): Value[] {
  const source = builder.value(of);
  if (!source.dtype.startsWith('float')) {
    throw new GraphError({
      what: `gradient of '${of}'`,
      expected: 'a floating-point value',
      got: formatType(source),
    });
  }
  const adjoints = new Map<string, Value>([[of, expandLike(constantLike(source, 1), source)]]);
  const onPath = dependents(nodes, withRespectTo);
  builder.scope('gradient', () => {
    for (const node of nodes.toReversed()) {
      const reached = node.outputs.some((name) => adjoints.has(name));
      if (reached && node.inputs.some((name) => onPath.has(name))) derive(builder, node, adjoints, onPath);
    }
  });
  return withRespectTo.map((name) => {
    const value = builder.value(name);
    return adjoints.get(name) ?? expandLike(constantLike(value, 0), value);
  });
}

function derive(
  builder: GraphBuilder,
  node: Node,
  adjoints: Map<string, Value>,
  onPath: ReadonlySet<string>,
): void {
  const rule = node.domain === '' ? operationOf(node.op)?.gradient : undefined;
  const inputs = node.inputs.map((name) => (name === '' ? undefined : builder.value(name)));
  const differentiable = (value: Value | undefined): boolean => value?.dtype.startsWith('float') ?? false;
  const wanted = inputs.map((input) => differentiable(input) && onPath.has(input!.name));
  if (!wanted.includes(true)) return;
  if (rule === undefined) {
    if (hasZeroDerivative(node.op)) return;
    throw new GraphError({
      what: `derivative of ${node.op}(${inputs.map(formatType).join(', ')})`,
      expected: 'a rule',
      got: 'none',
      where: `node '${node.name}'`,
    });
  }
  const call = {
    inputs,
    outputs: node.outputs.filter((name) => name !== '').map((name) => builder.value(name)),
    adjoints: node.outputs.map((name) => adjoints.get(name)),
    attributes: node.attributes,
    wanted,
  };
  let partials: readonly (Value | undefined)[];
  try {
    partials = rule(call);
  } catch (error) {
    if (!(error instanceof CredenceError)) throw error;
    throw new GraphError({
      what: `derivative of ${node.op}(${inputs.map(formatType).join(', ')})`,
      got: error.message,
      where: `node '${node.name}'`,
      cause: error,
    });
  }
  inputs.forEach((input, i) => {
    const partial = partials[i];
    if (input === undefined || partial === undefined || !wanted[i]) return;
    const sum = adjoints.get(input.name);
    adjoints.set(input.name, sum === undefined ? partial : builder.apply('Add', [sum, partial])[0]!);
  });
}

/** The values that depend on one of these, themselves included. */
export function dependents(nodes: readonly Node[], values: Iterable<string>): Set<string> {
  const reached = new Set(values);
  for (const node of nodes) {
    if (node.inputs.some((name) => reached.has(name))) for (const name of node.outputs) reached.add(name);
  }
  return reached;
}

function hasZeroDerivative(op: string): boolean {
  return ['Sign', 'Floor', 'Ceil', 'Round', 'ArgMax', 'ArgMin', 'Shape', 'Size', 'OneHot'].includes(op);
}
