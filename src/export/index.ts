export { examplesOf } from './examples.js';
export type { ExamplesOptions } from './examples.js';
export { rowsOfRun, runRows, toInput } from './rows.js';
export { isTrustGraph, readTrust } from './trust.js';
export type { DataProvenance, Provenance, TrustMetadata, TrustOutput } from './trust.js';
export { ACCEPT, CALIBRATED, float32AtMost, trustGraph } from './trust-graph.js';
export type { AcceptRule, Calibration, TrustSettings } from './trust-graph.js';
export { verifyTrust } from './verify.js';
export type { OutputCheck, PlainRuntime, Verification, VerifySettings } from './verify.js';
