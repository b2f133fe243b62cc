import { ConfigurationError, didYouMean } from '../errors/index.js';
import type { Graph, Node, TensorType } from '../graph/index.js';

/** A graph with the way back from a value to the node that makes it. */
export class Producers {
  readonly graph: Graph;
  readonly #nodes = new Map<string, Node>();
  readonly #fed: ReadonlySet<string>;

  constructor(graph: Graph) {
    this.graph = graph;
    const fed = new Set(graph.inputs.map(({ name }) => name));
    for (const node of graph.nodes) {
      for (const name of node.outputs) if (name !== '') this.#nodes.set(name, node);
      if (node.inputs.some((name) => fed.has(name))) for (const name of node.outputs) fed.add(name);
    }
    this.#fed = fed;
  }

  /** The node that makes a value; undefined for inputs and constants. */
  of(name: string): Node | undefined {
    return this.#nodes.get(name);
  }

  typeOf(name: string): TensorType | undefined {
    return this.graph.types.get(name);
  }

  /** Whether a value depends on no input: a constant, or made of constants. */
  isFixed(name: string): boolean {
    return !this.#fed.has(name);
  }

  /** The inputs of the graph that a value depends on. */
  inputsOf(name: string): Set<string> {
    const found = new Set<string>();
    const seen = new Set<string>();
    const open = [name];
    for (let value = open.pop(); value !== undefined; value = open.pop()) {
      if (seen.has(value) || value === '') continue;
      seen.add(value);
      if (this.graph.inputs.some((input) => input.name === value)) found.add(value);
      open.push(...(this.of(value)?.inputs ?? []));
    }
    return found;
  }

  /** A value named by hand. @throws ConfigurationError when the graph has no such value. */
  named(option: string, name: string): string {
    const known = [...this.graph.inputs.map((input) => input.name), ...this.#nodes.keys()];
    return oneOf(option, name, known, `a value of the graph '${this.graph.name}'`);
  }
}

/** @throws ConfigurationError when the name is none of those known. */
export function oneOf(option: string, name: string, known: readonly string[], expected: string): string {
  if (known.includes(name)) return name;
  const near = didYouMean(name, known);
  throw new ConfigurationError({
    what: option,
    expected: known.length > 0 && known.length <= 20 ? `${expected} (${known.join(', ')})` : expected,
    got: `'${name}'`,
    ...(near !== undefined && { hint: `did you mean '${near}'?` }),
  });
}

/** Whether a node is ONNX's own operation of one of these names. */
export function isOp(node: Node | undefined, ...ops: readonly string[]): boolean {
  return node !== undefined && node.domain === '' && ops.includes(node.op);
}
