import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** Compiled, this file lies in bench/dist/browser. */
export const SOURCE: string = fileURLToPath(new URL('../../browser', import.meta.url));
const PEERS = join(SOURCE, 'peers');

/**
 * Installs the packages that Credence is measured beside, which are no part of the project's own. Whether they are there: a
 * machine without network may have none, and Credence is measured alone.
 */
export function installPeers(say: (message: string) => void): boolean {
  if (isInstalled()) return true;
  say('installing TensorFlow.js and jax-js (npm ci in bench/browser/peers), once');
  const settings = ['--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retry-maxtimeout=10000'];
  const command = ['ci', '--prefer-offline', ...settings];
  const windows = process.platform === 'win32';
  // npm hands its own settings down, and with them the folder of the project.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(config_local_prefix|package_|lifecycle_)/.test(name),
    ),
  );
  const { status, stderr } = spawnSync(windows ? 'npm.cmd' : 'npm', command, {
    cwd: PEERS,
    env,
    shell: windows,
    encoding: 'utf8',
  });
  if (status === 0) return true;
  const why = (stderr ?? '').split('\n').find((line) => line.startsWith('npm error')) ?? 'npm did not start';
  say(
    `npm ci in bench/browser/peers failed (${why}).\n` +
      '  Credence is measured alone. It needs the npm registry once; after that no network is needed.',
  );
  return false;
}

function isInstalled(): boolean {
  const record = join(PEERS, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const versions = (path: string): string => {
    const { packages } = JSON.parse(readFileSync(path, 'utf8')) as {
      packages: Record<string, { version?: string }>;
    };
    return JSON.stringify(
      Object.entries(packages)
        .filter(([name]) => name !== '')
        .map(([name, { version }]) => [name, version]),
    );
  };
  return versions(record) === versions(join(PEERS, 'package-lock.json'));
}
