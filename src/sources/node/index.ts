export { openSource } from '../open-source.js';
export { readPreprocess } from '../read-preprocess.js';
