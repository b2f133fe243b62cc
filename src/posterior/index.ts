export { dataBatches } from './batches.js';
export { bernoulliLikelihood, categoricalLikelihood, gaussianLikelihood } from './likelihoods.js';
export type { Likelihood } from './likelihoods.js';
export { appendLikelihood, likelihoodObjective, mapObjective, positive } from './objectives.js';
export type { LikelihoodOptions, ObjectiveOptions } from './objectives.js';
export { parametersPredictive, predictions, stochasticPredictive } from './predictive.js';
export type { LinkOptions, PredictiveOptions } from './predictive.js';
