export type { PredictiveOptions } from '../posterior/index.js';
export { mcDropout } from './mc-dropout.js';
export type { McDropoutOptions } from './mc-dropout.js';
