import type { GraphBuilder, Value } from '../graph/index.js';
import type { Tensor } from '../tensor/index.js';

/** The values of a classifier that scores are computed from. */
export interface ClassifierValues {
  /** The value that the classifier is fed with, after any preprocessing inside the graph: float, (N, ...). */
  readonly input: Value;
  /** What the last layer reads, (N, d); undefined where none was found or named. */
  readonly features: Value | undefined;
  /** (N, K). */
  readonly logits: Value;
}

/** What a classifier gave on labelled examples; what scores are fitted on. Never the test set. */
export interface FitData {
  /** (n, K), float32. */
  readonly logits: Tensor<'float32'>;
  /** (n, d), float32; undefined where the classifier has no features. */
  readonly features: Tensor<'float32'> | undefined;
  /** (n), classes 0 to K - 1. */
  readonly labels: Tensor<'int32'>;
}

/** What a fit leaves behind: arrays that become constants of the graph, and numbers for the reader. */
export interface Fitted {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly settings: Readonly<Record<string, number | string>>;
}

/** One way to tell how suspicious an input is. One file each; `scores/registry.ts` lists them. */
export interface Score {
  /** Stable: 'mcp', 'energy'. */
  readonly name: string;
  /** As figures and tables print it: 'MCP'. */
  readonly title: string;
  /** What it reads. 'training': a fit on training examples is needed, not on validation ones alone. */
  readonly needs: readonly ('logits' | 'features' | 'inputGradient' | 'training')[];
  /** Whether a larger value is measured in nats, a probability, a distance, ... */
  readonly unit: string;
  /** Absent where there is nothing to fit. */
  fit?(data: FitData): Fitted | Promise<Fitted>;
  /** Appends the score to a graph: (N,), larger for the more suspicious input. Its constants are the fitted tensors. */
  append(builder: GraphBuilder, values: ClassifierValues, fitted: Fitted): Value;
}
