export { isTrustGraph, readTrust } from './trust.js';
export type { DataProvenance, Provenance, TrustMetadata, TrustOutput } from './trust.js';
export { ACCEPT, CALIBRATED, float32AtMost, trustGraph } from './trust-graph.js';
export type { AcceptRule, Calibration, TrustSettings } from './trust-graph.js';
