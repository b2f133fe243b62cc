export type { Curve, Regression } from './regression.js';
export type { Week1Result, Week1Run } from './result.js';
export { runWeek1 } from './run.js';
export { week1Settings } from './settings.js';
export type { RegressionName } from './settings.js';
