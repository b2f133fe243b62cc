export {
  bernoulliLikelihood,
  categoricalLikelihood,
  gaussianLikelihood,
  likelihoodObjective,
} from '../posterior/index.js';
export type { Likelihood, LikelihoodOptions, PredictiveOptions } from '../posterior/index.js';
export { mcDropout } from './mc-dropout.js';
export type { McDropoutOptions } from './mc-dropout.js';
