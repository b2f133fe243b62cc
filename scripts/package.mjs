// Checks the package as a user gets it: packs it, reads its files, asks publint and attw, then imports every public
// subpath and compiles against their types in a folder that has only what package.json lists under dependencies.
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';
import { npm } from './install.mjs';

const MAX_UNPACKED_MB = 8;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** @type {{ name: string, version: string, exports: Record<string, string>, bin: Record<string, string>, dependencies: Record<string, string> }} */
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const subpaths = Object.keys(manifest.exports).filter((subpath) => !subpath.endsWith('.json'));
const folder = mkdtempSync(join(tmpdir(), 'credence-package-'));
const unpacked = join(folder, 'node_modules', manifest.name);
let failed = false;
try {
  await checkPackage();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

async function checkPackage() {
  const tarball = await pack();
  checkFiles();
  if (failed) return;
  linkDependencies();
  await tool('publint', ['node_modules/publint/src/cli.js', unpacked, '--strict', '--pack', 'false']);
  await tool('attw', [
    'node_modules/@arethetypeswrong/cli/dist/index.js',
    tarball,
    '--profile',
    'esm-only',
    '--quiet',
  ]);
  await tool('import of every subpath', [write('imports.mjs', importsProgram())], folder);
  await tool('the command', [join(unpacked, manifest.bin['credence'] ?? ''), '--version'], folder);
  write(
    'consumer.ts',
    subpaths.map((subpath, i) => `export * as m${i} from '${specifier(subpath)}';\n`).join(''),
  );
  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    const project = write(`tsconfig.${moduleResolution}.json`, consumerProject({ module, moduleResolution }));
    await tool(`types under ${moduleResolution}`, ['node_modules/typescript/bin/tsc', '-p', project]);
  }
}

/** Packs and unpacks; gives the tarball. */
async function pack() {
  const code = await npm(root, ['pack', '--silent', '--pack-destination', folder], { stdout: 'stderr' });
  if (code !== 0) throw new Error(`npm pack failed with exit code ${code}`);
  const tarball = join(folder, `${manifest.name}-${manifest.version}.tgz`);
  mkdirSync(unpacked, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1']);
  return tarball;
}

/** Every target of package.json is there; nothing else is but the build, its sources and the documentation. */
function checkFiles() {
  const paths = readdirSync(unpacked, { recursive: true, encoding: 'utf8' }).map((path) =>
    path.replaceAll('\\', '/'),
  );
  const files = new Set(paths.filter((path) => statSync(join(unpacked, path)).isFile()));
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    if (!files.has(target.slice(2)))
      problem(`exports lists '${subpath}', but ${target} is not in the package`);
  }
  for (const [command, target] of Object.entries(manifest.bin)) {
    const path = target.replace(/^\.\//, '');
    if (!files.has(path)) problem(`bin lists '${command}', but ${target} is not in the package`);
    else if (!readFileSync(join(unpacked, path), 'utf8').startsWith('#!/usr/bin/env node\n')) {
      problem(`${target} does not start with '#!/usr/bin/env node'`);
    }
  }
  for (const file of files) {
    const known =
      /^(?:dist|src|docs)\/(?!.*\.tsbuildinfo$)/.test(file) ||
      /^(?:README\.md|LICENSE|package\.json)$/.test(file);
    if (!known) problem(`${file} does not belong into the package`);
  }
  const megabytes = [...files].reduce((sum, file) => sum + statSync(join(unpacked, file)).size, 0) / 1e6;
  if (megabytes > MAX_UNPACKED_MB)
    problem(`${megabytes.toFixed(1)} MB unpacked, more than ${MAX_UNPACKED_MB}`);
}

/** So that an import of anything but a dependency fails, as it would for a user. */
function linkDependencies() {
  for (const name of Object.keys(manifest.dependencies)) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link, 'junction');
  }
}

function importsProgram() {
  return `for (const name of ${JSON.stringify(subpaths.map(specifier))}) {
  const module = await import(name).catch((error) => { throw new Error('import of ' + name, { cause: error }); });
  if (Object.keys(module).length === 0) throw new Error(name + ' exports nothing');
}\n`;
}

/** @param {{ module: string | undefined, moduleResolution: string | undefined }} options */
function consumerProject(options) {
  const compilerOptions = {
    ...options,
    target: 'es2023',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: [],
  };
  return JSON.stringify({ compilerOptions, files: ['consumer.ts'] });
}

/** @param {string} subpath */
function specifier(subpath) {
  return manifest.name + subpath.slice(1);
}

/**
 * @param {string} name
 * @param {string} content
 */
function write(name, content) {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

/**
 * @param {string} what
 * @param {readonly string[]} args of Node
 */
async function tool(what, args, cwd = root) {
  const code = await runChild(process.execPath, args, { cwd, stdout: 'stderr' });
  if (code !== 0) problem(`${what}: failed with exit code ${code}`);
}

/** @param {string} message */
function problem(message) {
  process.stdout.write(`package: ${message}\n`);
  failed = true;
}
