import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assessmentSchema } from '#credence/assessment/index';
import { decodeOnnx, encodeOnnx } from '#credence/graph/index';
import { inHalf, learned, withExternalData, withForeignOperation } from './model-files.js';
import { ACCURACY, commandLine, jsonOf, mcpOf, runPlainly, workshop } from './own-model.js';
import type { CommandLine, Outcome, OwnModel, Workshop } from './own-model.js';

/** A model that PyTorch exported: see test/fixtures/export_models.py. */
const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/models/${name}.onnx`, import.meta.url)));

/** The newest that ONNX Runtime 1.30 takes whole. */
const NEWEST = 24;

const SCORES = ['mcp', 'energy', 'mahalanobis', 'laplace.diagonal', 'odin'];

interface Use extends OwnModel {
  readonly name: string;
  readonly scores?: readonly string[];
  /** What must be named by hand. */
  readonly naming?: readonly string[];
}

const images = [3, 16, 16];
const external = withExternalData(fixture('residual'), 'residual.bin');

const uses: readonly Use[] = [
  { name: 'opset 9', model: fixture('residual-folded'), shape: images },
  {
    name: 'opset 11, five rows a run, probabilities',
    model: fixture('mlp'),
    shape: [12],
    rows: 5,
    gives: 'probabilities',
  },
  { name: 'opset 13, dropout', model: fixture('convnet'), shape: [1, 16, 16] },
  { name: 'opset 17, a transformer', model: fixture('transformer-17'), shape: [1, 12, 12] },
  {
    name: 'the newest opset',
    model: encodeOnnx({ ...decodeOnnx(fixture('residual')), opset: NEWEST }),
    shape: images,
  },
  { name: 'MobileNet-like', model: fixture('separable'), shape: images },
  { name: 'a row a run, opset 9', model: fixture('one-row'), shape: [1, 12, 12], rows: 1 },
  { name: 'eight rows a run, opset 11', model: fixture('eight-rows'), shape: [1, 12, 12], rows: 8 },
  { name: 'Keras-like', model: fixture('channels-last'), shape: [12, 12, 3], gives: 'probabilities' },
  {
    name: 'an output of several',
    model: fixture('heads'),
    shape: [6],
    output: 'main',
    naming: ['--logits', 'main'],
  },
  { name: 'float16', model: inHalf(fixture('residual'), 'float16'), shape: images, dtype: 'float16' },
  { name: 'float16 inside', model: inHalf(fixture('residual'), 'float32'), shape: images },
  { name: 'external data', model: external.model, files: { 'residual.bin': external.data }, shape: images },
];

let credence: CommandLine;
beforeAll(() => {
  credence = commandLine();
});
afterAll(() => credence.close());

describe.each(uses)('$name', (use) => {
  const { naming = [], scores = SCORES } = use;
  const isHalf = use.name.startsWith('float16');
  let made: Workshop;
  beforeAll(async () => {
    made = await workshop(use.name, use);
  });
  afterAll(() => rm(made.folder, { recursive: true }));

  test('is assessed', async () => {
    const { folder } = made;
    // To tune ODIN takes most of the time, and the export has its derivative too.
    const fitted = scores.filter((score) => score !== 'odin' || use.name.startsWith('opset 13'));
    const data = ['--validation', 'val.npz', '--test', 'test.npz', '--scores', fitted.join()];
    const ran = await credence.run(
      folder,
      'assess',
      '--model',
      'model.onnx',
      ...data,
      '--out',
      'out',
      '--quiet',
      ...naming,
    );
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const results = assessmentSchema.parse(await jsonOf(join(folder, 'out/results.json')));
    expect(results.classifier.accuracy).toBeCloseTo(ACCURACY, 12);
    expect(results.unavailable).toEqual([]);
    expect(results.scores.map(({ name }) => name)).toEqual(fitted);
  });

  test('is exported with its scores, in one file', async () => {
    const { folder, predictions, test: inputs } = made;
    const data = ['--validation', 'val.npz', '--scores', scores.join()];
    const ran = await credence.run(
      folder,
      'export',
      '--model',
      'model.onnx',
      ...data,
      '--out',
      'trust.onnx',
      '--quiet',
      ...naming,
    );
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    if (use.files !== undefined) await rm(join(folder, Object.keys(use.files)[0]!));
    const path = join(folder, 'trust.onnx');
    const again = await runPlainly(path, inputs, use);
    const mcp = await runPlainly(path, inputs, { ...use, output: 'score/mcp' });
    const largest = Math.max(...predictions.flat().map(Math.abs));
    // Half floats round by 2^-11, and so does every layer.
    const tolerance = isHalf ? 2 ** -7 : 2 ** -18;
    predictions.forEach((row, i) => {
      row.forEach((value, k) =>
        expect(Math.abs(again[i]![k]! - value), `row ${i}`).toBeLessThanOrEqual(tolerance * largest),
      );
      const expected = use.gives === 'probabilities' ? 1 - Math.max(...row) : mcpOf(row);
      expect(Math.abs(mcp[i]![0]! - expected), `MCP of row ${i}`).toBeLessThanOrEqual(
        tolerance * Math.max(1, largest),
      );
    });
    expect(decodeOnnx(new Uint8Array(await readFile(path))).outputs).toEqual(
      expect.arrayContaining(scores.map((name) => `score/${name}`)),
    );
  });
});

describe('what a model does not allow is said', () => {
  const assess = async (folder: string, ...more: readonly string[]): Promise<Outcome> =>
    credence.run(
      folder,
      'assess',
      '--model',
      'model.onnx',
      '--validation',
      'val.npz',
      '--test',
      'test.npz',
      ...more,
    );

  test.each(['linear', 'trees'] as const)('scikit-learn, %s: scores of probabilities work', async (kind) => {
    const output = kind === 'linear' ? 'output_label' : 'label';
    const own = { model: learned(kind), shape: [4], output, gives: 'label' } as const;
    const { folder } = await workshop(kind, own);
    const scores = ['--scores', 'mcp,energy,mahalanobis,odin'];
    const ran = await assess(folder, ...scores, '--out', 'out', '--quiet');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const results = assessmentSchema.parse(await jsonOf(join(folder, 'out/results.json')));
    expect(results.classifier.accuracy).toBeCloseTo(ACCURACY, 12);
    expect(results.scores.map(({ name }) => name)).toEqual(['mcp', 'energy']);
    expect(results.unavailable.map(({ name }) => name)).toEqual(['mahalanobis', 'odin']);
    const data = ['--validation', 'val.npz', '--out', 'trust.onnx', '--quiet'];
    const exported = await credence.run(
      folder,
      'export',
      '--model',
      'model.onnx',
      ...data,
      '--scores',
      'mcp,energy',
    );
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    const scored = await credence.run(
      folder,
      'score',
      '--model',
      'trust.onnx',
      '--input',
      'val.npz',
      '--quiet',
    );
    expect(scored).toMatchObject({ code: 0, stderr: '' });
    expect(scored.stdout.split('\n').length).toBeGreaterThan(200);
    const refused = await credence.run(
      folder,
      'export',
      '--model',
      'model.onnx',
      ...data,
      '--scores',
      'mcp,odin',
    );
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(kind === 'linear' ? /LinearClassifier/ : /TreeEnsembleClassifier/);
    expect(refused.stderr).toMatch(/without them: --scores mcp/);
    await rm(folder, { recursive: true });
  });

  test('an operation without a derivative: ODIN does not work, and it is named', async () => {
    const own = { model: withForeignOperation(fixture('residual')), shape: images };
    const { folder } = await workshop('foreign', own);
    const ran = await assess(folder, '--scores', 'mcp,mahalanobis,laplace.diagonal,odin', '--out', 'out');
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/derivative +missing for FastGelu/);
    expect(ran.stderr).toMatch(/no ODIN: .*FastGelu/);
    const results = assessmentSchema.parse(await jsonOf(join(folder, 'out/results.json')));
    expect(results.scores.map(({ name }) => name)).toEqual(['mcp', 'mahalanobis', 'laplace.diagonal']);
    await rm(folder, { recursive: true });
  });

  test('two inputs, or two outputs that may be the prediction', async () => {
    const { folder } = await workshop('heads', { model: fixture('heads'), shape: [6] });
    const unclear = await assess(folder, '--quiet');
    expect(unclear.code).toBe(1);
    expect(unclear.stderr).toMatch(/one output that can be the logits .*got .*side.*main.*name the value/);
    await writeFile(join(folder, 'model.onnx'), fixture('pair'));
    const paired = await assess(folder, '--quiet');
    expect(paired.code).toBe(1);
    expect(paired.stderr).toMatch(/expected one input .*got left: float32 .*; right: float32/);
    await rm(folder, { recursive: true });
  });
});
