import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const WIDTH = 4096;
/** Of an input as the source makes it, bytes. */
const ROW = 4 * WIDTH;

/**
 * A program that assesses a classifier on sets that are made as they are read, and prints the most bytes that were held
 * while any of them was read, garbage aside.
 */
const PROGRAM = `
const load = (path) => import(new URL(path, process.argv[1]).href);
const { assess } = await load('assessment/index.js');
const { GraphBuilder, gemm, relu } = await load('graph/index.js');
const { inspectClassifier } = await load('inspection/index.js');
const { fold, key, normal } = await load('random/index.js');
const { energy, knn, mahalanobis, mcp, trustScore } = await load('scores/index.js');
const { tensor } = await load('tensor/index.js');
const [width, rows] = [${WIDTH}, Number(process.argv[2])];

const b = new GraphBuilder('wide');
const matrix = (n, m, seed) =>
  b.constant(tensor('float32', [n, m], Float32Array.from(normal(key(seed), n * m), (z) => z / Math.sqrt(n))));
const features = relu(gemm(b.input('x', 'float32', ['N', width]), matrix(width, 32, 1)));
const model = inspectClassifier(b.build({ logits: gemm(features, matrix(32, 3, 2)) }));

let most = 0;
let read = 0;
const held = async () => {
  // Twice: the memory of arrays is given back behind the first.
  for (let i = 0; i < 2; i++) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  most = Math.max(most, arrayBuffers + heapUsed);
};
const noise = normal(key(9), 2 * width);
const made = (name, seed) => ({
  name,
  shape: [width],
  count: rows,
  labelled: true,
  async *batches(size) {
    for (let start = 0, batch = 0; start < rows; start += size, batch++) {
      const n = Math.min(size, rows - start);
      const draws = normal(fold(key(seed), start), n);
      const x = tensor('float32', [n, width], new Float32Array(n * width));
      const y = tensor('int32', [n], new Int32Array(n));
      for (let i = 0; i < n; i++) {
        const shift = Math.abs(Math.round(1000 * draws[i])) % width;
        for (let j = 0; j < width; j++) x.data[i * width + j] = noise[j + shift];
        y.data[i] = shift % 3;
      }
      read += n;
      if (batch % 4 === 3) await held();
      yield { inputs: x, labels: y };
    }
  },
});
const trust = await assess({
  model,
  validation: made('validation', 1),
  train: made('train', 2),
  test: made('test', 3),
  ood: { elsewhere: made('ood', 4) },
  scores: [mcp, energy(), mahalanobis(), knn({ bankSize: 200 }), trustScore({ bankSize: 200 })],
  fitExamples: 500,
  risk: 0.9,
  confidence: 0.9,
  key: key(1),
  resamples: 2,
});
await trust.close();
console.log(JSON.stringify({ most, read, measured: trust.findings.examples.measured }));
`;

async function measure(rows: number): Promise<{ most: number; read: number; measured: number }> {
  const library = new URL('../../dist/', import.meta.url).href;
  const flags = ['--expose-gc', '--input-type=module', '--eval', PROGRAM, library, `${rows}`];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  return JSON.parse(stdout) as { most: number; read: number; measured: number };
}

test('memory is bounded by the batch, whatever the sets', async () => {
  const [small, large] = [1500, 6000];
  const few = await measure(small);
  const many = await measure(large);
  expect([few.measured, many.measured]).toEqual([small, large]);
  // Every set is read, the validation set more than once.
  expect(many.read).toBeGreaterThanOrEqual(5 * large);
  // Kept of an example that is measured: its scores and some numbers, under 200 bytes. Of 4,500 more in each of three sets
  // that is 3 MB; the inputs of one set would be 74 MB.
  expect(many.most - few.most).toBeLessThan(200 * 3 * (large - small) + 2 ** 21);
  expect(200 * 3 * (large - small) + 2 ** 21).toBeLessThan(((large - small) * ROW) / 10);
}, 120_000);
