export { runAssessment } from './run-assessment.js';
export type { RunAssessmentOptions } from './run-assessment.js';
