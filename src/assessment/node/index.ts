export { assess } from './assess.js';
export type { AssessFilesOptions } from './assess.js';
export { openData } from './open-data.js';
export type { DataPaths, OpenedData, OpenOptions } from './open-data.js';
export { runAssessment } from './run-assessment.js';
export type { RunAssessmentOptions } from './run-assessment.js';
