import { ConfigurationError } from '../errors/index.js';
import { add, constantLike, GraphBuilder, mul, reduceSum } from '../graph/index.js';
import type { Graph, Value } from '../graph/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import { withPenalty } from '../training/index.js';
import type { Likelihood } from './likelihoods.js';

export interface LikelihoodOptions {
  readonly likelihood: Likelihood;
  /** The model's value that the likelihood takes; 'logits' unless given. */
  readonly output?: string;
}

export interface ObjectiveOptions extends LikelihoodOptions {
  /** N: the penalty is shared out over so many examples. */
  readonly trainingSetSize: number;
}

/**
 * Maximum likelihood: a graph with the likelihood's target as a further input, whose output `loss` (N,) is
 * -log p(y_i | f(x_i; w)), in nats.
 */
export function likelihoodObjective(model: Graph, options: LikelihoodOptions): Graph {
  const builder = GraphBuilder.from(model);
  return builder.build({ loss: appendLikelihood(builder, options) });
}

/**
 * The negative log joint density of data and weights, shared out over the examples: a graph with the
 * likelihood's target as a further input, whose output `loss` (N,) is
 *
 * -log p(y_i | f(x_i; w)) - (1 / N) log N(w; 0, I / priorPrecision), constants included, in nats.
 *
 * Its sum over the training set is -log p(y, w), so its minimum is the maximum a posteriori estimate (MAP)
 * and its curvature there is that of the posterior. All parameters have the prior, biases too.
 * @throws ConfigurationError when the precision or N is not a number over 0.
 */
export function mapObjective(
  model: Graph,
  { priorPrecision, trainingSetSize, ...options }: ObjectiveOptions & { readonly priorPrecision: number },
): Graph {
  positive('mapObjective: priorPrecision', priorPrecision);
  positive('mapObjective: trainingSetSize', trainingSetSize);
  const builder = GraphBuilder.from(model);
  const loss = appendLikelihood(builder, options);
  const size = model.parameters.reduce(
    (sum, name) => sum + elementCount(model.constants.get(name)!.shape),
    0,
  );
  const constant = (size / 2) * Math.log((2 * Math.PI) / priorPrecision);
  const penalty = model.parameters
    .map((name) => builder.value(name))
    .map((weights) => mul(reduceSum(mul(weights, weights)), constantLike(weights, priorPrecision / 2)))
    .reduce(add, builder.constant(tensor('float32', [], Float32Array.of(constant))));
  return builder.build({ loss: withPenalty(loss, penalty, trainingSetSize) });
}

/** Adds the likelihood's target as an input; returns -log p(y_i | f(x_i; w)), (N,). */
export function appendLikelihood(
  builder: GraphBuilder,
  { likelihood, output = 'logits' }: LikelihoodOptions,
): Value {
  const value = builder.value(output);
  const { name, dtype } = likelihood.target;
  return likelihood.negativeLogLikelihood(value, builder.input(name, dtype, [value.shape[0]!]));
}

/** @throws ConfigurationError unless the value is a finite number over 0. */
export function positive(what: string, value: number): void {
  if (value > 0 && value < Infinity) return;
  throw new ConfigurationError({ what, expected: 'a number over 0', got: `${value}` });
}
