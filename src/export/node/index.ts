export { provenanceOf } from './provenance.js';
export type { FittedSet, ProvenanceOptions } from './provenance.js';
export { plainRuntimes } from './runtimes.js';
export { loadTrust, saveTrust } from './trust-file.js';
