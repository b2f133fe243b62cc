import { CredenceError, didYouMean, GraphError } from '../errors/index.js';
import type { DType, Tensor } from '../tensor/index.js';
import { typeOfConstant, withContents } from './contents.js';
import { operationOf } from './ops/registry.js';
import { checkShape } from './shapes.js';
import { formatType, readsOf } from './types.js';
import type {
  Attributes,
  Builder,
  Dim,
  Graph,
  Input,
  Node,
  Random,
  Shape,
  TensorType,
  Value,
} from './types.js';

/** The version of ONNX's operation set that Credence writes. */
export const OPSET = 18;

/**
 * Builds what takes the place of a node, from its inputs; `name`: that of the node's output, which the result may take.
 */
export type Replacement = (inputs: readonly (Value | undefined)[], name: string) => Value;

/**
 * A graph under construction. Operations are functions of its values (`relu(conv2d(x, w, b))`); every one is checked
 * and typed as it is added, so that a mistake is reported where it was made.
 */
export class GraphBuilder implements Builder {
  readonly name: string;
  readonly #opset: number;
  readonly #domains: Readonly<Record<string, number>>;
  readonly #inputs: Input[] = [];
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, Tensor>();
  readonly #parameters: string[] = [];
  readonly #values = new Map<string, Value>();
  readonly #names = new Set<string>();
  readonly #metadata: Record<string, string> = {};
  #scope = '';
  #fresh = 0;

  constructor(name: string, { opset = OPSET, domains = {} }: Partial<Pick<Graph, 'opset' | 'domains'>> = {}) {
    this.name = name;
    this.#opset = opset;
    this.#domains = domains;
  }

