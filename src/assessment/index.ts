export { assess } from './assess.js';
export type { AssessOptions, Assessment } from './assess.js';
export type { Progress, Reporter } from './reporter.js';
export type { AssessmentFindings, AssessmentResults, Recommendation, ScoreResult } from './results.js';
export { assessmentJsonSchema, assessmentSchema } from './results-schema.js';
export { Trust } from './trust.js';
export type { TrustParts, TrustScores } from './trust.js';
