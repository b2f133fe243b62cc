import { didYouMean, GraphError } from '../errors/index.js';
import type { DType, Tensor } from '../tensor/index.js';
import { typeOfConstant } from './contents.js';
import { inferTypes } from './infer.js';
import { Names } from './names.js';
import { checkShape, unknownDimsRenamer } from './shapes.js';
import { readsOf } from './types.js';
import type { Attributes, Builder, Graph, Input, Node, Random, Shape, TensorType, Value } from './types.js';

/** The version of ONNX's operation set that Credence writes. */
export const OPSET = 18;

/** What a builder takes over of a graph beside its values. */
export type GraphHeader = Partial<Pick<Graph, 'opset' | 'domains' | 'metadata'>>;

/**
 * Builds what takes the place of a node, from its inputs (undefined where one is left out). `name`: that of the node's first
 * output, which the result may take.
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
  readonly #metadata: Readonly<Record<string, string>>;
  readonly #inputs: Input[] = [];
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, Tensor>();
  readonly #parameters: string[] = [];
  readonly #values = new Map<string, Value>();
  readonly #names: Names;
  #unknownDims = 0;

  /** An empty graph. The header: opset 18, no further operation sets and no metadata unless given (a graph is one). */
  constructor(name: string, { opset = OPSET, domains = {}, metadata = {} }: GraphHeader = {}) {
    this.name = name;
    this.#opset = opset;
    this.#domains = domains;
    this.#metadata = { ...metadata };
    this.#names = new Names(name);
  }

  /** Continues an existing graph: its values are there by name, its outputs are not outputs yet. */
  static from(graph: Graph): GraphBuilder {
    const builder = new GraphBuilder(graph.name, graph);
    builder.append(graph);
    return builder;
  }

  /**
   * A value that is fed, whatever the scope under this name. `random`: the runtime draws it from a key.
   * @throws GraphError when the name is taken.
   */
  input(name: string, dtype: DType, shape: Shape, random?: Random): Value {
    this.#names.claim(name);
    this.#inputs.push(random ? { name, dtype, shape, random } : { name, dtype, shape });
    return this.#register(name, { dtype, shape });
  }

  /** An initialiser that training may change, under the scope's name. @throws GraphError when the name is taken. */
  parameter(name: string, value: Tensor): Value {
    return this.#addParameter(this.#names.scoped(name), value);
  }

  /** An initialiser that training leaves alone. A name that is taken gets a number. */
  constant(value: Tensor, name?: string): Value {
    const full = this.#names.unique(name ?? this.#names.scoped('constant'));
    this.#constants.set(full, value);
    return this.#register(full, typeOfConstant(value));
  }

  /** The tensor behind a value that is a constant or a parameter. */
  constantOf(value: Value): Tensor | undefined {
    return this.#constants.get(value.name);
  }

  /** Parameters, constants and the results of operations that are made inside are named `<name>/...`. */
  scope<T>(name: string, build: () => T): T {
    return this.#names.within(name, build);
  }

  /** The value of this name. @throws GraphError when there is none, or its type is not known. */
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

  /** Whether there is a value of this name, of known type. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /**
   * Appends a node and returns its outputs; undefined among the inputs: one that is left out. Names that are taken get a
   * number.
   * @throws GraphError when an input is of another graph, the inputs do not fit, or the operation is not known.
   */
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
    const base = name ?? this.#names.scoped(op);
    // ONNX Runtime takes a slower convolution where an input is left out by an empty name at the end.
    const last = inputs.findLastIndex((input) => input !== undefined);
    const names = Array.from({ length: outputs }, (_, i) =>
      this.#names.unique(i === 0 ? base : `${base}.${i}`),
    );
    const node: Node = {
      op,
      domain,
      name: names[0]!,
      inputs: inputs.slice(0, last + 1).map((input) => input?.name ?? ''),
      outputs: names,
      attributes,
    };
    return this.#addNode(node).map((value) => {
      if (value !== undefined) return value;
      throw new GraphError({ what: op, expected: 'an operation whose types are known', where: node.name });
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
    // Unknown dimensions of the graph must not look equal to ones that are here.
    const renewed = unknownDimsRenamer(() => this.#unknownDim());
    for (const original of graph.inputs) {
      if (renamed.has(original.name)) continue;
      const { name, dtype, shape } = renewed(original);
      renamed.set(name, this.input(name, dtype, shape, original.random).name);
    }
    const parameters = new Set(graph.parameters);
    for (const [name, value] of graph.constants) {
      if (renamed.has(name)) continue;
      const isHere = this.#constants.get(name) === value;
      const copy = (): Value =>
        parameters.has(name) ? this.#addParameter(name, value) : this.constant(value, name);
      renamed.set(name, isHere ? name : copy().name);
    }
    const added = graph.nodes.filter((node) => node.outputs.some((name) => name !== '' && !given.has(name)));
    // Names are taken before anything else is built: values that replace others must not take them.
    const outputs = new Map<string, string>();
    for (const name of added.flatMap((node) => node.outputs))
      if (name !== '') outputs.set(name, this.#names.unique(name));
    for (const [name, own] of outputs) if (!given.has(name)) renamed.set(name, own);
    for (const original of added) {
      const replacement = replace(original);
      if (replacement !== undefined) this.#replaceNode(original, replacement, outputs, renamed);
      else {
        this.#appendNode(original, outputs, renamed, (name) => {
          const type = graph.types.get(name);
          return type && renewed(type);
        });
      }
    }
    return renamed;
  }

  /** The finished graph. `outputs`: values or names, in order; a record renames each to its key by an Identity. */
  build(outputs: readonly (Value | string)[] | Readonly<Record<string, Value>>): Graph {
    const names = Array.isArray(outputs)
      ? (outputs as readonly (Value | string)[]).map((output) =>
          typeof output === 'string' ? output : output.name,
        )
      : Object.entries(outputs as Record<string, Value>).map(([name, value]) => this.#rename(value, name));
    const what = `graph '${this.name}': output`;
    names.forEach((name, i) => {
      if (!this.#names.has(name)) throw new GraphError({ what, expected: 'a value', got: `'${name}'` });
      if (names.indexOf(name) === i) return;
      throw new GraphError({ what: `${what}s`, expected: 'different values', got: `'${name}' twice` });
    });
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

  /** `declared`: the type that the graph states of one of its values. */
  #appendNode(
    original: Node,
    given: ReadonlyMap<string, string>,
    renamed: ReadonlyMap<string, string>,
    declared: (name: string) => TensorType | undefined,
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
    // Node names are unique too: a copy takes its first output's.
    const isCopy = outputs.some((name, i) => name !== original.outputs[i]);
    const node: Node = { ...original, name: isCopy ? outputs[0]! : original.name, inputs, outputs };
    this.#addNode(node, (i) => declared(original.outputs[i]!));
  }

  /** Builds a value in place of a node's first output, under its name. */
  #replaceNode(
    original: Node,
    replacement: Replacement,
    outputs: ReadonlyMap<string, string>,
    renamed: Map<string, string>,
  ): void {
    const [output, ...others] = original.outputs;
    for (const gone of others) if (gone !== '') renamed.delete(gone);
    const inputs = original.inputs.map((input) => {
      const own = renamed.get(input) ?? input;
      return own === '' ? undefined : this.value(own);
    });
    const name = outputs.get(output!)!;
    const build = (): Value => this.scope(original.name, () => replacement(inputs, name));
    renamed.set(output!, this.#names.lending(name, build).name);
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

  /** The node's outputs, undefined where their type is neither inferred nor declared: such values pass through untyped. */
  #addNode(
    node: Node,
    declared: (output: number) => TensorType | undefined = () => undefined,
  ): (Value | undefined)[] {
    const typeOf = (name: string): Value | undefined => this.#values.get(name);
    const context = { graph: this.name, typeOf, fresh: () => this.#unknownDim() };
    // The operations of older opsets are other ones.
    const types = this.#opset < OPSET ? undefined : inferTypes(node, context);
    this.#nodes.push(node);
    return node.outputs.map((name, i) => {
      const type = name === '' ? undefined : (types?.[i] ?? declared(i));
      return type && this.#register(name, type);
    });
  }

  #addParameter(name: string, value: Tensor): Value {
    this.#names.claim(name);
    this.#constants.set(name, value);
    this.#parameters.push(name);
    return this.#register(name, value);
  }

  #register(name: string, { dtype, shape, content }: TensorType): Value {
    checkShape(`value '${name}'`, shape);
    const value: Value = { name, dtype, shape, builder: this, ...(content && { content }) };
    this.#values.set(name, value);
    return value;
  }

  #unknownDim(): string {
    return `?${this.#unknownDims++}`;
  }
}
