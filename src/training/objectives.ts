import { ConfigurationError } from '../errors/index.js';
import {
  add,
  cast,
  gatherElements,
  GraphBuilder,
  logSoftmax,
  mul,
  neg,
  reshape,
  softplus,
  squeeze,
  sub,
  unsqueeze,
} from '../graph/index.js';
import type { Graph, Value } from '../graph/index.js';

/**
 * -log softmax(logits)[label], in nats: logits (N, K), labels (N) of any integer type, 0 to K - 1 → (N). A label that is no class
 * is an error of the run.
 */
export function crossEntropy(logits: Value, labels: Value): Value {
  const index = unsqueeze(cast(labels, 'int64'), [1]);
  return neg(squeeze(gatherElements(logSoftmax(logits, 1), index, 1), [1]));
}

/**
 * -log p(label) of a logistic model, from the logit (never from a probability, on which a second sigmoid could be applied by
 * mistake): logits (N) or (N, 1), labels 0 or 1 (N) → softplus(logit) - label logit, (N), in nats.
 */
export function binaryCrossEntropy(logits: Value, labels: Value): Value {
  const logit = logits.shape.length === 1 ? logits : reshape(logits, [-1]);
  return sub(softplus(logit), mul(cast(labels, logit.dtype), logit));
}

/** (prediction - target)^2 of two vectors (N): (N). */
export function squaredError(prediction: Value, target: Value): Value {
  const difference = sub(prediction, target);
  return mul(difference, difference);
}

/**
 * The graph of a classifier of up to 256 classes with a further input `label` (N), bytes, and, as its only output, `loss` (N): the
 * cross entropy of its logits (N, K), in nats.
 * @throws GraphError when the graph has no such value, or an input `label` already.
 */
export function classificationObjective(
  model: Graph,
  { logits = 'logits' }: { logits?: string } = {},
): Graph {
  const builder = GraphBuilder.from(model);
  const value = builder.value(logits);
  const label = builder.input('label', 'uint8', [value.shape[0]!]);
  return builder.build({ loss: crossEntropy(value, label) });
}

/**
 * loss (N) + penalty () / N, with N the size of the training set: the one scaling of a penalty (an ELBO's KL, a prior).
 * @throws ConfigurationError when N is not a number over 0.
 */
export function withPenalty(loss: Value, penalty: Value, trainingSetSize: number): Value {
  if (!(trainingSetSize > 0 && trainingSetSize < Infinity)) {
    const got = `${trainingSetSize}`;
    throw new ConfigurationError({ what: 'withPenalty: trainingSetSize', expected: 'a number over 0', got });
  }
  const { builder } = loss;
  const share = builder.constant({ dtype: 'float32', shape: [], data: Float32Array.of(1 / trainingSetSize) });
  return add(loss, mul(penalty, share));
}
