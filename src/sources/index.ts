export { openFiles } from './open-files.js';
export type { FileSourceOptions, GivenFile } from './open-files.js';
export { parsePreprocess } from './preprocess.js';
export type { ImageLayout, Preprocess } from './preprocess.js';
export type { Batch, DataSource, SourceOptions } from './source.js';
export { countOf, firstRows, subset } from './subset.js';
export { tensorSource } from './tensor-source.js';
export type { TensorSourceOptions } from './tensor-source.js';
