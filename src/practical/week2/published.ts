import { sigmoid } from '../../graph/index.js';
import type { Graph } from '../../graph/index.js';
import { bernoulliLikelihood, likelihoodObjective, mapObjective } from '../../laplace/index.js';
import type { Likelihood } from '../../laplace/index.js';
import { meanField } from '../../variational/index.js';

/**
 * Mistake 1: what the published Laplace approximation takes the Hessian of, once its mean is taken
 * (`hessianOf: 'mean'`): the mean cross entropy plus the whole of the prior, where the weights were trained
 * on the mean cross entropy and weight decay.
 */
export function publishedLaplaceObjective(model: Graph, priorPrecision: number): Graph {
  return mapObjective(model, { likelihood: bernoulliLikelihood, priorPrecision, trainingSetSize: 1 });
}

/**
 * Mistake 2: the cross entropy takes a logit and is given a probability, so that a second sigmoid is applied.
 * A probability of 1 then counts as one of sigmoid(1) = 0.73, and one of 0 as 0.5.
 */
const sigmoidTwice: Likelihood = {
  ...bernoulliLikelihood,
  negativeLogLikelihood: (output, target) =>
    bernoulliLikelihood.negativeLogLikelihood(sigmoid(output), target),
};

/**
 * Mistakes 2 and 3: the published variational objective. Its divergence is detached from the gradient (and
 * divided by N twice), so that for the training it is not there; it is left out.
 */
export function publishedVariationalObjective(model: Graph): Graph {
  return likelihoodObjective(meanField(model), { likelihood: sigmoidTwice });
}

/**
 * The least that the likelihood with two sigmoids can be, in nats an example: log(1 + 1/e) for label 1,
 * reached at p = 1, and log 2 for label 0, at p = 0; 0.5032 for classes of equal size.
 */
export function sigmoidTwiceFloor(labels: Uint8Array): number {
  const ones = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  return ones * Math.log1p(Math.exp(-1)) + (1 - ones) * Math.LN2;
}

/** Mistakes 3 and 4: other factors than 1 on the divergence, by what was written for KL / N. */
export function mistakenTemperatures(
  trainingSetSize: number,
  weights: number,
): readonly { readonly name: string; readonly temperature: number }[] {
  return [
    { name: 'divided by N twice', temperature: 1 / trainingSetSize },
    { name: 'averaged over the weights', temperature: 1 / weights },
    { name: 'not divided by N', temperature: trainingSetSize },
  ];
}
