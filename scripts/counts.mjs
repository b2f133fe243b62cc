// Prints '<passed> <failed>' of Vitest's JSON report: `node scripts/counts.mjs REPORT EXIT_CODE`. A file that did not
// load, a run without a test and one that failed without a failed test (an unhandled error) count as one failure each.
import { readFileSync } from 'node:fs';
import process from 'node:process';

const [report = '', exitCode = '1'] = process.argv.slice(2);

/** @typedef {{ status: string, assertionResults: { status: string }[] }} TestFile */

/** @returns {{ testResults: TestFile[] }} */
function read() {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { testResults: [] };
  }
}

let passed = 0;
let failed = 0;
for (const { status, assertionResults } of read().testResults) {
  const failures = assertionResults.filter((test) => test.status === 'failed').length;
  passed += assertionResults.filter((test) => test.status === 'passed').length;
  failed += failures > 0 || status !== 'failed' ? failures : 1;
}
if (failed === 0 && (passed === 0 || exitCode !== '0')) failed = 1;
process.stdout.write(`${passed} ${failed}\n`);
