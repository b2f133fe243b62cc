import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeOnnx } from '#credence/graph/index';
import { credence, filesIn, temporaryFolder } from './command.js';
import { endlessClassifier } from './endless-model.js';

// Each of these starts two processes, some of which are ended by force after 1.5 s: 30 s in all.

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
writeFileSync(at('endless.onnx'), encodeOnnx(endlessClassifier('constant')));
writeFileSync(at('m.onnx'), encodeOnnx(endlessClassifier('input')));
const rows = Array.from({ length: 200 }, (_, i) => `${(i % 7) / 7},${(i % 11) / 11},${i % 3}`);
writeFileSync(at('val.csv'), `x0,x1,label\n${rows.join('\n')}\n`);

const RUNTIME = JSON.stringify(import.meta.resolve('onnxruntime-node'));

/** A module that does something before the runtime is given its first run. */
const beforeRun = (code: string): string =>
  `data:text/javascript,${encodeURIComponent(`
  import process from 'node:process';
  import { InferenceSession } from ${RUNTIME};
  const { run } = InferenceSession.prototype;
  InferenceSession.prototype.run = function (...args) {
    ${code};
    return run.apply(this, args);
  };
`)}`;

/** A module that sends the process Ctrl-C once a phase is done. */
const afterPhase = (phase: string): string =>
  `data:text/javascript,${encodeURIComponent(`
  import process from 'node:process';
  const { write } = process.stderr;
  process.stderr.write = function (text, ...more) {
    if (text.includes(${JSON.stringify(`✓ ${phase}`)})) process.kill(process.pid, 'SIGINT');
    return write.call(this, text, ...more);
  };
`)}`;

const assess = (model: string, out: string): string[] => {
  const data = ['--model', at(model), '--validation', at('val.csv'), '--labels', 'label'];
  return ['assess', ...data, '--scores', 'mcp,entropy', '--risk', '0.9', '--out', at(out)];
};

const score = (model: string): string[] => {
  const data = ['--model', at(model), '--input', at('val.csv'), '--inputs', 'x0,x1'];
  return ['score', ...data, '--out', at('s.csv')];
};

describe('Ctrl-C ends a command within a run of the runtime that never ends', () => {
  test.each<[string, readonly string[], NodeJS.Signals]>([
    ['assess', assess('endless.onnx', 'report'), 'SIGINT'],
    [
      'export',
      ['export', '--model', at('endless.onnx'), '--validation', at('val.csv'), '--labels', 'label'],
      'SIGINT',
    ],
    ['score', score('endless.onnx'), 'SIGTERM'],
  ])('%s', async (name, args, signal) => {
    const before = readdirSync(folder);
    let sent = NaN;
    const { code, stderr } = await credence(args, {
      imports: [beforeRun(`process.stderr.write('within a run;')`)],
      onStderr(text, child) {
        if (!Number.isNaN(sent) || !text.includes('within a run')) return;
        sent = performance.now();
        child.kill(signal);
      },
    });
    const got = signal === 'SIGINT' ? 'Ctrl-C' : signal;
    expect(stderr).toContain(`interrupted credence ${name}: got ${got}; nothing was written`);
    expect(code).toBe(130);
    // 1.5 s that it has to stop by itself, and what a crowded machine takes.
    expect(performance.now() - sent).toBeLessThan(15_000);
    expect(readdirSync(folder)).toEqual(before);
  });

  test('practical, where it computes without hearing of anything', async () => {
    const out = at('practical');
    const busy = `data:text/javascript,${encodeURIComponent(`
      import process from 'node:process';
      const { write } = process.stderr;
      process.stderr.write = function (text, ...more) {
        const written = write.call(this, text, ...more);
        if (text.includes('✓ week 1')) for (;;);
        return written;
      };
    `)}`;
    let sent = NaN;
    const { code, stderr } = await credence(['practical', '--weeks', '1,2', '--out', out], {
      imports: [busy],
      onStderr(text, child) {
        if (!Number.isNaN(sent) || !text.includes('✓ week 1')) return;
        sent = performance.now();
        child.kill('SIGINT');
      },
    });
    expect(performance.now() - sent).toBeLessThan(15_000);
    expect(stderr).toMatch(
      /^interrupted credence practical: got Ctrl-C; .* the same command with --resume goes on$/m,
    );
    expect(code).toBe(130);
    expect(filesIn(out)).toEqual([]);
  });

  test('a run that crashes the process is an error, and leaves nothing behind', async () => {
    const before = readdirSync(folder);
    const { code, stderr, stdout } = await credence(score('m.onnx'), {
      imports: [beforeRun(`process.kill(process.pid, 'SIGSEGV')`)],
    });
    expect(stderr).toMatch(/^error E_RUNTIME credence score: .*got an end by SIGSEGV; .*try another export/m);
    expect([code, stdout]).toEqual([1, '']);
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('the work ends where who watches over it was ended by force', () => {
  test.each<[string, readonly string[]]>([
    ['assess', assess('endless.onnx', 'orphan')],
    ['score', score('endless.onnx')],
  ])('%s, within a run that never ends', async (_, args) => {
    const before = readdirSync(folder);
    let killed = NaN;
    const { code } = await credence(args, {
      imports: [beforeRun(`process.stderr.write('within a run;')`)],
      onStderr(text, child) {
        if (!Number.isNaN(killed) || !text.includes('within a run')) return;
        killed = performance.now();
        child.kill('SIGKILL');
      },
    });
    // `credence` waits for the end of stderr, which the work has open as long as it lives.
    expect(performance.now() - killed).toBeLessThan(15_000);
    expect(code).toBe(null);
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('Ctrl-C in the last phases of assess', () => {
  test.each(['cost of a prediction', 'measures', 'figures'])('behind: %s', async (phase) => {
    const { code, stderr } = await credence(assess('m.onnx', 'late'), { imports: [afterPhase(phase)] });
    expect(stderr).toContain(`✓ ${phase}`);
    expect(stderr).not.toContain('✓ report');
    expect(stderr).toMatch(/interrupted credence assess: got Ctrl-C; nothing was written/);
    expect(code).toBe(130);
    expect(existsSync(at('late'))).toBe(false);
  });

  test('what was in the folder stays as it was, and another run puts all there at once', async () => {
    const args = assess('m.onnx', 'kept');
    mkdirSync(at('kept'));
    writeFileSync(at('kept/report.html'), 'of yesterday');
    const stopped = await credence(args, { imports: [afterPhase('figures')] });
    expect(stopped.code).toBe(130);
    expect(filesIn(at('kept'))).toEqual(['report.html']);
    expect(readFileSync(at('kept/report.html'), 'utf8')).toBe('of yesterday');
    const { code } = await credence(args);
    expect(code).toBe(0);
    const files = filesIn(at('kept'));
    expect(files).toEqual(expect.arrayContaining(['results.json', 'results.schema.json', 'report.html']));
    expect(files.filter((name) => name.startsWith('figures/')).length).toBeGreaterThanOrEqual(6);
    expect(files.filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(readFileSync(at('kept/report.html'), 'utf8')).toMatch(/^<!doctype html>/i);
  });
});
