import process from 'node:process';
import fc from 'fast-check';

// The same cases in every run; FC_SEED=123 npm test explores others.
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 1) });
