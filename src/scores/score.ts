import type { GraphBuilder, Value } from '../graph/index.js';
import type { Classifier } from '../inspection/index.js';
import type { Tensor } from '../tensor/index.js';

/** What a classifier gave on labelled examples; what scores are fitted on. Never the test set. */
export interface Examples {
  /** (n, K). */
  readonly logits: Tensor<'float32'>;
  /** (n, d); undefined where the classifier has no features. */
  readonly features: Tensor<'float32'> | undefined;
  /** (n), classes 0 to K - 1. */
  readonly labels: Tensor<'int32'>;
  /** How many there are, where these are a sample of them; n unless given. */
  readonly total?: number;
}

export type Settings = Readonly<Record<string, number | string>>;

/** What a fit leaves behind: all that `append` knows of it, so that it can be saved and loaded. */
export interface Fitted {
  /** Arrays that become constants of the graph. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** What was chosen and what was found, for the graph and for the reader. */
  readonly settings: Settings;
}

/** What `fit` is given: examples that were checked (see `fitScore`). */
export interface FitCall {
  readonly classifier: Classifier;
  /** (n, K), finite, n of at least 1. */
  readonly logits: Tensor<'float32'>;
  /** (n, d), finite. There for a score that needs 'features' or 'lastLayer'; @throws GraphError on others. */
  readonly features: Tensor<'float32'>;
  /** (n), integers of [0, K). */
  readonly labels: Tensor<'int32'>;
  /** How many examples these are a sample of, at least n. */
  readonly total: number;
  readonly signal: AbortSignal | undefined;
  /** To be told of the share that is done, of [0, 1]. */
  readonly onProgress: ((share: number) => void) | undefined;
}

/**
 * What `append` is given: the graph under construction, the classifier's values in it, and what was fitted.
 */
export interface AppendCall {
  readonly builder: GraphBuilder;
  /** The classifier by itself, for scores that run it again. */
  readonly classifier: Classifier;
  /** (N, ...), the value in this graph that the classifier is run again from (`inputOf`). */
  readonly input: Value;
  /** (N, d), float32. @throws GraphError where the classifier has none. */
  readonly features: Value;
  /** (N, K). */
  readonly logits: Value;
  /** A fitted array as a constant of the graph. @throws GraphError when the fit has none of this name. */
  readonly constant: (name: string) => Value;
  /** A fitted number. @throws GraphError when the fit has none of this name. */
  readonly setting: (name: string) => number;
  readonly fitted: Fitted;
}

/**
 * What a score asks of a classifier beyond its logits. 'lastLayer': features, and logits that are affine in
 * them; 'inputGradient': derivatives of all operations from the input to the logits; 'dropout': a Dropout
 * layer on that way.
 */
export type Need = 'features' | 'lastLayer' | 'inputGradient' | 'dropout';

/** What candidates are made for. */
export interface TuningCall {
  /** How many examples they will be fitted on. */
  readonly examples: number;
  /** d; 0 where the classifier has no features. */
  readonly features: number;
  /** Standard deviation of the elements of the classifier's inputs. */
  readonly inputDeviation: number;
  /** Whether there are out-of-distribution examples to choose by. */
  readonly outliers: boolean;
}

/** How the settings that were not given are chosen. */
export interface Tuning {
  /**
   * By what, without out-of-distribution examples: 'mean', the smallest mean score of known inputs; undefined: they stay
   * as they are. With such examples it is the largest AUROC of them against known inputs.
   */
  readonly alone: 'mean' | undefined;
  /** The score, with each of the settings; the first is taken where several are as good. */
  readonly candidates: (call: TuningCall) => readonly Score[];
}

/**
 * One way to tell how suspicious an input is. One file each; `scores/registry.ts` lists them,
 * docs/adding-a-score.md shows how to write one.
 */
export interface Score {
  /** Stable, the name of its output: 'mcp', 'laplace.full'. */
  readonly name: string;
  /** As figures and tables print it: 'MCP'. */
  readonly title: string;
  readonly needs: readonly Need[];
  /**
   * The examples that its fit should get. 'training': those that the classifier was trained on (others stand
   * in for them where there are none); 'trainingWithDropout': those, as a pass with the Dropout layers active sees
   * them, or where that can't be, as 'validation': others than those, on which the classifier is as good as on new
   * ones.
   */
  readonly fittedOn: 'nothing' | 'training' | 'trainingWithDropout' | 'validation';
  /** What a value is: 'probability', 'nats', 'distance', ... */
  readonly unit: string;
  /** What was chosen; part of `Fitted.settings`. */
  readonly settings: Settings;
  /** Absent where nothing is left to choose. */
  readonly tuning?: Tuning;
  /** Absent where there is nothing to fit. */
  readonly fit?: (call: FitCall) => Fitted | Promise<Fitted>;
  /**
   * Appends the score to a graph, in standard ONNX operations: float (N,), larger for the more suspicious
   * input. Reads nothing but the call, so that a fit that was loaded is appended by the score of its name,
   * whatever its settings were.
   */
  readonly append: (call: AppendCall) => Value;
}
