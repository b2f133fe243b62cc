import type { Graph, Input } from '../graph/index.js';

/** A classifier: a graph, and the names of its values that matter. What scores are put on. */
export interface Classifier {
  /** Its Dropout layers kept, where it has them. */
  readonly graph: Graph;
  /** (N, K), K of at least 2: the softmax of it is the prediction. */
  readonly logits: string;
  /** What the last linear layer reads, (N, d); undefined where none was found or named. */
  readonly features: string | undefined;
  /**
   * The first value in floating point, (N, ...), behind any preprocessing in the graph: what gradients are taken in. The
   * graph's input unless given, as for an integer input that is not cast.
   */
  readonly differentiableInput?: string | undefined;
}

/** The value of a classifier that scores run it again from. */
export function inputOf({ graph, differentiableInput }: Classifier): string {
  return differentiableInput ?? graph.inputs[0]?.name ?? '';
}

/** The linear layer that makes the logits, by the names of its values: alpha input weight + beta bias. */
export interface LinearLayer {
  /** What it reads: the features. */
  readonly input: string;
  /** (d, K), or (K, d) if `transposed`; made of constants alone. */
  readonly weight: string;
  readonly bias: string | undefined;
  readonly transposed: boolean;
  readonly alpha: number;
  readonly beta: number;
}

/** An operation that keeps the derivative from being built, and the nodes that are it. */
export interface MissingDerivative {
  readonly op: string;
  readonly nodes: readonly string[];
  /** Why, of the first node. */
  readonly reason: string;
}

/** What a classifier's graph was found to be. */
export interface InspectedClassifier extends Classifier {
  /**
   * The graph in evaluation mode, with a value for the logits where it had none. Its outputs are those of the model: prune it to
   * the values that are wanted.
   */
  readonly graph: Graph;
  readonly input: Input;
  /** Undefined where no value in floating point is made of the input alone. */
  readonly differentiableInput: string | undefined;
  readonly probabilities: string | undefined;
  /** What makes probabilities of the model's own logits. */
  readonly link: 'softmax' | 'sigmoid';
  /** The operations behind the logits, last first. */
  readonly cut: readonly string[];
  /** K. */
  readonly classes: number;
  readonly classNames: readonly string[] | undefined;
  /** d, where it is known. */
  readonly featureCount: number | undefined;
  /** Absent where the logits were not made by a linear layer with these features. */
  readonly lastLayer: LinearLayer | undefined;
  readonly dropout: readonly { readonly name: string; readonly rate: number }[];
  readonly batchNorms: readonly string[];
  /** Operations between the input and the logits that have no derivative. */
  readonly missing: readonly MissingDerivative[];
  /** What scores may need and whether this model has it. */
  readonly supports: {
    readonly logits: true;
    readonly features: boolean;
    readonly lastLayer: boolean;
    readonly inputGradient: boolean;
    readonly dropout: boolean;
  };
  /** Rows of one run: any number, or this one. */
  readonly batch: 'dynamic' | number;
  /** What the user should know. */
  readonly notes: readonly string[];
}
