export { runAssessment } from './run-assessment.js';
