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
import { encodeNpy, encodeNpz } from '#credence/formats/index';
import { encodeOnnx } from '#credence/graph/index';
import { mnistConvnet } from '#credence/models/index';
import { key, uniformInteger } from '#credence/random/index';
import { predict } from '#credence/runtime/index';
import { predictResponseSchema } from '#credence/serving/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { startService } from '../bench/serving/service.js';
import type { ServiceProcess } from '../bench/serving/service.js';

// Compiling the examples takes two seconds, running them as much again, `npm start` of the first week five.

const root = process.cwd();
const readme = readFileSync('README.md', 'utf8');
const blocks = [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
  language,
  code,
}));
const programs = blocks.filter(({ language }) => ['ts', 'js'].includes(language));
const heading = (code: string): string =>
  readme
    .slice(0, readme.indexOf(code))
    .match(/^## (.*)$/gm)!
    .at(-1)!
    .slice(3);

const DIGITS = 400;

/** A project of a user, with the package in its node_modules. */
const project = mkdtempSync(join(tmpdir(), 'credence-readme-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], cwd: string): Promise<Outcome> {
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
  });
}

describe('programs', () => {
  let compiled: Outcome;

  beforeAll(async () => {
    mkdirSync(join(project, 'node_modules'));
    symlinkSync(root, join(project, 'node_modules', 'credence'), 'dir');
    const compilerOptions = {
      target: 'es2023',
      lib: ['es2023'],
      module: 'nodenext',
      strict: true,
      skipLibCheck: true,
      types: ['node'],
      typeRoots: [resolve(root, 'node_modules', '@types')],
      allowJs: true,
      outDir: 'compiled',
    };
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, include: ['*.ts', '*.js'] }),
    );
    writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
    await writeDigits();
    programs.forEach(({ language, code }, i) =>
      writeFileSync(join(project, `example-${i}.${language}`), code),
    );
    compiled = await run([resolve(root, 'node_modules', 'typescript', 'bin', 'tsc')], project);
  });

  test('there are some, and their types are right for a strict reader', () => {
    expect(programs.length).toBeGreaterThanOrEqual(3);
    expect(compiled.stdout).toBe('');
    expect(compiled.code).toBe(0);
  });

  // The first fits all scores, ConfidNet too.
  test.each(programs.map(({ code }, i) => [heading(code), i] as const))(
    '%s',
    async (_, i) => {
      const { code, stdout, stderr } = await run([join('compiled', `example-${i}.js`)], project);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      if (programs[i]!.code.includes('assess(')) expect(stdout).toMatch(/^Use .* at most 25 % errors remain/);
    },
    240_000,
  );

  test('the file that an example writes has numbers in it', () => {
    const { mean, variance } = JSON.parse(readFileSync(join(project, 'variance.json'), 'utf8')) as Record<
      string,
      number[]
    >;
    expect(mean!.every(Number.isFinite)).toBe(true);
    // What its heading promises: far from the points, between 0 and 2, it is larger.
    expect(variance![0]).toBeGreaterThan(10 * variance![1]!);
    expect(variance![2]).toBeGreaterThan(10 * variance![1]!);
  });
});

const command = resolve('dist', 'cli', 'main.js');
let service: ServiceProcess | undefined;
afterAll(() => service?.stop());

/** The model and the examples that programs and commands read. */
async function writeDigits(): Promise<void> {
  const pixels = Uint8Array.from(uniformInteger(key(1), DIGITS * 784, 256));
  const image = tensor('uint8', [DIGITS, 28, 28], pixels);
  const model = mnistConvnet(key(1));
  writeFileSync(join(project, 'model.onnx'), encodeOnnx(model));
  const { logits } = await predict(model, { image }, { workers: 0 });
  // One in ten is wrong.
  const labels = Int32Array.from({ length: DIGITS }, (_, i) => {
    const row = [...(logits!.data as Float32Array).subarray(10 * i, 10 * i + 10)];
    return i % 10 === 0 ? (i / 10) % 10 : row.indexOf(Math.max(...row));
  });
  const arrays = new Map<string, Tensor>([
    ['x', image],
    ['y', tensor('int32', [DIGITS], labels)],
  ]);
  writeFileSync(join(project, 'val.npz'), encodeNpz(arrays));
  const digits = tensor('uint8', [2, 28, 28], pixels.subarray(0, 2 * 784));
  writeFileSync(join(project, 'digits.npy'), encodeNpy(digits));
}

