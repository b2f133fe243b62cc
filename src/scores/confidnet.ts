import {
  activateDropout,
  cast,
  dropoutLayers,
  gatherElements,
  GraphBuilder,
  mul,
  prune,
  relu,
  removeDropout,
  reshape,
  sigmoid,
  softmax,
  squeeze,
  sub,
  unsqueeze,
} from '../graph/index.js';
import type { Graph, Value } from '../graph/index.js';
import { dense } from '../models/layers.js';
import type { Key } from '../random/index.js';
import { sigmoid as logistic } from '../linalg/index.js';
import type { Tensor } from '../tensor/index.js';

export interface ConfidnetOptions {
  /** The value of the classifier that the confidence is estimated from, (N, d): its penultimate features. */
  readonly features: string;
  readonly logits?: string;
  /** Units of the hidden layers; four of 400 unless given. */
  readonly hidden?: readonly number[];
  /** Where the new weights begin. */
  readonly key: Key;
  /** The type of the input `label`; bytes unless given. */
  readonly labels?: 'uint8' | 'int32';
}

/** The logit of the estimated confidence, (N,). */
export const CONFIDENCE = 'confidence';

/**
 * What ConfidNet is trained on: the classifier, frozen (its weights are constants, by their names), and on its features a
 * network of its own whose output, through a sigmoid, estimates the True Class Probability. Inputs: the classifier's and `label` (N,);
 * output `loss` (N,), (sigmoid(confidence) - TCP)^2. Dropout layers of the classifier are active, as they were in its own
 * training: without them almost every training example has TCP near 1 and there is nothing to learn.
 *
 * Source: Corbière, Thome, Bar-Hen, Cord, Pérez, "Addressing failure prediction by learning model confidence", NeurIPS 2019.
 */
export function confidnetObjective(model: Graph, options: ConfidnetOptions): Graph {
  const active = dropoutLayers(model).length > 0 ? activateDropout(model) : model;
  const b = GraphBuilder.from({ ...active, parameters: [] });
  const confidence = appendHead(b, options);
  const logits = b.value(options.logits ?? 'logits');
  const label = b.input('label', options.labels ?? 'uint8', [logits.shape[0]!]);
  const index = unsqueeze(cast(label, 'int64'), [1]);
  const trueClassProbability = squeeze(gatherElements(softmax(logits), index, 1), [1]);
  const difference = sub(sigmoid(confidence), trueClassProbability);
  return prune(b.build({ loss: mul(difference, difference) }));
}

/** The classifier with ConfidNet's network on it, everything deterministic: outputs `confidence` (N,) and the logits. */
export function confidnetGraph(model: Graph, options: ConfidnetOptions): Graph {
  const b = GraphBuilder.from({ ...removeDropout(model), parameters: [] });
  appendHead(b, options);
  return prune(b.build([CONFIDENCE, options.logits ?? 'logits']));
}

/** sigmoid(-confidence), the estimated probability that the prediction is not the true class, (n,). */
export function confidnetScore(confidence: Tensor<'float32'>): Float64Array {
  return Float64Array.from(confidence.data, (logit) => logistic(-logit));
}

/** ConfidNet on the features (N, d) of a graph: the logit of the confidence, (N,). `layer` i, from 1, is affine with so many units. */
export function appendConfidnet(
  features: Value,
  hidden: readonly number[],
  layer: (x: Value, units: number, i: number) => Value,
): Value {
  let x = features;
  hidden.forEach((units, i) => (x = relu(layer(x, units, i + 1))));
  return reshape(layer(x, 1, hidden.length + 1), [-1]);
}

function appendHead(
  b: GraphBuilder,
  { features, hidden = [400, 400, 400, 400], key }: ConfidnetOptions,
): Value {
  const layer = (x: Value, units: number, i: number): Value =>
    dense(b, x, units, { name: `uncertainty${i}`, key });
  return b.apply(
    'Identity',
    [appendConfidnet(b.value(features), hidden, layer)],
    {},
    { name: CONFIDENCE },
  )[0]!;
}
