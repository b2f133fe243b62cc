export { gaussianBasis, linearBasis, polynomialBasis } from './basis.js';
export type { Basis } from './basis.js';
export type { Observations } from './observations.js';
export { fitLinear, linearPrior, updateLinear } from './posterior.js';
export type { LinearPosterior, Precisions } from './posterior.js';
export { predictLinear } from './predict.js';
export type { LinearPrediction } from './predict.js';
export { sampleWeights, weightDensity } from './weights.js';
export type { WeightGrid } from './weights.js';