/** What stands for each line of a shell block, smaller where it would take minutes. */
const COMMANDS: Readonly<Record<string, () => Promise<void>>> = {
  'npm start': async () => {
    const out = join(project, 'out');
    const { code, stderr } = await run(['scripts/run.mjs', 'start', '--weeks', '1', '--out', out], root);
    expect(stderr).toMatch(/Open .*report\.html/);
    expect(code).toBe(0);
    expect(existsSync(join(out, 'report.html'))).toBe(true);
  },
  'npx credence export --model model.onnx --validation val.npz --risk 0.25': async () => {
    const args = ['--model', 'model.onnx', '--validation', 'val.npz', '--risk', '0.25'];
    const { code, stdout, stderr } = await run([command, 'export', ...args], project);
    expect([code, stderr]).toEqual([0, expect.stringContaining('verification') as string]);
    expect(stdout).toMatch(/^model\.trust\.onnx .*calibrated_probabilities/);
  },
  'npx credence serve model.trust.onnx': async () => {
    service = await startService(join(project, 'model.trust.onnx'));
    expect((await fetch(`http://127.0.0.1:${service.port}/readyz`)).status).toBe(200);
  },
  "curl localhost:8080/v1/predict -H 'content-type: application/x-npy' --data-binary @digits.npy":
    async () => {
      const answer = await fetch(`http://127.0.0.1:${service!.port}/v1/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-npy' },
        body: new Blob([readFileSync(join(project, 'digits.npy'))]),
      });
      const { predictions } = predictResponseSchema.parse(await answer.json());
      expect(predictions).toHaveLength(2);
      expect(predictions.map(({ accept }) => typeof accept)).toEqual(['boolean', 'boolean']);
      expect(await service!.stop()).toBe(0);
    },
  // It is what runs this.
  'npm test': async () => expect(scriptsOf('package.json')['test']).toBe('node scripts/run.mjs test'),
};

describe('commands', () => {
  const lines = blocks
    .filter(({ language }) => ['sh', 'bash', 'console', ''].includes(language))
    .flatMap(({ code }) => code.split('\n'))
    .map((line) =>
      line
        .replace(/^\$ /, '')
        .replace(/\s+#.*$/, '')
        .trim(),
    )
    .filter((line) => line !== '');

  test('every block is a program or of commands', () => {
    expect(blocks.filter(({ language }) => !/^(?:ts|js|sh|bash|console)?$/.test(language))).toEqual([]);
    expect(lines).toContain('npm start');
  });

  test.each(lines)('%s', async (line) => {
    expect(Object.keys(COMMANDS)).toContain(line);
    await COMMANDS[line]!();
  });

  test('those in the text are scripts of the package, with options that there are', async () => {
    const scripts = Object.keys(scriptsOf('package.json'));
    const { stdout } = await run(['dist/cli/main.js', 'practical', '--help'], root);
    for (const [, script = '', options = ''] of readme.matchAll(
      /`npm (?:run )?(start|test|bench|lab)\b([^`]*)`/g,
    )) {
      expect(scripts).toContain(script);
      if (script === 'start')
        for (const [option] of options.matchAll(/--\w+/g)) expect(stdout).toContain(`${option} `);
    }
    for (const [, option = ''] of readme.matchAll(/`(--\w[\w-]*)[^`]*`/g))
      expect(stdout).toContain(`${option} `);
  });
});

test('files that it points to are there', () => {
  const targets = [...readme.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => target);
  const local = targets.filter((target) => !/^https?:/.test(target));
  expect(local.length).toBeGreaterThan(2);
  expect(local.filter((target) => !existsSync(target))).toEqual([]);
});

test('the subpaths of its table are exports of the package, and what is done is there', () => {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Record<string, unknown>;
  };
  const rows = [...readme.matchAll(/^\|[^|]+\| `credence\/([\w/-]+)` \|/gm)].map(
    ([, subpath]) => `./${subpath}`,
  );
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.filter((subpath) => !(subpath in exports))).toEqual([]);
});

function scriptsOf(file: string): Record<string, string> {
  return (JSON.parse(readFileSync(file, 'utf8')) as { scripts: Record<string, string> }).scripts;
}
