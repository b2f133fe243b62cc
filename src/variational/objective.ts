import { constantLike, GraphBuilder, mul, named } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import { appendLikelihood, positive } from '../posterior/index.js';
import type { ObjectiveOptions } from '../posterior/index.js';
import { withPenalty } from '../training/index.js';
import { gaussianDivergence } from './divergence.js';
import { DEVIATION, MEAN, meanField } from './mean-field.js';
import type { MeanFieldOptions } from './mean-field.js';

/** The KL divergence between posterior and prior in an objective, a scalar, in nats. */
export const DIVERGENCE = 'variational.divergence';

export interface VariationalOptions extends ObjectiveOptions, MeanFieldOptions {
  /**
   * The standard deviation of the prior N(0, priorDeviation² I) on all weights, biases too; 1 unless given.
   */
  readonly priorDeviation?: number;
  /**
   * What the divergence is multiplied by; 1, the evidence lower bound, unless given. Below 1 a 'cold'
   * posterior: a choice, not a scaling to get right, since the 1 / N is in the objective already.
   */
  readonly temperature?: number;
}

/**
 * The negative evidence lower bound of a mean-field posterior, shared out over the examples, with one draw of
 * the weights for each step: a graph with the likelihood's target as a further input, whose output `loss`
 * (N,) is
 *
 * -log p(y_i | f(x_i; w)) + (1 / N) KL(q || N(0, priorDeviation² I)), w ~ q, in nats.
 *
 * Its sum over the training set is, in expectation over w, -ELBO: at least -log p(y). The divergence is exact
 * and enters the gradient.
 *
 * Source: Hinton & van Camp, COLT 1993; Graves, NIPS 2011; Blundell et al., ICML 2015, equation 2.
 */
export function variationalObjective(
  model: Graph,
  { priorDeviation = 1, temperature = 1, initialDeviation, trainingSetSize, ...options }: VariationalOptions,
): Graph {
  positive('variationalObjective: priorDeviation', priorDeviation);
  positive('variationalObjective: trainingSetSize', trainingSetSize);
  const builder = GraphBuilder.from(meanField(model, { initialDeviation }));
  const loss = appendLikelihood(builder, options);
  const own = gaussianDivergence(builder.value(MEAN), builder.value(DEVIATION), priorDeviation);
  const divergence = named(own, DIVERGENCE);
  const penalty = temperature === 1 ? divergence : mul(divergence, constantLike(divergence, temperature));
  return builder.build({ loss: withPenalty(loss, penalty, trainingSetSize) });
}
