import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assessmentSchema } from '#credence/assessment/index';
import type { AssessmentResults } from '#credence/assessment/index';
import { readTrust } from '#credence/export/index';
import { loadTrust } from '#credence/export/node/index';
import { encodeNpz, encodePng } from '#credence/formats/index';
import { decodeOnnx, encodeOnnx, flatten, gemm, GraphBuilder } from '#credence/graph/index';
import { key, uniformInteger } from '#credence/random/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { runCommand } from '../cli/in-process.js';
import type { InProcessOutcome } from '../cli/in-process.js';
import { withForeignOperation } from '../cli/model-files.js';
import { points, pointsClassifier } from './sources.js';

let folder: string;
const path = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credence-options-'));
  const save = async (name: string, seed: number, n: number, shift = 0): Promise<void> => {
    const { inputs, labels } = points(seed, n, shift);
    const arrays = new Map<string, Tensor>([
      ['x', inputs],
      ['y', tensor('uint8', [n], Uint8Array.from(labels))],
    ]);
    await writeFile(path(name), encodeNpz(arrays));
  };
  await save('val.npz', 1, 900);
  await save('train.npz', 5, 300);
  await save('far.npz', 3, 100, 9);
  await writeFile(path('model.onnx'), encodeOnnx(pointsClassifier()));
});
afterAll(() => rm(folder, { recursive: true }));

const data = (): string[] => ['--model', path('model.onnx'), '--validation', path('val.npz'), '--quiet'];
const assess = (...more: string[]): Promise<InProcessOutcome> =>
  runCommand(['assess', ...data(), '--threads', '1', '--out', path('out'), ...more]);
const exported = (...more: string[]): Promise<InProcessOutcome> =>
  runCommand(['export', ...data(), '--threads', '1', '--out', path('m.trust.onnx'), ...more]);

async function results(): Promise<AssessmentResults> {
  return assessmentSchema.parse(JSON.parse(await readFile(path('out/results.json'), 'utf8')));
}

describe('settings, dropout, class names', () => {
  test('of an assessment are in its results, and the command that it suggests exports what it recommends', async () => {
    await writeFile(path('names.txt'), 'right\nleft\n\ntop\n');
    const chosen = ['--scores', 'knn,odin,confidnet,mcDropout.entropy', '--dropout', '0.25'];
    const set = [
      '--set',
      'odin.temperature=10',
      '--set',
      'confidnet.epochs=2',
      '--set',
      'confidnet.hidden=8 8',
    ];
    const sets = ['--train', path('train.npz'), '--tune-ood', `far=${path('far.npz')}`];
    const run = await assess(...chosen, ...set, ...sets, '--classes', path('names.txt'), '--risk', '0.05');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const found = await results();
    expect(found.model.classNames).toEqual(['right', 'left', 'top']);
    expect(found.scores.map(({ name }) => name)).toEqual(['knn', 'odin', 'confidnet', 'mcDropout.entropy']);
    const settings = Object.fromEntries(found.scores.map((score) => [score.name, score.settings]));
    expect(settings['odin']).toMatchObject({ temperature: 10 });
    // Five passes over 300 training examples.
    expect(settings['confidnet']).toMatchObject({ epochs: 2, hidden: '8 8', examples: 1500 });
    expect(found.scores.find(({ name }) => name === 'confidnet')!.fittedOn).toBe(
      'the training set, Dropout active',
    );
    expect(found.tuned.map(({ score, outliers }) => [score, outliers])).toEqual([
      ['knn', ['far']],
      ['odin', ['far']],
    ]);
    expect(found.notes.join()).toMatch(/Dropout of rate 0\.25 was inserted/);
    const page = await readFile(path('out/report.html'), 'utf8');
    for (const text of ['AUROC of each setting', '>top<', 'credence export']) expect(page).toContain(text);

    const again = [...found.exportCommand.split(' ').slice(1), '--out', path('suggested.onnx'), '--quiet'];
    expect(await runCommand(again)).toMatchObject({ code: 0, stderr: '' });
    const trust = await loadTrust(path('suggested.onnx'));
    const { score, threshold } = found.recommendation;
    expect(trust.accept).toEqual({ score, threshold });
    expect(trust.classNames).toEqual(['right', 'left', 'top']);
  }, 60_000);

  test('of a folder of images are the names of its folders', async () => {
    const side = 6;
    const names = ['dark', 'light', 'middle'];
    for (const [c, name] of names.entries()) {
      await mkdir(path(`images/${name}`), { recursive: true });
      const noise = uniformInteger(key(c), 40 * side * side, 100);
      for (let i = 0; i < 40; i++) {
        const pixels = noise.subarray(i * side * side, (i + 1) * side * side);
        const bytes = Uint8Array.from(pixels, (value) => value + [0, 140, 70][c]!);
        await writeFile(
          path(`images/${name}/${i}.png`),
          encodePng({ width: side, height: side, data: bytes }),
        );
      }
    }
    // Logits of the mean brightness: dark, light, middle.
    const b = new GraphBuilder('brightness');
    const x = flatten(b.input('x', 'float32', ['N', 1, side, side]));
    const weights = Float32Array.from({ length: side * side * 3 }, (_, i) => [-1, 1, 0][i % 3]! / 360);
    const bias = tensor('float32', [3], Float32Array.of(8.5, -15.5, 0));
    const logits = gemm(x, b.constant(tensor('float32', [side * side, 3], weights)), b.constant(bias));
    await writeFile(path('bright.onnx'), encodeOnnx(b.build({ logits })));
    const own = ['--model', path('bright.onnx'), '--validation', path('images'), '--quiet', '--threads', '1'];
    const run = await runCommand([
      'assess',
      ...own,
      '--scores',
      'mcp',
      '--risk',
      '0.5',
      '--out',
      path('out'),
    ]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect((await results()).model.classNames).toEqual(names);
    const out = path('bright.trust.onnx');
    expect(await runCommand(['export', ...own, '--out', out])).toMatchObject({ code: 0, stderr: '' });
    const { classifier } = readTrust(decodeOnnx(new Uint8Array(await readFile(out))));
    expect(classifier.classes).toEqual(names);
  }, 60_000);
});

describe('credence export --risk', () => {
  test('certifies the threshold of one score, and the file says on what it rests', async () => {
    const run = await exported('--risk', '0.02', '--confidence', '0.9', '--score', 'entropy');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/Use Entropy: accept a prediction when Entropy is at most/);
    const trust = await loadTrust(path('m.trust.onnx'));
    expect(trust.scores.map(({ score }) => score)).toEqual(['mcp', 'energy', 'entropy']);
    expect(trust.accept!.score).toBe('entropy');
    const rule = trust.description.outputs.find(({ kind }) => kind === 'accept')!;
    expect(rule.settings).toMatchObject({ risk: 0.02, confidence: 0.9 });
    const { accepted, errors, examples } = rule.settings as Record<string, number>;
    // Three quarters of the half that is held out.
    expect(examples).toBe(338);
    expect(errors! / accepted!).toBeLessThan(0.02);
  });

  test.each<[string, string[], number, RegExp]>([
    [
      'that cannot be had',
      ['--risk', '0.001'],
      1,
      /--risk: expected a threshold that .*at least 2995 accepted/,
    ],
    ['beside a threshold', ['--risk', '0.1', '--accept', 'mcp=0.1'], 2, /--accept: expected .* got both/],
    ['of a score, without a risk', ['--score', 'mcp'], 2, /--score: expected --risk beside it/],
    ['of an unknown score', ['--risk', '0.1', '--score', 'enrtopy'], 2, /did you mean 'entropy'/],
    ['of a confidence of 1', ['--risk', '0.1', '--confidence', '1'], 2, /--confidence: expected a number/],
  ])('refuses one %s', async (_, more, code, message) => {
    const out = path('refused.onnx');
    const run = await exported('--confidence', '0.9', ...more, '--out', out);
    const shown = more.includes('--risk') ? run : await exported(...more, '--out', out);
    expect(shown.stderr).toMatch(message);
    expect(shown.stderr).not.toContain('E_INTERNAL');
    expect(shown.code).toBe(code);
    expect(existsSync(out)).toBe(false);
  });
});

