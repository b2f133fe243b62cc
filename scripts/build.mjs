import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { runChild } from './child.mjs';

/** Ends of the files that the compiler writes for a source file. */
const OUTPUTS = /\.(?:js|js\.map|d\.ts|d\.ts\.map)$/;

/**
 * Brings dist/ up to date with src/. The compiler is incremental, so that an unchanged tree costs a fraction of a second;
 * outputs whose source is gone are removed, and outputs that somebody removed are made again.
 *
 * @param {string} root
 * @returns {Promise<number>} the compiler's exit code
 */
export async function build(root) {
  removeOrphans(root);
  if (missingOutputs(root)) rmSync(join(root, 'dist', '.tsbuildinfo'), { force: true });
  return compile(root, 'tsconfig.json');
}

/**
 * @param {string} root
 * @param {string} project the path of a tsconfig
 */
export function compile(root, project) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  return runChild(process.execPath, [tsc, '-p', join(root, project)], { cwd: root, stdout: 'stderr' });
}

/** @param {string} root */
function removeOrphans(root) {
  for (const file of files(join(root, 'dist'))) {
    if (!OUTPUTS.test(file)) continue;
    const source = join(root, 'src', file.replace(OUTPUTS, ''));
    if (!existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) rmSync(join(root, 'dist', file));
  }
}

/** @param {string} root */
function missingOutputs(root) {
  return files(join(root, 'src')).some(
    (file) => /\.tsx?$/.test(file) && !existsSync(join(root, 'dist', file.replace(/\.tsx?$/, '.js'))),
  );
}

/**
 * @param {string} folder
 * @returns {string[]} paths of all entries, relative to the folder
 */
function files(folder) {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
}
