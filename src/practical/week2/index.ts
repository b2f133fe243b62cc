export type { SettingRun, Week2Result, Week2Run } from './result.js';
export { runWeek2 } from './run.js';
export { week2Settings } from './settings.js';
export type { Week2Settings } from './settings.js';
