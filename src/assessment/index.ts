export { Trust } from '../export/index.js';
export type { TrustScores } from '../export/index.js';
export { assess } from './assess.js';
export type { AssessOptions } from './assess.js';
export type { AssessedTrust, Assessment } from './assessed-trust.js';
export { dataNames } from './data-names.js';
export type { AssessedSets } from './data-names.js';
export { reliabilityDrawing, riskCoverageDrawing, samplesDrawing } from './figures.js';
export type { Drawing, SampleKind } from './figures.js';
export { FIT_EXAMPLES, fitClassifier } from './fit.js';
export type { Fit, FitOptions } from './fit.js';
export { fitTrust } from './fit-trust.js';
export type { CertifiedAccept, FittedTrust, FitTrustOptions } from './fit-trust.js';
export { imagesAt } from './images.js';
export type { Model } from './model.js';
export type { Progress, Reporter } from './reporter.js';
export type {
  AssessmentFindings,
  AssessmentResults,
  Recommendation,
  ScoreResult,
  TuningResult,
} from './results.js';
export { assessmentJsonSchema, assessmentSchema } from './results-schema.js';
