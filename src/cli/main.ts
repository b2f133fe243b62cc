#!/usr/bin/env node
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { report } from './report-error.js';
import { supervise } from './supervise.js';
import { isSupervised, outliveSupervisorBriefly } from './supervision.js';

/** They run models that anyone may have made, or compute for seconds without hearing of a signal. */
const SUPERVISED: ReadonlySet<string | undefined> = new Set(['practical', 'assess', 'export', 'score']);

const args = process.argv.slice(2);
if (SUPERVISED.has(args[0]) && !isSupervised()) {
  const ending = await supervise(fileURLToPath(import.meta.url), args);
  process.exitCode = 'code' in ending ? ending.code : report(ending.error);
} else {
  if (isSupervised()) outliveSupervisorBriefly();
  // Not before it is known that this process needs it.
  const { run } = await import('./run.js');
  process.exitCode = await run(args);
}
