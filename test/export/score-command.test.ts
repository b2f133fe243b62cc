import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTrust } from '#credence/export/index';
import { decodeNpz, encodeNpy, encodeNpz } from '#credence/formats/index';
import { encodeOnnx } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { openModel } from '#credence/inspection/node/index';
import { predict } from '#credence/runtime/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { runCommand } from '../cli/in-process.js';
import { CONVNET, makeFiles } from './commands.js';
import type { Files, Outcome } from './commands.js';

let files: Files;
let exported: Readonly<Record<string, Tensor>>;

beforeAll(async () => {
  files = await makeFiles();
  const data = ['--model', CONVNET, '--validation', files.path('val.npz')];
  const wanted = ['--scores', 'mcp,knn', '--accept', 'knn=0.3', '--out', files.path('m.trust.onnx')];
  const { code, stderr } = await runCommand(['export', '--quiet', ...data, ...wanted]);
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
  return runCommand(['score', '--quiet', '--model', model, '--input', files.path('inputs.npz'), ...more]);
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

  test('writes Parquet with the columns of the CSV, in row groups', async () => {
    const out = files.path('scores.parquet');
    const { code, stdout, stderr } = await trusted('--out', out);
    expect([code, stdout, stderr]).toEqual([0, '', '']);
    const file = await asyncBufferFromFile(out);
    const { schema, row_groups: groups } = await parquetMetadataAsync(file);
    expect(schema.slice(1).map(({ name, type }) => `${name} ${type}`)).toEqual([
      'prediction INT32',
      'probability FLOAT',
      'mcp FLOAT',
      'knn FLOAT',
      'accept BOOLEAN',
    ]);
    expect(groups).toHaveLength(1);
    const rows: Record<string, unknown>[] = await parquetReadObjects({ file });
    const logits = exported['output']!;
    expect(rows.map((row) => row['prediction'])).toEqual(predictionsOf(logits));
    for (const name of ['mcp', 'knn'])
      expect(rows.map((row) => row[name])).toEqual([...(exported[`score/${name}`]!.data as Float32Array)]);
    const decisions = [...(exported['accept']!.data as Uint8Array)];
    expect(rows.map((row) => row['accept'])).toEqual(decisions.map((value) => value === 1));
  });

  test('names the classes where the export knows them', async () => {
    const graph = await openModel(files.path('m.trust.onnx'));
    const trust = readTrust(graph);
    const names = Array.from({ length: 10 }, (_, k) => (k === 6 ? 'a "six", a 6' : `class ${k}`));
    const metadata = {
      'credence.trust': JSON.stringify({ ...trust, classifier: { ...trust.classifier, classes: names } }),
    };
    await writeFile(files.path('n.trust.onnx'), encodeOnnx({ ...graph, metadata }));
    const out = files.path('names.parquet');
    expect((await score(files.path('n.trust.onnx'), '--out', out)).code).toBe(0);
    const rows: Record<string, unknown>[] = await parquetReadObjects({
      file: await asyncBufferFromFile(out),
    });
    expect(rows.map((row) => row['class'])).toEqual(rows.map((row) => names[Number(row['prediction'])]));
    const { stdout } = await score(files.path('n.trust.onnx'), '--scores', 'mcp');
    expect(stdout).toMatch(/^prediction,class,probability,mcp,accept\r\n/);
    expect(stdout).toContain('6,"a ""six"", a 6",');
    expect((await score(files.path('n.trust.onnx'), '--out', files.path('n.npz'))).code).toBe(0);
    const arrays = decodeNpz(new Uint8Array(await readFile(files.path('n.npz'))));
    expect([...arrays.keys()]).not.toContain('class');
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
    [
      'a format that is not written',
      ['--out', 'scores.xlsx'],
      /a \.csv, \.parquet, \.npz, or - for CSV on stdout/,
    ],
    ['batches of nothing', ['--batch-size', '0'], /--batch-size: expected an integer/],
  ] as const)('refuses %s', async (_, more, message) => {
    const { code, stderr, stdout } = await score(CONVNET, ...more);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
  });

  test('leaves nothing behind where the inputs end in the middle, or are none', async () => {
    const whole = encodeNpz(new Map([['x', tensor('float32', [1, 1, 16, 16], new Float32Array(256))]]));
    await writeFile(files.path('cut.npz'), whole.subarray(0, whole.length - 30));
    const rows = Array.from({ length: 40 }, (_, i) => Array.from({ length: 256 }, () => `${i}.5`).join(','));
    await writeFile(files.path('cut.csv'), [...rows, 'oops'].join('\n'));
    const numbers = new Float32Array(2 * 256).fill(1);
    numbers[300] = NaN;
    await writeFile(
      files.path('nan.npz'),
      encodeNpz(new Map([['x', tensor('float32', [2, 1, 16, 16], numbers)]])),
    );
    const before = await readdir(files.folder);
    const cases = [
      ['cut.npz', 'no.csv', /E_FORMAT/],
      ['cut.csv', 'no.csv', /E_(FORMAT|DATA)/],
      ['cut.csv', 'no.parquet', /E_(FORMAT|DATA)/],
      ['nan.npz', 'no.npz', /E_DATA .*example 1.* got NaN .*element 44/],
      ['none.npz', 'no.csv', /E_FILE .*no such file/],
    ] as const;
    for (const [name, out, message] of cases) {
      const input = ['--input', files.path(name), '--batch-size', '10', '--out', files.path(out)];
      const { code, stderr } = await score(CONVNET, ...input);
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(code).toBe(1);
      expect(await readdir(files.folder)).toEqual(before);
    }
  });

  test.each(['csv', 'parquet', 'npz'])(
    'leaves nothing behind where the disk is full: .%s',
    async (format) => {
      const before = await readdir(files.folder);
      // Blocks of 512 or 1024 bytes.
      const limited = `ulimit -f 1; exec "$@"`;
      const args = ['score', '--quiet', '--model', CONVNET, '--input', files.path('inputs.npz'), '--out'];
      const { code, stderr } = await shell(limited, [main, ...args, files.path(`full.${format}`)]);
      expect(stderr).toMatch(/E_FILE cannot write .*full\..*: got a file larger than .* a limit allows/);
      expect(code).toBe(1);
      expect(await readdir(files.folder)).toEqual(before);
    },
  );

  test.each(['csv', 'parquet'])('Ctrl-C leaves nothing behind: .%s', async (format) => {
    const n = 40_000;
    const many = tensor('float32', [n, 1, 16, 16], new Float32Array(n * 256));
    await writeFile(files.path('many.npy'), encodeNpy(many));
    const before = await readdir(files.folder);
    const args = ['score', '--model', CONVNET, '--input', files.path('many.npy'), '--batch-size', '10'];
    // As soon as the file is there that is written to.
    const interrupted = `"$@" & while ! ls -A "${files.folder}" | grep -q tmp$; do sleep 0.05; done; kill -INT $!; wait $!`;
    const { code, stderr } = await shell(`set -m; ${interrupted}`, [
      main,
      ...args,
      '--out',
      files.path(`part.${format}`),
    ]);
    expect(stderr).toMatch(/interrupted credence score: got Ctrl-C; nothing was written/);
    expect(code).toBe(130);
    expect(await readdir(files.folder)).toEqual(before);
  });
});

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A script of the shell with the command line as its arguments. */
function shell(script: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1' };
    execFile('bash', ['-c', script, 'bash', process.execPath, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}
