export { decodeCheckpoint, encodeCheckpoint } from './checkpoint.js';
export {
  binaryCrossEntropy,
  classificationObjective,
  crossEntropy,
  squaredError,
  withPenalty,
} from './objectives.js';
export { adam, adamW, sgd } from './optimisers.js';
export type { Optimiser, UpdateInputs } from './optimisers.js';
export { objectiveChecksum, runSettings } from './run-settings.js';
export type { RunSettings } from './run-settings.js';
export { initialState } from './state.js';
export type { TrainingState } from './state.js';
export { gradientGraph, stepGraph, updateGraph } from './step.js';
export { epochLosses, train } from './train.js';
export type { TrainOptions, TrainResult } from './train.js';
export { decodeParameters, encodeParameters } from './weights.js';