describe('what makes no sense is said before anything is read', () => {
  test.each<[string, string[], RegExp]>([
    ['an unknown setting', ['--set', 'odin.temprature=5'], /setting of odin: .*did you mean 'temperature'/],
    ['an unknown score', ['--set', 'odni.temperature=5'], /did you mean 'odin'/],
    ['a setting of a score that takes none', ['--set', 'mcp.k=5'], /setting of mcp: expected none/],
    ['a setting without a value', ['--set', 'knn.k='], /expected SCORE\.SETTING=VALUE/],
    ['a value out of range', ['--set', 'knn.k=0.5'], /knn: k: expected an integer/],
    ['a value that is no number', ['--set', 'knn.k=many'], /k: expected a number/],
    [
      'settings of a score that is not asked for',
      ['--set', 'knn.k=5', '--scores', 'mcp'],
      /--set: expected settings of/,
    ],
    ['a rate of 1', ['--dropout', '1'], /--dropout: expected a number between/],
    ['one class', ['--classes', 'a,'], /--classes: expected at least two names/],
    ['a class twice', ['--classes', 'a,b,a'], /--classes: .*each once/],
    ['a file of classes that is not there', ['--classes', 'nmaes.txt'], /cannot read nmaes\.txt/],
    ['too few classes', ['--classes', 'a,b'], /classes: expected 3, as the logits have, got 2/],
    [
      'a foreign set that is tuned and measured on',
      ['--tune-ood', 'a=x.npz', '--ood', 'b=./x.npz'],
      /another set than/,
    ],
    [
      'a test set that is fitted on',
      ['--train', 'x.npz', '--test', 'x.npz'],
      /test: expected another set than train/,
    ],
    ['a foreign set without a name', ['--tune-ood', 'far.npz'], /--tune-ood: expected NAME=DATA/],
    [
      'few examples to fit on',
      ['--fit-examples', '10'],
      /--fit-examples: expected an integer of at least 40/,
    ],
  ])('%s', async (_, more, message) => {
    const { code, stderr } = await assess(...more, '--out', path('nothing'));
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('E_INTERNAL');
    expect(code).toBe(more.includes('nmaes.txt') ? 1 : 2);
    expect(existsSync(path('nothing'))).toBe(false);
  });

  test('scores that a model does not allow: each with all that is missing, and what works', async () => {
    const fixture = fileURLToPath(new URL('../fixtures/models/residual.onnx', import.meta.url));
    await writeFile(path('foreign.onnx'), withForeignOperation(new Uint8Array(await readFile(fixture))));
    const own = ['--model', path('foreign.onnx'), '--validation', path('val.npz'), '--out', path('no.onnx')];
    // The data would not fit either: the model is looked at first.
    const { code, stderr } = await runCommand([
      'export',
      ...own,
      '--quiet',
      '--scores',
      'mcp,odin,mcDropout.entropy',
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/\n {2}odin: no derivative of\n {4}FastGelu, '[^']+': .*\n/);
    expect(stderr).toMatch(/\n {2}mcDropout\.entropy: no Dropout layer.*\n {2}what works: mcp, .*knn.*\n/);
    expect(stderr).toMatch(/without them: --scores mcp/);
  });
});
