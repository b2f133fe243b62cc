import { CredenceError, GraphError } from '../errors/index.js';
import { GraphBuilder } from './builder.js';
import { constantLike } from './functions/arithmetic.js';
import { expandLike, zerosLike } from './ops/adjoints.js';
import { operationOf } from './ops/registry.js';
import { formatType, readsOf } from './types.js';
import type { Graph, Node, TensorType, Value } from './types.js';

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
 * Where an output's name is taken (in a gradient of a gradient), it gets a number.
 * @throws GraphError when a name is unknown, or listing the operations on the way that have no derivative.
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
function appendGradient(
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
  const targets = withRespectTo.map((name) => builder.value(name));
  const missing = underived(nodes, of, withRespectTo, (name) =>
    builder.has(name) ? builder.value(name) : undefined,
  );
  if (missing.length > 0) {
    throw new GraphError({
      what: `derivative of '${of}'`,
      expected: 'a rule for every operation on the way',
      got: missing.map(({ op, name, reason }) => `${reason} ${op} '${name}'`).join(', '),
    });
  }
  const adjoints = new Map<string, Value>([[of, expandLike(constantLike(source, 1), source)]]);
  const onPath = dependents(nodes, withRespectTo);
  builder.scope('backward', () => {
    for (const node of nodes.toReversed()) {
      const reached = node.outputs.some((name) => adjoints.has(name));
      if (reached && node.inputs.some((name) => onPath.has(name))) derive(builder, node, adjoints, onPath);
    }
  });
  return targets.map((value) => adjoints.get(value.name) ?? zerosLike(value));
}

function derive(
  builder: GraphBuilder,
  node: Node,
  adjoints: Map<string, Value>,
  onPath: ReadonlySet<string>,
): void {
  const operation = operationOf(node);
  const inputs = node.inputs.map((name) => (name === '' ? undefined : builder.value(name)));
  const wanted = inputs.map((input) => isFloat(input) && onPath.has(input!.name));
  if (!wanted.includes(true) || operation?.gradient === undefined) return;
  const call = {
    inputs,
    outputs: node.outputs.map((name) => (name === '' ? undefined : builder.value(name))),
    adjoints: node.outputs.map((name) => adjoints.get(name)),
    attributes: node.attributes,
    wanted,
  };
  let partials: readonly (Value | undefined)[];
  try {
    partials = operation.gradient(call);
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

/** An operation that stands in the way of a derivative. */
export interface Underived {
  readonly op: string;
  /** The node's name. */
  readonly name: string;
  /** 'no rule for', or what is not known of it. */
  readonly reason: string;
}

/**
 * The operations between these values and `of` whose derivative is not known; none where `gradient` will work (but for
 * what a rule itself refuses: a mode, sizes that are not known).
 */
export function underivedOperations(
  graph: Graph,
  { of, withRespectTo }: { of: string; withRespectTo: readonly string[] },
): Underived[] {
  return underived(graph.nodes, of, withRespectTo, (name) => graph.types.get(name));
}

function underived(
  nodes: readonly Node[],
  of: string,
  withRespectTo: readonly string[],
  typeOf: (name: string) => TensorType | undefined,
): Underived[] {
  const carries = (name: string): boolean =>
    name !== '' && (typeOf(name) === undefined || isFloat(typeOf(name)));
  const forward = new Set(withRespectTo);
  const flowing = nodes.filter((node) => {
    const flows =
      !operationOf(node)?.flat && readsOf(node).some((name) => forward.has(name) && carries(name));
    if (flows) for (const name of node.outputs) if (carries(name)) forward.add(name);
    return flows;
  });
  const backward = new Set([of]);
  const found: Underived[] = [];
  for (const node of flowing.toReversed()) {
    if (!node.outputs.some((name) => backward.has(name))) continue;
    for (const name of node.inputs) if (forward.has(name) && carries(name)) backward.add(name);
    const untyped = [...node.inputs, ...node.outputs].find(
      (name) => name !== '' && typeOf(name) === undefined,
    );
    const { op, name } = node;
    if (operationOf(node)?.gradient === undefined) found.push({ op, name, reason: 'no rule for' });
    else if (untyped !== undefined) found.push({ op, name, reason: `unknown type of '${untyped}' of` });
  }
  return found.toReversed();
}

function isFloat(type: TensorType | undefined): boolean {
  return type?.dtype.startsWith('float') ?? false;
}

/** The values that depend on one of these, themselves included. */
export function dependents(nodes: readonly Node[], values: Iterable<string>): Set<string> {
  const reached = new Set(values);
  for (const node of nodes) {
    if (readsOf(node).some((name) => reached.has(name))) for (const name of node.outputs) reached.add(name);
    // What is left out is no value.
    reached.delete('');
  }
  return reached;
}
