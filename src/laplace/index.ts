export {
  bernoulliLikelihood,
  categoricalLikelihood,
  gaussianLikelihood,
  likelihoodObjective,
  mapObjective,
  predictions,
} from '../posterior/index.js';
export type {
  Likelihood,
  LikelihoodOptions,
  ObjectiveOptions,
  PredictiveOptions,
} from '../posterior/index.js';
export { fullHessian } from './curvature.js';
export type { Curvature, CurvatureOf, Precision } from './curvature.js';
export { hessianVectorGraph, secondOrder } from './hessian.js';
export type { HessianOptions, SecondOrder } from './hessian.js';
export { laplace, laplacePredictive, sampleLaplace } from './laplace.js';
export type { LaplaceOptions, LaplacePosterior } from './laplace.js';
export { limitsAlong, linearMoments, probitProbability } from './linear.js';
