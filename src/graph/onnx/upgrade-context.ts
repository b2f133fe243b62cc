import type { DType, Tensor } from '../../tensor/index.js';
import type { Attributes, Node, TensorType } from '../types.js';

/** What a rule knows of the graph, and how it adds to it. */
export interface UpgradeContext {
  /** The opset that the graph was written in. */
  readonly opset: number;
  readonly typeOf: (name: string) => TensorType | undefined;
  readonly constantOf: (name: string) => Tensor | undefined;
  /** A new constant; returns its name. */
  readonly constant: (
    base: string,
    dtype: DType,
    shape: readonly number[],
    numbers: readonly number[],
  ) => string;
  /** A new list of int64; returns its name. */
  readonly list: (base: string, numbers: readonly number[]) => string;
  /** A name for a new value. */
  readonly name: (base: string) => string;
  /** Whether a value is read by anything. */
  readonly isRead: (name: string) => boolean;
}

/** The nodes, in opset 18, that do what a node of an older opset does. The last one makes its output. */
export type UpgradeRule = (node: Node, context: UpgradeContext) => readonly Node[];

/** The attributes but for these. */
export function without(attributes: Attributes, ...names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

/** A node in between: of ONNX's own operations, with one output. */
export function newNode(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Attributes = {},
): Node {
  return { op, domain: '', name: output, inputs, outputs: [output], attributes };
}
