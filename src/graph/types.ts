import type { DType, Tensor } from '../tensor/index.js';

/** A size, or the name of one that is known only when the graph runs: 'N', the batch; '?0', one that nothing is known of. */
export type Dim = number | string;
/** Sizes by axis; none for a scalar. */
export type Shape = readonly Dim[];

/** What is known of a value before the graph runs. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
  /** The elements of a small value where they are known: constants, and what Shape, Gather and Concat make for Reshape. */
  readonly content?: readonly Dim[];
}

/**
 * How the runtime fills a random input: independent draws, keyed (see `runtime/noise.ts`). Bernoulli: bytes that are 1 with this
 * probability, else 0; normal: float32 of mean 0 and variance 1.
 */
export type Random =
  | { readonly kind: 'bernoulli'; readonly probability: number }
  | { readonly kind: 'normal' };

/** A value that is fed, by the caller or, where it is random, by the runtime. */
export interface Input extends TensorType {
  readonly name: string;
  readonly random?: Random;
}

/** An attribute, with the type that ONNX distinguishes. */
export type Attribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: Tensor }
  /**
   * What Credence does not look into (subgraphs, sparse tensors): the attribute's own bytes, written back as read.
   * `captures`: the values of this graph that a subgraph reads by their names.
   */
  | { readonly type: 'opaque'; readonly value: Uint8Array; readonly captures?: readonly string[] };

export type Attributes = Readonly<Record<string, Attribute>>;

/** One operation. An input that is left out is the empty name. */
export interface Node {
  readonly op: string;
  /** '' for ONNX's own operations. */
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/**
 * An ONNX graph as a value: nothing changes it, transformations return another. Nodes stand in an order in which they
 * can run, and every name is given once.
 */
export interface Graph {
  readonly name: string;
  /** The version of ONNX's own operation set. */
  readonly opset: number;
  /** Versions of the operation sets beyond ONNX's own: `{ 'ai.onnx.ml': 3 }`. */
  readonly domains: Readonly<Record<string, number>>;
  readonly inputs: readonly Input[];
  readonly outputs: readonly string[];
  readonly nodes: readonly Node[];
  /** Initialisers. */
  readonly constants: ReadonlyMap<string, Tensor>;
  /** The constants that training may change, in their order in the flat parameter vector. */
  readonly parameters: readonly string[];
  /** The types of all values of which they are known. */
  readonly types: ReadonlyMap<string, TensorType>;
  /** Texts that go with the graph into its file. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A value of a graph under construction. */
export interface Value extends TensorType {
  readonly name: string;
  readonly builder: Builder;
}

/** What the builder functions of the operations need of a graph under construction (`GraphBuilder` is it). */
export interface Builder {
  /** Appends a node, checked and typed. `outputs`: how many, 1 unless given. */
  apply(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes?: Attributes,
    options?: { outputs?: number; name?: string; domain?: string },
  ): Value[];
  /** A value that does not change, under the name or one that is made up. */
  constant(value: Tensor, name?: string): Value;
  /** The tensor behind a value that is a constant. */
  constantOf(value: Value): Tensor | undefined;
}

/** An attribute of one integer; so `ints` (a list), `float` and `text`. */
export const int = (value: number): Attribute => ({ type: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value });
export const float = (value: number): Attribute => ({ type: 'float', value });
export const text = (value: string): Attribute => ({ type: 'string', value });

/** The values that a node reads: its inputs, and what its subgraphs take from the graph around them. */
export function readsOf(node: Node): readonly string[] {
  const captures = Object.values(node.attributes).flatMap((attribute) =>
    attribute.type === 'opaque' ? (attribute.captures ?? []) : [],
  );
  return captures.length === 0 ? node.inputs : [...node.inputs, ...captures];
}

/** A shape as messages print it: (N, 1, 28, 28). */
export function formatShape(shape: Shape): string {
  return `(${shape.join(', ')})`;
}

/** A type as messages print it: float32 (N, 10). */
export function formatType(type: TensorType | undefined): string {
  return type === undefined ? 'nothing' : `${type.dtype} ${formatShape(type.shape)}`;
}
