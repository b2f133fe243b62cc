import { GraphError } from '../errors/index.js';
import type { Attributes, TensorType, Value } from './types.js';

/** An array of the float64 reference, whatever its element type: integers up to 2^53 and booleans as numbers. */
export interface ReferenceArray {
  readonly dtype: TensorType['dtype'];
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** A node as its type rule sees it. */
export interface InferenceCall {
  readonly inputs: readonly (TensorType | undefined)[];
  readonly attributes: Attributes;
  /** How many outputs the node names. */
  readonly outputs: number;
  /** A dimension that nothing is known of. */
  readonly fresh: () => string;
}

/** A node as its derivative sees it. */
export interface GradientCall {
  readonly inputs: readonly (Value | undefined)[];
  /** By output, undefined where it is left out. */
  readonly outputs: readonly (Value | undefined)[];
  /** d(of)/d(output), by output; undefined where nothing depends on it. */
  readonly adjoints: readonly (Value | undefined)[];
  readonly attributes: Attributes;
  /** Whether d(of)/d(input) is wanted, by input: a rule may skip the others. */
  readonly wanted: readonly boolean[];
}

/** A node as its float64 reference sees it. */
export interface EvaluationCall {
  readonly inputs: readonly (ReferenceArray | undefined)[];
  readonly attributes: Attributes;
  readonly outputs: number;
}

/** All that Credence knows of an ONNX operation. */
export interface Operation {
  readonly op: string;
  /**
   * The types of the outputs, undefined where they cannot be told before the graph runs.
   * @throws ShapeError when the inputs do not fit; the builder adds the place.
   */
  readonly infer: (call: InferenceCall) => readonly (TensorType | undefined)[];
  /** d(of)/d(input) for each input, as values built after the node; absent where there is no derivative. */
  readonly gradient?: (call: GradientCall) => readonly (Value | undefined)[];
  /** Piecewise constant: the derivative is 0 wherever there is one. */
  readonly flat?: boolean;
  /** The outputs in float64, computed as plainly as possible: the yardstick of the tests, and what folds constants. */
  readonly evaluate?: (call: EvaluationCall) => readonly ReferenceArray[];
  /** Evaluated on small values that are known while a graph is built, so that shapes computed in the graph are known. */
  readonly onContent?: boolean;
}

/** Input i, which the operation cannot do without. @throws GraphError when it is left out. */
export function required<T>(inputs: readonly (T | undefined)[], i: number): T {
  const input = inputs[i];
  if (input === undefined) throw new GraphError({ what: `input ${i}`, expected: 'a value', got: 'nothing' });
  return input;
}

export function intAttribute(attributes: Attributes, name: string, fallback: number): number {
  const attribute = attributes[name];
  return attribute?.type === 'int' ? attribute.value : fallback;
}

export function floatAttribute(attributes: Attributes, name: string, fallback: number): number {
  const attribute = attributes[name];
  return attribute?.type === 'float' ? attribute.value : fallback;
}

export function intsAttribute(attributes: Attributes, name: string): readonly number[] | undefined {
  const attribute = attributes[name];
  return attribute?.type === 'ints' ? attribute.value : undefined;
}

export function textAttribute(attributes: Attributes, name: string, fallback: string): string {
  const attribute = attributes[name];
  return attribute?.type === 'string' ? attribute.value : fallback;
}

export function flagAttribute(attributes: Attributes, name: string, fallback = false): boolean {
  return intAttribute(attributes, name, fallback ? 1 : 0) === 1;
}
