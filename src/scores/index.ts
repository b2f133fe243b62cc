export { confidnet } from './confidnet-score.js';
export type { ConfidnetSettings } from './confidnet-score.js';
export type { Shrinkage } from './class-gaussians.js';
export { energy } from './energy.js';
export { entropy } from './entropy.js';
export { examplesOf, joinExamples } from './examples.js';
export type { ExamplesOptions } from './examples.js';
export { fitScore } from './fit.js';
export type { FitOptions } from './fit.js';
export { knn } from './knn.js';
export type { KnnSettings } from './knn.js';
export { lastLayerLaplace } from './laplace.js';
export type { LastLayerLaplaceSettings } from './laplace.js';
export { lastLayerOf } from '../inspection/index.js';
export type { Classifier, LastLayer } from '../inspection/index.js';
export { mahalanobis, relativeMahalanobis } from './mahalanobis.js';
export type { MahalanobisSettings } from './mahalanobis.js';
export { margin } from './margin.js';
export { maxLogit } from './max-logit.js';
export { mcDropout } from './mc-dropout.js';
export type { McDropoutSettings } from './mc-dropout.js';
export { mcp } from './mcp.js';
export { missing } from './needs.js';
export { odin } from './odin-score.js';
export type { OdinSettings } from './odin-score.js';
export { scoreNamed, scores } from './registry.js';
export type {
  AppendCall,
  Examples,
  FitCall,
  Fitted,
  Need,
  Score,
  Settings,
  Tuning,
  TuningCall,
} from './score.js';
export { scoreGraph, scoreOutput, valuesGraph } from './score-graph.js';
export type { FittedScore } from './score-graph.js';
export { temperatureScaledMcp } from './temperature-scaled-mcp.js';
export { trustScore } from './trust-score.js';
export type { TrustScoreSettings } from './trust-score.js';
export { vim } from './vim.js';
export type { VimSettings } from './vim.js';

export { largestLogit, maximumClassProbability, softmaxRows } from './maximum-class-probability.js';
export type { Logits } from './maximum-class-probability.js';
export { ODIN_LOGITS, odinGraph } from './odin.js';
export type { OdinOptions } from './odin.js';
export { confidnetGraph, confidnetObjective, confidnetScore, CONFIDENCE } from './confidnet.js';
export type { ConfidnetOptions } from './confidnet.js';
export { summariseSamples } from './samples.js';
export type { ProbabilitySamples, SampleSummary } from './samples.js';
export {
  expectedEntropy,
  mutualInformation,
  predictedClasses,
  predictiveEntropy,
  variationRatio,
} from './uncertainty.js';
