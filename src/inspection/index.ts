export { inspectClassifier } from './classifier.js';
export type { Classifier, ClassifierOverrides, MissingDerivative } from './classifier.js';
export { describeClassifier } from './describe.js';
export { evaluationMode } from './evaluation-mode.js';
export type { LastLayer } from './last-layer.js';
export { MADE_LOGITS } from './made-logits.js';
