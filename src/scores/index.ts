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
