import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadTrust } from '#credence/export/node/index';
import { encodeNpz } from '#credence/formats/index';
import { encodeOnnx } from '#credence/graph/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { points, pointsClassifier } from '../assessment/sources.js';

// Nine processes, one of which fits all scores, and a compilation: some seconds each.

const root = process.cwd();
const page = readFileSync('docs/own-model.md', 'utf8');
const blocks = [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
  language,
  code,
}));
const programs = blocks.filter(({ language }) => language === 'ts');
const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ code }) => code.trim().split('\n'));

/** A project of a user, with the package in its node_modules. */
const project = mkdtempSync(join(tmpdir(), 'credence-own-model-'));
const place = (name: string): string => join(project, name);

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: readonly string[]): Promise<Outcome> {
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd: project, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
  });
}

beforeAll(() => {
  mkdirSync(place('node_modules'));
  symlinkSync(root, place('node_modules/credence'), 'dir');
  writeFileSync(place('package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(place('model.onnx'), encodeOnnx(pointsClassifier()));
  const save = (name: string, seed: number, n: number, shift = 0): void => {
    const { inputs, labels } = points(seed, n, shift);
    const y = tensor('uint8', [n], Uint8Array.from(labels));
    const arrays = new Map<string, Tensor>([
      ['x', inputs],
      ['y', y],
    ]);
    writeFileSync(place(name), encodeNpz(arrays));
  };
  save('val.npz', 1, 1500);
  save('train.npz', 2, 300);
  save('test.npz', 3, 200);
  save('far.npz', 4, 80, 7);
  save('new.npz', 5, 20);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

test('every block is a program or of commands, and there are some of both', () => {
  expect(
    blocks.map(({ language }) => language).filter((language) => !['ts', 'sh'].includes(language)),
  ).toEqual([]);
  expect([programs.length, commands.length]).toEqual([3, 5]);
});

describe('commands', () => {
  const outputs: Readonly<Record<string, string>> = {
    'assess --model model.onnx --validation val.npz --test': 'assessment/report.html',
    '--out tuned': 'tuned/report.html',
    '--out by-hand': 'by-hand/results.json',
    export: 'model.trust.onnx',
    'score --model': 'scores.csv',
  };

  test.each(commands)(
    '%s',
    async (command) => {
      expect(command).toMatch(/^npx credence /);
      // ConfidNet of the usual size would take most of the time, and tells nothing here.
      const quick =
        / assess /.test(command) && !command.includes('--scores')
          ? ['--set', 'confidnet.epochs=1', '--threads', '1']
          : [];
      const args = command.split(' ').slice(2);
      const { code, stderr } = await run(resolve(root, 'dist/cli/main.js'), ...args, ...quick, '--quiet');
      expect(stderr).toBe('');
      expect(code).toBe(0);
      const [, output] = Object.entries(outputs).find(([part]) => command.includes(part))!;
      expect(existsSync(place(output)), output).toBe(true);
    },
    120_000,
  );

  test('leave a model that knows its classes and what it accepts', async () => {
    const trust = await loadTrust(place('model.trust.onnx'));
    expect(trust.classNames).toEqual(['right', 'left', 'top']);
    expect(['mcp', 'knn']).toContain(trust.accept!.score);
    const lines = readFileSync(place('scores.csv'), 'utf8').trim().split('\r\n');
    expect(lines[0]).toMatch(/prediction,class,probability,mcp,knn,accept$/);
    expect(lines).toHaveLength(21);
  });
});

describe('programs', () => {
  beforeAll(async () => {
    const compilerOptions = {
      target: 'es2023',
      lib: ['es2023', 'dom'],
      module: 'nodenext',
      strict: true,
      skipLibCheck: true,
      types: ['node'],
      typeRoots: [resolve(root, 'node_modules', '@types')],
      outDir: 'compiled',
    };
    writeFileSync(place('tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    programs.forEach(({ code }, i) => writeFileSync(place(`program-${i}.ts`), code));
    const { stdout, code } = await run(resolve(root, 'node_modules', 'typescript', 'bin', 'tsc'));
    expect(stdout).toBe('');
    expect(code).toBe(0);
  }, 60_000);

  test.each(programs.map((_, i) => i))(
    '%i',
    async (i) => {
      const { code, stdout, stderr } = await run(`compiled/program-${i}.js`);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      if (i === 0) expect(stdout).toMatch(/^Use .* errors remain/);
    },
    120_000,
  );

  test('a saved model scores in a page as it does here', async () => {
    const trust = await loadTrust(place('own.trust.onnx'));
    expect(trust.provenance!.data).toMatchObject([{ role: 'validation', examples: 1500 }]);
    const { judge, reopen } = (await import(place('compiled/program-2.js'))) as {
      judge: (model: Uint8Array, x: Tensor<'float32'>, y: Int32Array) => Promise<Uint8Array>;
      reopen: (bytes: Uint8Array) => Promise<typeof trust>;
    };
    expect([typeof judge, typeof reopen]).toEqual(['function', 'function']);
    const again = await reopen(new Uint8Array(readFileSync(place('own.trust.onnx'))));
    const x = points(9, 30).inputs;
    expect((await again.score(x)).scores).toEqual((await trust.score(x)).scores);
    await trust.close();
    await again.close();
  });
});
