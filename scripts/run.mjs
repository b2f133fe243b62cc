// What `npm start`, `npm test` and the others run: installs and builds what is missing, then does the work.
// Plain Node without dependencies, since it runs before they are there. Its own words go to stderr.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build, compile } from './build.mjs';
import { runChild } from './child.mjs';
import { install, isInstalled } from './install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @type {Record<string, (args: readonly string[]) => Promise<number>>} */
const commands = {
  async start(args) {
    if (!existsSync(join(root, 'src', 'cli', 'main.ts')))
      return fail('src/cli/main.ts is missing: nothing to start');
    return (await prepare()) || node([join('dist', 'cli', 'main.js'), 'practical', ...args]);
  },
  async test(args) {
    return (await prepare()) || node([join('node_modules', 'vitest', 'vitest.mjs'), 'run', ...args]);
  },
  async bench(args) {
    if (!existsSync(join(root, 'bench', 'main.ts')))
      return fail('bench/main.ts is missing: nothing to measure');
    const code = (await prepare()) || (await compile(root, join('bench', 'tsconfig.json')));
    return code || node([join('bench', 'dist', 'main.js'), ...args]);
  },
  async lab(args) {
    if (!existsSync(join(root, 'lab', 'serve.mjs'))) {
      return fail('the lab is not there yet; `npm start` runs the practical and writes its report');
    }
    return (await prepare()) || node([join('lab', 'serve.mjs'), ...args]);
  },
  async check(args) {
    return (await prepare()) || node([join('scripts', 'check.mjs'), ...args]);
  },
  build: () => prepare(),
};

process.exitCode = await main(process.argv.slice(2));

/** @param {readonly string[]} argv */
async function main([name = '', ...args]) {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (!satisfies(process.versions.node, engines.node)) {
    return fail(
      `Node ${engines.node} is needed, this is ${process.versions.node} (${process.execPath}); see nodejs.org`,
    );
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    return fail(
      `${name === '' ? 'no command' : `unknown command '${name}'`}; there are ${Object.keys(commands).join(', ')}`,
    );
  }
  return command(args);
}

/** Installs and builds what is missing; 0 when all is in place. */
async function prepare() {
  if (!isInstalled(root)) {
    say('installing the dependencies (npm ci), once');
    const code = await install(root);
    if (code !== 0) return code;
  }
  if (!existsSync(join(root, 'dist'))) say('building');
  const code = await build(root);
  if (code !== 0 && code < 128) say('the build failed: see the errors of the compiler above');
  return code;
}

/** @param {readonly string[]} args */
function node(args) {
  return runChild(process.execPath, args, { cwd: root });
}

/**
 * @param {string} version
 * @param {string} range of the form '>=20.19'
 */
function satisfies(version, range) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [neededMajor = 0, neededMinor = 0] = range.replace('>=', '').split('.').map(Number);
  return major > neededMajor || (major === neededMajor && minor >= neededMinor);
}

/** @param {string} message */
function say(message) {
  process.stderr.write(`credence: ${message}\n`);
}

/** @param {string} message */
function fail(message) {
  say(message);
  return 1;
}
