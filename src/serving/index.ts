export { createApp } from './app.js';
export type { ReceivedBody, ServiceParts } from './app.js';
export { Batcher } from './batcher.js';
export type { BatcherOptions, RunRows } from './batcher.js';
export { decodeInputs } from './decode.js';
export type { Preparing, RequestBody } from './decode.js';
export { describeModel } from './describe.js';
export { DriftMonitor } from './drift.js';
export type { ScoreDrift } from './drift.js';
export { predictionJson, predictionNpz } from './encode.js';
export { shortestFloat32 } from './float32.js';
export { answerType } from './media.js';
export type { ServiceMetrics } from './metrics.js';
export { servedModel } from './model.js';
export type { ServedModel } from './model.js';
export { openApiDocument } from './openapi.js';
export { readPredictions } from './predictions.js';
export type { Predictions } from './predictions.js';
export { preprocessingOf } from './preprocessing.js';
export { problemOf, RequestError } from './problem.js';
export type { Problem, RequestProblem } from './problem.js';
export {
  modelSchema,
  predictRequestSchema,
  predictResponseSchema,
  problemSchema,
  stateSchema,
} from './schemas.js';
export type { ModelDescription, PredictResponse, ServiceLimits } from './schemas.js';
