import { readdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTrust } from '#credence/export/index';
import { decodeNpz, encodeNpz } from '#credence/formats/index';
import { encodeOnnx } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { openModel } from '#credence/inspection/node/index';
import { predict } from '#credence/runtime/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { CONVNET, credence, makeFiles } from './commands.js';
import type { Files, Outcome } from './commands.js';

let files: Files;
let exported: Readonly<Record<string, Tensor>>;

beforeAll(async () => {
  files = await makeFiles();
  const data = ['--model', CONVNET, '--validation', files.path('val.npz')];
  const wanted = ['--scores', 'mcp,knn', '--accept', 'knn=0.3', '--out', files.path('m.trust.onnx')];
  const { code, stderr } = await credence(['export', '--quiet', ...data, ...wanted]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  exported = await predict(
    await openModel(files.path('m.trust.onnx')),
    { input: files.inputs },
    { workers: 0 },
  );
}, 60_000);
afterAll(() => files[Symbol.asyncDispose]());

function score(model: string, ...more: string[]): Promise<Outcome> {
  return credence(['score', '--quiet', '--model', model, '--input', files.path('inputs.npz'), ...more]);
}

const trusted = (...more: string[]): Promise<Outcome> => score(files.path('m.trust.onnx'), ...more);

/** The columns of a CSV without quotes. */
function columnsOf(csv: string): Record<string, string[]> {
  const [names, ...rows] = csv
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
  return Object.fromEntries(names!.map((name, i) => [name, rows.map((row) => row[i]!)]));
}

function predictionsOf(logits: Tensor): number[] {
  const data = logits.data as Float32Array;
  return Array.from({ length: logits.shape[0]! }, (_, i) => {
    const row = [...data.subarray(10 * i, 10 * i + 10)];
    return row.indexOf(Math.max(...row));
  });
}

describe('credence score of an exported model', () => {
  test('writes its predictions, calibrated probabilities, scores and decisions as CSV', async () => {
    const { code, stdout, stderr } = await trusted();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const columns = columnsOf(stdout);
    expect(Object.keys(columns)).toEqual(['prediction', 'probability', 'mcp', 'knn', 'accept']);
    const predictions = predictionsOf(exported['output']!);
    expect(columns['prediction']!.map(Number)).toEqual(predictions);
    const calibrated = exported['calibrated_probabilities']!.data as Float32Array;
    expect(columns['probability']!.map((text) => Math.fround(Number(text)))).toEqual(
      predictions.map((k, i) => calibrated[10 * i + k]),
    );
    for (const name of ['mcp', 'knn']) {
      const values = [...(exported[`score/${name}`]!.data as Float32Array)];
      expect(columns[name]!.map((text) => Math.fround(Number(text)))).toEqual(values);
    }
    const decisions = [...(exported['accept']!.data as Uint8Array)].map((value) => `${value === 1}`);
    expect(columns['accept']).toEqual(decisions);
    expect(new Set(decisions).size).toBe(2);
  });

  test('writes the same whatever the batches, and a .npz with the same arrays', async () => {
    const whole = columnsOf((await trusted('--scores', 'knn')).stdout);
    expect(Object.keys(whole)).toEqual(['prediction', 'probability', 'knn', 'accept']);
    const single = columnsOf((await trusted('--scores', 'knn', '--batch-size', '7')).stdout);
    expect(single['prediction']).toEqual(whole['prediction']);
    single['knn']!.forEach((text, i) => expect(Number(text)).toBeCloseTo(Number(whole['knn']![i]), 5));

    const { code, stdout } = await trusted('--out', files.path('scores.npz'));
    expect([code, stdout]).toEqual([0, '']);
    const arrays = decodeNpz(new Uint8Array(await readFile(files.path('scores.npz'))));
    expect([...arrays.keys()]).toEqual(['prediction', 'probability', 'mcp', 'knn', 'accept']);
    expect(arrays.get('knn')).toEqual(exported['score/knn']);
    expect(arrays.get('accept')).toEqual(exported['accept']);
  });

  test('reads inputs as those of the export were, unless told otherwise', async () => {
    await writeFile(files.path('p.json'), '{ "mean": 0.5, "std": 2 }');
    const graph = await openModel(files.path('m.trust.onnx'));
    const trust = readTrust(graph);
    const withPreprocess = async (preprocess: string): Promise<Outcome> => {
      const data = trust.data.map((own) => ({ ...own, preprocess }));
      const metadata = { 'credence.trust': JSON.stringify({ ...trust, data }) };
      await writeFile(files.path('p.trust.onnx'), encodeOnnx({ ...graph, metadata }));
      return score(files.path('p.trust.onnx'));
    };
    const { stdout } = await withPreprocess('{"mean":0.5,"std":2}');
    expect(stdout).toBe((await trusted('--preprocess', files.path('p.json'))).stdout);
    expect(stdout).not.toBe((await trusted()).stdout);
    const damaged = await withPreprocess('{');
    expect(damaged.stderr).toMatch(/E_FORMAT preprocessing of the export: expected JSON/);
    expect(damaged.code).toBe(1);
  });

  test('refuses scores that it was not exported with', async () => {
    const mistyped = await trusted('--scores', 'knm');
    expect(mistyped.stderr).toMatch(/got 'knm'; did you mean 'knn'/);
    const other = await trusted('--scores', 'mahalanobis');
    expect(other.stderr).toMatch(/export the model again with it/);
    expect([mistyped.code, other.code]).toEqual([2, 2]);
  });
});

describe('credence score of any classifier', () => {
  test('has the scores that need no fitting, with the softmax as the probability', async () => {
    const { code, stdout } = await score(CONVNET, '--scores', 'mcp,mcDropout.variationRatio');
    expect(code).toBe(0);
    const columns = columnsOf(stdout);
    const mcp = [...(exported['score/mcp']!.data as Float32Array)];
    columns['mcp']!.forEach((text, i) => expect(Number(text)).toBeCloseTo(mcp[i]!, 5));
    columns['probability']!.forEach((text, i) => expect(Number(text)).toBeCloseTo(1 - mcp[i]!, 5));
    for (const text of columns['mcDropout.variationRatio']!) {
      // Of 50 passes.
      expect(Math.abs(50 * Number(text) - Math.round(50 * Number(text)))).toBeLessThan(1e-5);
    }
  });

  test('fills up the last run of a model that takes a fixed number of rows', async () => {
    const graph = await openModel(CONVNET);
    const fixed: Graph = {
      ...graph,
      inputs: graph.inputs.map((input) => ({ ...input, shape: [50, ...input.shape.slice(1)] })),
    };
    await writeFile(files.path('fixed.onnx'), encodeOnnx(fixed));
    const { code, stdout } = await score(files.path('fixed.onnx'), '--scores', 'mcp');
    expect(code).toBe(0);
    const columns = columnsOf(stdout);
    expect(columns['prediction']!.map(Number)).toEqual(predictionsOf(exported['output']!));
  });

  test.each([
    ['a score to be fitted', ['--scores', 'mcp,knn'], /--scores knn: expected scores that need no fitting/],
    ['an unknown score', ['--scores', 'enregy'], /did you mean 'energy'/],
    ['Parquet', ['--out', 'scores.parquet'], /Parquet is read but not written yet/],
    ['batches of nothing', ['--batch-size', '0'], /--batch-size: expected an integer/],
  ] as const)('refuses %s', async (_, more, message) => {
    const { code, stderr, stdout } = await score(CONVNET, ...more);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
  });

  test('leaves nothing behind where the inputs end in the middle', async () => {
    const whole = encodeNpz(new Map([['x', tensor('float32', [1, 1, 16, 16], new Float32Array(256))]]));
    await writeFile(files.path('cut.npz'), whole.subarray(0, whole.length - 30));
    const rows = Array.from({ length: 40 }, (_, i) => Array.from({ length: 256 }, () => `${i}.5`).join(','));
    await writeFile(files.path('cut.csv'), [...rows, 'oops'].join('\n'));
    const before = await readdir(files.folder);
    for (const name of ['cut.npz', 'cut.csv']) {
      const out = files.path('no.csv');
      const input = ['--input', files.path(name), '--batch-size', '10', '--out', out];
      const { code, stderr } = await score(CONVNET, ...input);
      expect(stderr).toMatch(/E_(FORMAT|DATA)/);
      expect(code).toBe(1);
      expect(await readdir(files.folder)).toEqual(before);
    }
  });
});
