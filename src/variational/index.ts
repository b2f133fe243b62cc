export { bernoulliLikelihood, categoricalLikelihood, gaussianLikelihood } from '../posterior/index.js';
export type {
  Likelihood,
  LikelihoodOptions,
  ObjectiveOptions,
  PredictiveOptions,
} from '../posterior/index.js';
export { evidenceLowerBound } from './bound.js';
export type { BoundEstimate } from './bound.js';
export { divergenceFromPrior, gaussianDivergence } from './divergence.js';
export { DEVIATION, MEAN, meanField, meanFieldPosterior, RHO, WEIGHT_NOISE } from './mean-field.js';
export type { MeanFieldOptions, MeanFieldPosterior } from './mean-field.js';
export { DIVERGENCE, variationalObjective } from './objective.js';
export type { VariationalOptions } from './objective.js';
export { variationalPredictive } from './predictive.js';
