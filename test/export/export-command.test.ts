import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTrust } from '#credence/export/index';
import { sha256OfFile } from '#credence/files/index';
import { encodeNpz } from '#credence/formats/index';
import { decodeOnnx } from '#credence/graph/index';
import { openModel } from '#credence/inspection/node/index';
import { key, normal } from '#credence/random/index';
import { openSession } from '#credence/runtime/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { CONVNET, credence, makeFiles } from './commands.js';
import type { Files } from './commands.js';

const SCORES = 'mcp,energy,knn,laplace.diagonal,odin,mcDropout.entropy';
const FIXED_DATE = { SOURCE_DATE_EPOCH: '1700000000' };

let files: Files;
beforeAll(async () => {
  files = await makeFiles();
});
afterAll(() => files[Symbol.asyncDispose]());

function exporting(...more: string[]): string[] {
  return ['export', '--quiet', '--model', CONVNET, '--validation', files.path('val.npz'), ...more];
}

describe('credence export', () => {
  test('writes one file that ONNX Runtime runs, and says what it verified; again, it has the same bytes', async () => {
    const make = (name: string): ReturnType<typeof credence> =>
      credence(exporting('--scores', SCORES, '--accept', 'mcp=0.5', '--out', files.path(name)), FIXED_DATE);
    const { code, stdout, stderr } = await make('a.onnx');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/verified on onnxruntime-node, 32 rows: 1 of 1 original outputs to the last bit/);
    expect(stdout).toMatch(/verified on onnxruntime-web, 32 rows/);

    const bytes = await readFile(files.path('a.onnx'));
    const trust = readTrust(decodeOnnx(new Uint8Array(bytes)));
    expect(trust.date).toBe('2023-11-14T22:13:20.000Z');
    expect(trust.model).toEqual({ name: 'convnet.onnx', sha256: await sha256OfFile(CONVNET) });
    expect(trust.data).toMatchObject([{ role: 'validation', name: 'val.npz', examples: 120 }]);
    const session = await ort.InferenceSession.create(bytes);
    const { inputs } = files;
    const results = await session.run({ input: new ort.Tensor('float32', inputs.data, inputs.shape) });
    expect(session.outputNames).toEqual([
      'output',
      'calibrated_probabilities',
      ...SCORES.split(',').map((name) => `score/${name}`),
      'accept',
    ]);
    await session.release();
    const mcp = [...(results['score/mcp']!.data as Float32Array)];
    expect([...(results['accept']!.data as Uint8Array)].map(Boolean)).toEqual(
      mcp.map((score) => score <= 0.5),
    );

    expect((await make('b.onnx')).code).toBe(0);
    expect(Buffer.compare(bytes, await readFile(files.path('b.onnx')))).toBe(0);
  }, 60_000);

  test.each([
    ['an unknown score', ['--scores', 'enregy'], 2, /got 'enregy'; did you mean 'energy'/],
    ['a score twice', ['--scores', 'mcp,mcp'], 2, /--scores: expected each once/],
    ['a threshold that is no number', ['--accept', 'mcp=NaN'], 2, /--accept: expected SCORE=NUMBER/],
    ['no threshold', ['--accept', 'mcp='], 2, /--accept: expected SCORE=NUMBER/],
    ['a rule for another score', ['--accept', 'enregy=1'], 2, /did you mean 'energy'/],
    ['the model itself as the output', ['--out', CONVNET], 2, /--out: expected another file than --model/],
    [
      'a model that is not there',
      ['--model', `${CONVNET}x`],
      1,
      /cannot read .*did you mean 'convnet\.onnx'/,
    ],
    ['features that are not there', ['--features', 'nothing'], 2, /features/],
  ] as const)('refuses %s', async (_, more, expected, message) => {
    const before = await readdir(files.folder);
    const { code, stderr, stdout } = await credence(exporting('--out', files.path('no.onnx'), ...more));
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('E_INTERNAL');
    expect(code).toBe(expected);
    expect(stdout).toBe('');
    expect(await readdir(files.folder)).toEqual(before);
  });

  test('of a model that takes five rows a run, with the scores that so few examples allow', async () => {
    const model = fileURLToPath(new URL('../fixtures/models/mlp.onnx', import.meta.url));
    const graph = await openModel(model);
    expect(graph.inputs[0]!.shape).toEqual([5, 12]);
    const x = tensor('float32', [5, 12], Float32Array.from(normal(key(9), 60)));
    await using session = await openSession(graph);
    const logits = [...((await session.run({ input: x }))['output']!.data as Float32Array)];
    // The least likely class each time: no temperature fits.
    const labels = Int32Array.from({ length: 5 }, (_, i) => {
      const row = logits.slice(4 * i, 4 * i + 4);
      return row.indexOf(Math.min(...row));
    });
    const y = tensor('int32', [5], labels);
    await writeFile(
      files.path('five.npz'),
      encodeNpz(
        new Map<string, Tensor>([
          ['x', x],
          ['y', y],
        ]),
      ),
    );
    const data = ['--model', model, '--validation', files.path('five.npz'), '--out', files.path('five.onnx')];
    const all = await credence(['export', '--quiet', '--scores', 'all', ...data]);
    expect(all.stderr).toBe('');
    expect(all.code).toBe(0);
    for (const left of [
      /left out: temperatureScaledMcp \(/,
      /left out: knn \(/,
      /no calibrated probabilities/,
    ])
      expect(all.stdout).toMatch(left);
    expect(all.stdout).toMatch(/verified on onnxruntime-web, 5 rows/);
    const { outputs } = await openModel(files.path('five.onnx'));
    expect(outputs).toContain('score/odin');
    expect(outputs).not.toContain('score/knn');
    const named = await credence(['export', '--quiet', '--scores', 'knn', ...data]);
    expect(named.stderr).toMatch(/KNN: examples: expected at least k = 50, got 5/);
    expect(named.code).toBe(1);
  }, 60_000);

  test('refuses data without labels, or that are not there', async () => {
    const unlabelled = await credence(exporting('--validation', files.path('inputs.npz')));
    expect(unlabelled.stderr).toMatch(/examples: expected labels, got none/);
    expect(unlabelled.code).toBe(1);
    const missing = await credence(exporting('--validation', files.path('vla.npz')));
    expect(missing.stderr).toMatch(/did you mean 'val\.npz'/);
    expect(missing.code).toBe(1);
  });
});
