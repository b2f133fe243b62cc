export { dataProvenance } from './data-provenance.js';
export { plainRuntimes } from './runtimes.js';
export { loadTrust, saveTrust } from './trust-file.js';
