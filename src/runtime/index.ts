export { drawRandomInputs, isPerExample } from './noise.js';
export { predict, samplePredictions } from './predict.js';
export type { PredictOptions } from './predict.js';
export { rowsOfRun, runRows, runSource, toInput } from './rows.js';
export type { RunBatch, RunRowsOptions, SourceRunOptions } from './rows.js';
export { openSession } from './session.js';
export { sessionOptions } from './types.js';
export type { Feeds, Fetches, Provider, Session, SessionOptions } from './types.js';
