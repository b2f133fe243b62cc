export { odin } from './odin.js';
export {
  maximumClassProbability,
  ODIN_LOGITS,
  odinGraph,
  predictiveEntropy,
  variationRatio,
} from '../scores/index.js';
export type { OdinOptions } from '../scores/index.js';
