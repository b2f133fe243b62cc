export { openSource } from './open-source.js';
export { parsePreprocess, readPreprocess } from './preprocess.js';
export type { ImageLayout, Preprocess } from './preprocess.js';
export type { Batch, DataSource, SourceOptions } from './source.js';
