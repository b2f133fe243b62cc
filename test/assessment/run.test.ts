import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assessmentSchema } from '#credence/assessment/index';
import { encodeNpz } from '#credence/formats/index';
import { encodeOnnx } from '#credence/graph/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { findChromium } from '../browser/chromium.js';
import { inspect } from '../cli/report-in-browser.js';
import { points, pointsClassifier } from './sources.js';

const executablePath = findChromium();

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const start = promisify(execFile);

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function credence(folder: string, ...args: readonly string[]): Promise<Outcome> {
  try {
    const { stdout, stderr } = await start(process.execPath, [main, ...args], {
      cwd: folder,
      maxBuffer: 2 ** 26,
      env: { ...process.env, NO_COLOR: '1' },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as Outcome;
    return { code, stdout, stderr };
  }
}

/** An archive of inputs and labels. */
function pair(x: Tensor, y: Tensor): Uint8Array {
  return encodeNpz(
    new Map<string, Tensor>([
      ['x', x],
      ['y', y],
    ]),
  );
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assess-'));
  const save = async (name: string, seed: number, n: number, shift = 0): Promise<void> => {
    const { inputs, labels } = points(seed, n, shift);
    const y = tensor('uint8', [n], Uint8Array.from(labels));
    await writeFile(join(folder, name), pair(inputs, y));
  };
  await save('val.npz', 1, 900);
  await save('test.npz', 2, 600);
  await save('far.npz', 3, 100, 9);
  await writeFile(join(folder, 'model.onnx'), encodeOnnx(pointsClassifier()));
  await writeFile(join(folder, 'text.onnx'), 'no model');
  const nan = tensor('float32', [60, 2], new Float32Array(120).fill(NaN));
  const zeros = tensor('uint8', [60], new Uint8Array(60));
  await writeFile(join(folder, 'nan.npz'), pair(nan, zeros));
});

afterAll(async () => rm(folder, { recursive: true }));

describe('credence assess', () => {
  test('writes a report, results that keep to their schema, and figures', async () => {
    const args = [
      '--model',
      'model.onnx',
      '--validation',
      'val.npz',
      '--test',
      'test.npz',
      '--ood',
      'far=far.npz',
    ];
    const asked = [
      '--scores',
      'mcp,knn,mcDropout.entropy',
      '--risk',
      '0.05',
      '--threads',
      '1',
      '--out',
      'out',
      '--json',
    ];
    const { code, stdout, stderr } = await credence(folder, 'assess', ...args, ...asked);
    expect(stderr).toContain('logits');
    expect(code).toBe(0);
    const results = assessmentSchema.parse(JSON.parse(stdout));
    expect(JSON.parse(await readFile(join(folder, 'out/results.json'), 'utf8'))).toEqual(results);
    expect(results.scores.map(({ name }) => name)).toEqual(['mcp', 'knn']);
    expect(results.unavailable.map(({ name }) => name)).toEqual(['mcDropout.entropy']);
    expect(results.recommendation.threshold).not.toBeNull();
    expect(stderr).toContain(results.recommendation.sentence);

    const page = await readFile(join(folder, 'out/report.html'), 'utf8');
    for (const { id, files } of results.figures) {
      expect(page).toContain(`id="${id}"`);
      for (const file of files)
        expect((await readFile(join(folder, 'out', file))).length).toBeGreaterThan(20);
    }
    // Two numbers are no image: the samples stand in tables.
    expect(results.figures.map(({ id }) => id)).toEqual([
      'reliability',
      'risk-coverage',
      'score-errors',
      'score-ood-1',
    ]);
    expect(page).toContain('The most suspicious.');
    expect(page).toContain('Telling far apart');
    const words = page.replace(/<(script|style)[\s\S]*?<\/\1>/g, '').replace(/base64,[^"]*/g, '');
    expect(words).not.toMatch(/NaN|undefined|\[object/);
    // The same seed gives the same findings.
    const again = await credence(folder, ...results.command.split(' ').slice(1), '--quiet', '--out', 'again');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    const second = assessmentSchema.parse(
      JSON.parse(await readFile(join(folder, 'again/results.json'), 'utf8')),
    );
    expect(second.recommendation).toEqual(results.recommendation);
    expect(second.classifier).toEqual(results.classifier);
  }, 60_000);

  test.skipIf(executablePath === undefined).each([
    { width: 1280, theme: 'light' },
    { width: 390, theme: 'dark' },
  ] as const)(
    'the report in a browser, $theme, $width wide: whole, accessible, asking for nothing',
    async ({ width, theme }) => {
      const options = { executablePath: executablePath!, width, theme, pictures: false };
      const seen = await inspect(join(folder, 'out/report.html'), options);
      expect(seen).toMatchObject({ complaints: [], requests: [], violations: [], scrollWidth: width });
      expect(seen.svgDownloads).toBe(4);
      expect(seen.paperAfterClick).not.toBe(seen.paper);
    },
    240_000,
  );

  test.each<[string, readonly string[], number, RegExp]>([
    [
      'a model that is not there',
      ['--model', 'nope.onnx', '--validation', 'val.npz'],
      1,
      /E_FILE .*nope\.onnx/,
    ],
    ['a model that is none', ['--model', 'text.onnx', '--validation', 'val.npz'], 1, /E_FORMAT .*text\.onnx/],
    ['numbers that are none', ['--model', 'model.onnx', '--validation', 'nan.npz'], 1, /E_DATA .*finite/],
    [
      'an unknown score',
      ['--model', 'model.onnx', '--validation', 'val.npz', '--scores', 'mpc'],
      2,
      /did you mean 'mcp'/,
    ],
    ['a risk of 2', ['--model', 'model.onnx', '--validation', 'val.npz', '--risk', '2'], 2, /--risk/],
    [
      'a set without a name',
      ['--model', 'model.onnx', '--validation', 'val.npz', '--ood', 'far.npz'],
      2,
      /NAME=DATA/,
    ],
    ['no model', ['--validation', 'val.npz'], 2, /--model/],
  ])('says what is wrong: %s', async (_, args, code, message) => {
    const outcome = await credence(folder, 'assess', ...args, '--out', 'bad');
    expect(outcome.code).toBe(code);
    expect(outcome.stderr.trim().split('\n').at(-1)).toMatch(message);
    expect(outcome.stdout).toBe('');
  });
});
