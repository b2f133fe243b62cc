// What must hold beside the tests. `npm run check` runs every check, `npm run check -- lint types` some, `-- --list`
// names them. Expects a build.
import { dirname } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @type {Record<string, readonly string[]>} the arguments of Node for each check */
const checks = {
  format: ['node_modules/oxfmt/bin/oxfmt', '--check'],
  lint: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'],
  types: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.test.json'],
  lab: ['node_modules/typescript/bin/tsc', '-p', 'lab/tsconfig.json'],
  layers: ['scripts/layers.mjs'],
  unused: ['node_modules/knip/bin/knip.js'],
  package: ['scripts/package.mjs'],
};

const asked = process.argv.slice(2);
if (asked.includes('--list')) process.stdout.write(`${Object.keys(checks).join('\n')}\n`);
else process.exitCode = await main(asked.length > 0 ? asked : Object.keys(checks));

/** @param {readonly string[]} names */
async function main(names) {
  const failed = [];
  for (const name of names) {
    const args = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (args === undefined) {
      process.stderr.write(`check: unknown check '${name}'; there are ${Object.keys(checks).join(', ')}\n`);
      return 2;
    }
    const start = performance.now();
    const code = await runChild(process.execPath, args, { cwd: root });
    if (code > 128) return code;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stderr.write(`check: ${name} ${code === 0 ? 'passed' : 'FAILED'} in ${seconds} s\n`);
    if (code !== 0) failed.push(name);
  }
  if (failed.length > 0) process.stderr.write(`check: failed: ${failed.join(', ')}\n`);
  return failed.length > 0 ? 1 : 0;
}