  /** Continues an existing graph: its values are there by name, its outputs are not outputs yet. */
  static from(graph: Graph): GraphBuilder {
    const builder = new GraphBuilder(graph.name, graph);
    Object.assign(builder.#metadata, graph.metadata);
    builder.append(graph);
    return builder;
  }

  /** A value that is fed. `random`: one that the runtime draws from a key. */
  input(name: string, dtype: DType, shape: Shape, random?: Random): Value {
    this.#claim(name);
    this.#inputs.push(random ? { name, dtype, shape, random } : { name, dtype, shape });
    return this.#register(name, { dtype, shape });
  }

  /** An initialiser that training may change, under the scope's name. */
  parameter(name: string, value: Tensor): Value {
    const full = this.#scoped(name);
    this.#claim(full);
    this.#constants.set(full, value);
    this.#parameters.push(full);
    return this.#register(full, value);
  }

  constant(value: Tensor, name?: string): Value {
    const full = this.#unique(name ?? this.#scoped('constant'));
    this.#constants.set(full, value);
    return this.#register(full, typeOfConstant(value));
  }

  constantOf(value: Value): Tensor | undefined {
    return this.#constants.get(value.name);
  }

  /** Values made inside are named `scope/...`. */
  scope<T>(name: string, build: () => T): T {
    const outer = this.#scope;
    this.#scope = this.#scoped(name);
    try {
      return build();
    } finally {
      this.#scope = outer;
    }
  }

  /** @throws GraphError when no value has this name. */
  value(name: string): Value {
    const value = this.#values.get(name);
    if (value === undefined) {
      const near = didYouMean(name, this.#values.keys());
      throw new GraphError({
        what: `graph '${this.name}'`,
        expected: 'a typed value',
        got: `'${name}'`,
        ...(near !== undefined && { hint: `did you mean '${near}'?` }),
      });
    }
    return value;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  apply(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes = {},
    { outputs = 1, name, domain = '' }: { outputs?: number; name?: string; domain?: string } = {},
  ): Value[] {
    for (const input of inputs) {
      if (input !== undefined && this.#values.get(input.name) !== input) {
        throw new GraphError({
          what: `${op}: input '${input.name}'`,
          expected: `a value of graph '${this.name}'`,
          got: 'one of another graph',
        });
      }
    }
    const base = name ?? this.#scoped(op);
    // ONNX Runtime takes a slower convolution where an input is left out by an empty name at the end.
    const last = inputs.findLastIndex((input) => input !== undefined);
    const names = Array.from({ length: outputs }, (_, i) => this.#unique(i === 0 ? base : `${base}.${i}`));
    const node: Node = {
      op,
      domain,
      name: names[0]!,
      inputs: inputs.slice(0, last + 1).map((input) => input?.name ?? ''),
      outputs: names,
      attributes,
    };
    const types = this.#infer(node);
    this.#nodes.push(node);
    return names.map((output, i) => {
      const type = types?.[i];
      if (type === undefined) {
        throw new GraphError({ what: op, expected: 'an operation whose types are known', where: node.name });
      }
      return this.#register(output, type);
    });
  }

  /**
   * Copies another graph's inputs, constants and nodes into this one, so that a graph can be applied more than once. `given`:
   * values that are here already and take the place of values of that graph (its inputs, mostly). A constant that is here
   * under the same name is shared; other names that are taken get a number. `replace`: what is built in place of a node.
   * Returns where each value of the graph ended up.
   * @throws GraphError when an input, or a parameter with another value, is here under the same name.
   */
  append(
    graph: Graph,
    given: ReadonlyMap<string, Value> = new Map(),
    { replace = () => undefined }: { replace?: (node: Node) => Replacement | undefined } = {},
  ): Map<string, string> {
    const renamed = new Map<string, string>([...given].map(([name, value]) => [name, value.name]));
    const parameters = new Set(graph.parameters);
    const renewed = this.#renewer();
    for (const original of graph.inputs) {
      if (renamed.has(original.name)) continue;
      const input = renewed(original);
      this.#claim(input.name);
      this.#inputs.push(input);
      this.#register(input.name, input);
      renamed.set(input.name, input.name);
    }
    for (const [name, value] of graph.constants) {
      if (renamed.has(name)) continue;
      if (this.#constants.get(name) === value) {
        renamed.set(name, name);
        continue;
      }
      if (parameters.has(name)) {
        this.#claim(name);
        this.#parameters.push(name);
      }
      const full = parameters.has(name) ? name : this.#unique(name);
      this.#constants.set(full, value);
      this.#register(full, parameters.has(name) ? value : typeOfConstant(value));
      renamed.set(name, full);
    }
    const added = graph.nodes.filter((node) => node.outputs.some((name) => name !== '' && !given.has(name)));
    // Names are taken before anything else is built: values that replace others must not take them.
    const outputs = new Map<string, string>();
    for (const name of added.flatMap((node) => node.outputs))
      if (name !== '') outputs.set(name, this.#unique(name));
    for (const [name, own] of outputs) if (!given.has(name)) renamed.set(name, own);
    for (const original of added) {
      const replacement = replace(original);
      if (replacement === undefined) this.#appendNode(original, graph, outputs, renamed, renewed);
      else this.#replaceNode(original, replacement, outputs, renamed);
    }
    return renamed;
  }

  /** Unknown dimensions of another graph get new names here, so that they do not look equal to ones of this graph. */
  #renewer(): <T extends TensorType>(type: T) => T {
    const dims = new Map<Dim, Dim>();
    const renewedDim = (dim: Dim): Dim => {
      if (typeof dim === 'number' || !dim.startsWith('?')) return dim;
      if (!dims.has(dim)) dims.set(dim, this.#freshDim());
      return dims.get(dim)!;
    };
    return (type) => ({
      ...type,
      shape: type.shape.map(renewedDim),
      ...(type.content && { content: type.content.map(renewedDim) }),
    });
  }

  #freshDim(): string {
    return `?${this.#fresh++}`;
  }

  #appendNode(
    original: Node,
    graph: Graph,
    given: ReadonlyMap<string, string>,
    renamed: ReadonlyMap<string, string>,
    renewed: (type: TensorType) => TensorType,
  ): void {
    const outputs = original.outputs.map((name) => given.get(name) ?? '');
    const inputs = original.inputs.map((name) => renamed.get(name) ?? name);
    for (const name of readsOf(original).slice(inputs.length)) {
      if ((renamed.get(name) ?? name) === name) continue;
      throw new GraphError({
        what: `node '${original.name}'`,
        expected: `a graph in which '${name}', which its subgraph reads, keeps its name`,
        got: `one in which it is '${renamed.get(name)}'`,
      });
    }
    const node: Node = { ...original, name: this.#nodeName(original, outputs), inputs, outputs };
    const types = this.#infer(node);
    this.#nodes.push(node);
    outputs.forEach((name, i) => {
      if (name === '') return;
      const declared = graph.types.get(original.outputs[i]!);
      const type = types?.[i] ?? (declared && renewed(declared));
      if (type !== undefined) this.#register(name, type);
    });
  }

  /** Builds a value in place of a node's first output, under its name. */
  #replaceNode(
    original: Node,
    replacement: Replacement,
    outputs: ReadonlyMap<string, string>,
    renamed: Map<string, string>,
  ): void {
    const [output, ...others] = original.outputs;
    const name = outputs.get(output!)!;
    for (const gone of others) if (gone !== '') renamed.delete(gone);
    this.#names.delete(name);
    const inputs = original.inputs.map((input) => {
      const own = renamed.get(input) ?? input;
      return own === '' ? undefined : this.value(own);
    });
    const value = this.scope(original.name, () => replacement(inputs, name));
    this.#names.add(name);
    renamed.set(output!, value.name);
  }

  /** Node names are unique too: a copy takes its first output's name. */
  #nodeName(original: Node, outputs: readonly string[]): string {
    return outputs.every((name, i) => name === original.outputs[i]) ? original.name : outputs[0]!;
  }

  setMetadata(entries: Readonly<Record<string, string>>): void {
    Object.assign(this.#metadata, entries);
  }

  /** The finished graph. `outputs`: values or names, in order; a record renames each to its key by an Identity. */
  build(outputs: readonly (Value | string)[] | Readonly<Record<string, Value>>): Graph {
    const names = Array.isArray(outputs)
      ? (outputs as readonly (Value | string)[]).map((output) =>
          typeof output === 'string' ? output : output.name,
        )
      : Object.entries(outputs as Record<string, Value>).map(([name, value]) => this.#rename(value, name));
    for (const name of names) {
      if (!this.#names.has(name)) {
        throw new GraphError({ what: `graph '${this.name}': output`, expected: 'a value', got: `'${name}'` });
      }
    }
    const once = new Set<string>();
    for (const name of names) {
      if (once.has(name)) {
        throw new GraphError({
          what: `graph '${this.name}': outputs`,
          expected: 'different values',
          got: `'${name}' twice`,
        });
      }
      once.add(name);
    }
    const types = new Map<string, TensorType>();
    for (const [name, { dtype, shape, content }] of this.#values) {
      types.set(name, content === undefined ? { dtype, shape } : { dtype, shape, content });
    }
    return {
      name: this.name,
      opset: this.#opset,
      domains: this.#domains,
      inputs: [...this.#inputs],
      outputs: names,
      nodes: [...this.#nodes],
      constants: new Map(this.#constants),
      parameters: [...this.#parameters],
      types,
      metadata: { ...this.#metadata },
    };
  }

  #rename(value: Value, name: string): string {
    if (value.name === name) return name;
    if (this.#names.has(name)) {
      throw new GraphError({
        what: `graph '${this.name}': output '${name}'`,
        expected: 'a name that is not taken by another value',
        got: 'one that is',
      });
    }
    return this.apply('Identity', [value], {}, { name })[0]!.name;
  }

  /**
   * Undefined where the operation, or the type of one of its inputs, is not known, or the graph is of an older opset: such
   * values pass through untyped.
   */
  #infer(node: Node): readonly (TensorType | undefined)[] | undefined {
    const operation = node.domain === '' && this.#opset >= OPSET ? operationOf(node.op) : undefined;
    const inputs = node.inputs.map((name) => (name === '' ? undefined : this.#values.get(name)));
    if (operation === undefined || node.inputs.some((name, i) => name !== '' && inputs[i] === undefined)) {
      return undefined;
    }
    const { attributes, outputs } = node;
    const call = { inputs, attributes, outputs: outputs.length, fresh: () => this.#freshDim() };
    try {
      const types = operation.infer(call);
      for (const type of types) if (type !== undefined) checkShape('result', type.shape);
      return withContents(operation, call, types);
    } catch (error) {
      if (!(error instanceof CredenceError)) throw error;
      throw new GraphError({
        what: `${node.op}(${inputs.map(formatType).join(', ')})`,
        got: error.message,
        where: `node '${node.name}' of graph '${this.name}'`,
        cause: error,
      });
    }
  }

  #register(name: string, type: TensorType): Value {
    const { dtype, shape, content } = type;
    checkShape(`value '${name}'`, shape);
    const value: Value = { name, dtype, shape, builder: this, ...(content && { content }) };
    this.#values.set(name, value);
    return value;
  }

  #scoped(name: string): string {
    return this.#scope === '' ? name : `${this.#scope}/${name}`;
  }

  #claim(name: string): void {
    if (this.#names.has(name) || name === '') {
      throw new GraphError({ what: `graph '${this.name}': name`, expected: 'a new one', got: `'${name}'` });
    }
    this.#names.add(name);
  }

  #unique(base: string): string {
    let name = base;
    for (let i = 1; this.#names.has(name); i++) name = `${base}:${i}`;
    this.#names.add(name);
    return name;
  }
}
