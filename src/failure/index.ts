export { trainConfidnet } from './train-confidnet.js';
export type { TrainConfidnetOptions } from './train-confidnet.js';
export {
  CONFIDENCE,
  confidnetGraph,
  confidnetObjective,
  confidnetScore,
  largestLogit,
  maximumClassProbability,
  mutualInformation,
  predictiveEntropy,
  summariseSamples,
  variationRatio,
} from '../scores/index.js';
export type { ConfidnetOptions } from '../scores/index.js';
