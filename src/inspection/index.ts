export { inspectClassifier } from './classifier.js';
export type { ClassifierOverrides } from './classifier.js';
export { describeClassifier } from './describe.js';
export { evaluationMode } from './evaluation-mode.js';
export { lastLayerOf } from './last-layer.js';
export type { LastLayer } from './last-layer.js';
export { MADE_LOGITS } from './made-logits.js';
export { inputOf } from './types.js';
export type { Classifier, InspectedClassifier, LinearLayer, MissingDerivative } from './types.js';
