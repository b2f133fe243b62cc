import { spawn } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { folderOf } from './folder.js';

const LOCK = JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } });
const PROJECT = {
  'package.json': JSON.stringify({ type: 'module', engines: { node: '>=20.19' } }),
  'package-lock.json': LOCK,
  'node_modules/.package-lock.json': LOCK,
  'node_modules/typescript/bin/tsc': "console.log('the compiler speaks');\n",
  'src/cli/main.ts': '',
  'dist/cli/main.js': 'console.log(JSON.stringify(process.argv.slice(2)));\nprocess.exitCode = 7;\n',
  'npm-cli.js': "console.log('npm speaks', process.argv[2]);\nprocess.exitCode = 5;\n",
} as const;

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs scripts/run.mjs in a project of these files; `during` gets its process and its output so far. */
async function run(
  files: Readonly<Record<string, string>>,
  args: readonly string[],
  during?: (pid: number, output: () => string) => Promise<void>,
): Promise<Outcome & { folder: string }> {
  const folder = folderOf({ ...PROJECT, ...files });
  cpSync('scripts', join(folder, 'scripts'), { recursive: true });
  const child = spawn(process.execPath, [join('scripts', 'run.mjs'), ...args], {
    cwd: folder,
    env: { ...process.env, npm_execpath: join(folder, 'npm-cli.js') },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  if (during !== undefined) await during(child.pid!, () => stdout);
  return { folder, code: await closed, stdout, stderr };
}

describe('npm start', () => {
  it('passes arguments and the exit code on, and leaves stdout to the command', async () => {
    const { code, stdout, stderr } = await run({}, ['start', '--quick', 'two words']);
    expect(JSON.parse(stdout)).toEqual(['practical', '--quick', 'two words']);
    expect(stderr).toContain('the compiler speaks');
    expect(code).toBe(7);
  });

  it('installs first when node_modules is older than the lock file, and says what to do when that fails', async () => {
    const { code, stdout, stderr } = await run({ 'node_modules/.package-lock.json': '{"packages":{}}' }, [
      'start',
    ]);
    expect(stdout).toBe('');
    expect(stderr).toContain('npm speaks ci');
    expect(stderr).toContain('npm ci failed (exit code 5)');
    expect(stderr).toMatch(/Offline: .*\n.*proxy/);
    expect(code).toBe(5);
  });

  it('does not start what did not compile', async () => {
    const { code, stdout, stderr } = await run(
      { 'node_modules/typescript/bin/tsc': 'process.exitCode = 2;\n' },
      ['start'],
    );
    expect(stdout).toBe('');
    expect(stderr).toContain('the build failed');
    expect(code).toBe(2);
  });

  it('says which Node it needs', async () => {
    const manifest = JSON.stringify({ type: 'module', engines: { node: '>=99.1' } });
    const { code, stderr } = await run({ 'package.json': manifest }, ['start']);
    expect(stderr).toContain(`Node >=99.1 is needed, this is ${process.versions.node}`);
    expect(code).toBe(1);
  });
});

describe('npm run build', () => {
  it('removes outputs whose source is gone', async () => {
    const { folder, code } = await run({ 'dist/old/gone.js': '', 'dist/old/gone.d.ts': '' }, ['build']);
    expect(code).toBe(0);
    expect(existsSync(join(folder, 'dist/old/gone.js'))).toBe(false);
    expect(existsSync(join(folder, 'dist/old/gone.d.ts'))).toBe(false);
    expect(existsSync(join(folder, 'dist/cli/main.js'))).toBe(true);
  });
});

it.each([['lab'], ['bench'], ['nothing'], []])('says why `%s` cannot run', async (...args) => {
  const { code, stdout, stderr } = await run({}, args);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^credence: .*(?:not there yet|missing|unknown command|no command)/);
  expect(code).toBe(1);
});

describe.skipIf(process.platform === 'win32')('signals', () => {
  /** Counts its SIGINTs, then ends as an interrupted command does. */
  const COUNTS = `
    let count = 0;
    process.on('SIGINT', () => count++ || setTimeout(() => { console.log(count); process.exit(130); }, 1000));
    setInterval(() => {}, 1000);
    console.log('ready');
  `;

  it('a Ctrl-C that also comes through npm reaches the command once', async () => {
    const { code, stdout } = await run({ 'dist/cli/main.js': COUNTS }, ['start'], async (pid, output) => {
      await expect.poll(output, { timeout: 20_000 }).toContain('ready');
      process.kill(pid, 'SIGINT');
      await wait(20);
      process.kill(pid, 'SIGINT');
    });
    expect(stdout.split('\n')[1]).toBe('1');
    expect(code).toBe(130);
  });

  it('a second Ctrl-C later reaches it too', async () => {
    const { stdout } = await run({ 'dist/cli/main.js': COUNTS }, ['start'], async (pid, output) => {
      await expect.poll(output, { timeout: 20_000 }).toContain('ready');
      process.kill(pid, 'SIGINT');
      await wait(500);
      process.kill(pid, 'SIGINT');
    });
    expect(stdout.split('\n')[1]).toBe('2');
  });

  it('a command that a signal killed gives 128 + its number', async () => {
    const { code } = await run({ 'dist/cli/main.js': "process.kill(process.pid, 'SIGKILL');\n" }, ['start']);
    expect(code).toBe(137);
  });
});
