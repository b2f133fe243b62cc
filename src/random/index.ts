export { bernoulli } from './bernoulli.js';
export { normal, permutation, uniform, uniformInteger } from './distributions.js';
export { bits, fold, key, threefry2x32 } from './threefry.js';
export type { Key } from './threefry.js';
