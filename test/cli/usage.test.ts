import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageVersion } from '#credence/practical/index';
import { credence, temporaryFolder } from './command.js';

// Help and mistakes take about 0.15 s each, a run of the first week two seconds: 15 s in all.

const ESCAPE = '\u001B';

describe('help', () => {
  test.each([[['--help']], [['practical', '--help']], [['help', 'practical']]])(
    '%j leads with examples',
    async (args) => {
      const { code, stdout, stderr } = await credence(args);
      expect(code).toBe(0);
      expect(stderr).toBe('');
      expect(stdout).toMatch(/^Examples:\n {2}\$ credence practical --quick/);
      expect(stdout.indexOf('Usage:')).toBeGreaterThan(0);
      expect(stdout).not.toContain('default: false');
      expect(stdout).not.toContain(ESCAPE);
    },
  );

  test('names every option of the command', async () => {
    const { stdout } = await credence(['practical', '--help']);
    for (const option of [
      'weeks',
      'seeds',
      'seed',
      'quick',
      'published',
      'ood',
      'data',
      'out',
      'threads',
      'provider',
      'resume',
      'json',
      'quiet',
    ]) {
      expect(stdout).toMatch(new RegExp(`^ {2}--${option} `, 'm'));
    }
  });

  test('the examples use options that there are', async () => {
    const { stdout } = await credence(['practical', '--help']);
    const [examples = '', options = ''] = stdout.split('Usage:');
    for (const [option] of examples.matchAll(/--\w+/g)) expect(options).toContain(`${option} `);
  });

  test('no command at all: help, on stderr, as a mistake', async () => {
    const { code, stdout, stderr } = await credence([]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('credence practical --quick');
  });

  test('the version', async () => {
    expect(await credence(['--version'])).toMatchObject({
      code: 0,
      stdout: `${packageVersion()}\n`,
      stderr: '',
    });
  });
});

describe('a command line that makes no sense: exit code 2, one line that says why, nothing done', () => {
  test.each<[readonly string[], RegExp]>([
    [['practicl'], /unknown command 'practicl'; did you mean practical\?/],
    [['practical', 'now'], /too many arguments/],
    [['practical', '--weks', '1'], /unknown option '--weks'; did you mean --weeks\?/],
    [['practical', '--weeks', '4'], /--weeks: expected weeks of 1, 2 and 3.*got '4'/],
    [['practical', '--weeks', '1,,2'], /--weeks: .*got '1,,2'/],
    [['practical', '--weeks', ''], /--weeks: .*got ''/],
    [['practical', '--seeds', '0'], /--seeds: expected an integer of 1 to 1024, got '0'/],
    [['practical', '--seeds', '1.5'], /--seeds: .*got '1.5'/],
    [['practical', '--seeds'], /--seeds: .*got '--out'/],
    [['practical', '--seed', '-1'], /--seed: expected an integer of at least 0.*got '-1'/],
    [['practical', '--seed', 'one'], /--seed: .*got 'one'/],
    [['practical', '--seed', '9007199254740991'], /--seed: .*got '9007199254740991'/],
    [['practical', '--threads', '0'], /--threads: .*got '0'/],
    [['practical', '--threads', '1e2'], /--threads: .*got '1e2'/],
    [
      ['practical', '--ood', 'mnsit'],
      /--ood: expected fashion-mnist or kmnist, got 'mnsit'; did you mean 'kmnist'\?/,
    ],
    [['practical', '--ood', 'mnist'], /--ood: expected fashion-mnist or kmnist, got 'mnist'/],
    [['practical', '--ood', 'cifar-10'], /--ood: expected fashion-mnist or kmnist, got 'cifar-10'$/],
    [['practical', '--provider', 'tpu'], /--provider: expected cpu or webgpu or cuda, got 'tpu'/],
    [['practical', '--provider', 'webgp'], /did you mean 'webgpu'\?/],
  ])('%j', async (args, message) => {
    const out = join(temporaryFolder(), 'out');
    const { code, stdout, stderr } = await credence([
      ...args,
      ...(args[0] === 'practical' ? ['--out', out] : []),
    ]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^error E_CONFIGURATION /);
    expect(lines[0]).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });
});

describe('colours and animation', () => {
  const TERMINAL = ['data:text/javascript,process.stderr.isTTY=true;process.stderr.columns=60'];
  const MISTAKE = ['practicl'];

  test.each<[boolean, boolean, Record<string, string>]>([
    [true, true, {}],
    [false, true, { NO_COLOR: '1' }],
    [true, true, { NO_COLOR: '' }],
    [false, true, { TERM: 'dumb' }],
    [false, false, {}],
    [false, false, { CI: 'true' }],
    [true, false, { FORCE_COLOR: '1' }],
    [false, false, { FORCE_COLOR: '1', NO_COLOR: '1' }],
  ])('colours: %s; on a terminal: %s, environment: %j', async (expected, isTerminal, env) => {
    const { stderr } = await credence(MISTAKE, {
      imports: isTerminal ? TERMINAL : [],
      env: { TERM: 'xterm', ...env },
    });
    expect(stderr).toContain("unknown command 'practicl'");
    expect(stderr.includes(ESCAPE)).toBe(expected);
  });

  test('a line that is redrawn on a terminal, never longer than it', async () => {
    const { stderr } = await credence(['practical', '--weeks', '1', '--out', temporaryFolder()], {
      imports: TERMINAL,
      env: { NO_COLOR: '1' },
    });
    const redrawn = stderr.split(`\r${ESCAPE}[2K`);
    expect(redrawn.length).toBeGreaterThan(5);
    for (const line of redrawn.slice(0, -1)) expect(line.split('\n')[0]!.length).toBeLessThan(60);
  });
});

describe('what goes where', () => {
  test('progress on stderr without a terminal: whole lines, no animation; stdout empty', async () => {
    const { code, stdout, stderr } = await credence([
      'practical',
      '--weeks',
      '1',
      '--out',
      temporaryFolder(),
    ]);
    expect(code).toBe(0);
    expect(stdout).toBe('');
    expect(stderr).not.toContain('\r');
    expect(stderr).not.toContain(ESCAPE);
    expect(stderr).toMatch(/^✓ week 1 [\d.]+ s$/m);
    expect(stderr).toMatch(/^✓ report [\d.]+ s$/m);
    expect(stderr).toMatch(/^\d+ figures and \d+ claims in \d+ s: \d+ hold, \d+ fail, \d+ depend$/m);
    expect(stderr).toMatch(/^Open .*report\.html$/m);
  });

  test('what to run next, in the way that was taken: npm start in a clone, the command elsewhere', async () => {
    const args = ['practical', '--weeks', '1', '--quick', '--json', '--out', temporaryFolder()];
    const command = await credence(args);
    expect(command.stderr).toMatch(/^Next: credence practical for the full run/m);
    expect(command.stdout).toContain('"command": "credence practical --weeks 1 --seed 1 --quick"');
    const clone = await credence(args, { env: { npm_lifecycle_event: 'start' } });
    expect(clone.stderr).toMatch(/^Next: npm start for the full run/m);
    expect(clone.stdout).toContain('"command": "npm start -- --weeks 1 --seed 1 --quick"');
  });

  test('--quiet: nothing but errors', async () => {
    const out = temporaryFolder();
    expect(await credence(['practical', '--weeks', '1', '--quiet', '--out', out])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(readdirSync(out).toSorted()).toEqual([
      'figures',
      'report.html',
      'results.json',
      'results.schema.json',
    ]);
    const { code, stderr } = await credence([
      'practical',
      '--weeks',
      '1',
      '--quiet',
      '--out',
      join(out, 'report.html'),
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error E_FILE .*\n$/);
  });
});
