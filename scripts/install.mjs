import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { runChild } from './child.mjs';

/** @typedef {{ version?: string, resolved?: string, link?: boolean, optional?: boolean, devOptional?: boolean }} Entry */

/**
 * Whether node_modules holds what package-lock.json asks for, by npm's own record of what it installed. It compares
 * contents, not times, which a checkout or a copy changes.
 *
 * @param {string} root
 */
export function isInstalled(root) {
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return false;
  const wanted = packagesOf(join(root, 'package-lock.json')) ?? {};
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/')) return true;
    const found = installed[path];
    if (found === undefined) return entry.optional === true || entry.devOptional === true;
    return found.version === entry.version && (!entry.link || found.resolved === entry.resolved);
  });
}

/**
 * Installs what package-lock.json asks for, with npm's output on stderr.
 *
 * @param {string} root
 * @returns {Promise<number>} npm's exit code
 */
export async function install(root) {
  const code = await npm(root, ['ci', '--prefer-offline', '--fetch-retry-maxtimeout=10000'], {
    stdout: 'stderr',
  });
  if (code !== 0 && code !== 130) {
    process.stderr.write(
      `credence: npm ci failed (exit code ${code}). It needs the npm registry once; after that no network is needed.\n` +
        '  Offline: connect and run the command again; or copy the node_modules folder of the same version here.\n' +
        '  Behind a proxy: npm config set proxy http://HOST:PORT; with a mirror: npm config set registry URL.\n',
    );
  }
  return code;
}

/**
 * @param {string} root
 * @param {readonly string[]} args
 * @param {{ stdout?: 'inherit' | 'stderr' }} [options]
 */
export function npm(root, args, options = {}) {
  const script = process.env['npm_execpath'];
  if (script !== undefined && basename(script).startsWith('npm')) {
    return runChild(process.execPath, [script, ...args], { cwd: root, ...options });
  }
  const windows = process.platform === 'win32';
  return runChild(windows ? 'npm.cmd' : 'npm', args, { cwd: root, shell: windows, ...options });
}

/**
 * @param {string} file
 * @returns {Record<string, Entry> | undefined}
 */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
