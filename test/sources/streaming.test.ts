import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { encodeIdx, encodeNpz, encodePng, gzip } from '#credence/formats/index';
import { tensor } from '#credence/tensor/index';
import { folderOf } from './folder.js';

/**
 * A program that reads all batches and prints how many rows there were and how much more memory was held after one than before
 * the source was opened, garbage aside.
 */
const PROGRAM = `
const { openSource } = await import(process.argv[1]);
const held = async () => {
  // Twice: the memory of arrays is given back behind the first.
  for (let i = 0; i < 2; i++) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
};
const before = await held();
const source = await openSource(process.argv[2]);
let [rows, batches, most] = [0, 0, 0];
for await (const { inputs } of source.batches(100)) {
  if (batches++ % 20 === 0) most = Math.max(most, await held());
  rows += inputs.shape[0];
}
console.log(JSON.stringify({ rows, most: most - before }));
`;

async function measure(path: string): Promise<{ rows: number; most: number }> {
  const library = new URL('../../dist/sources/node/index.js', import.meta.url).href;
  const flags = ['--expose-gc', '--input-type=module', '--eval', PROGRAM, library, path];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  return JSON.parse(stdout) as { rows: number; most: number };
}

const [ROWS, WIDTH] = [40_000, 50];
const numbers = Float64Array.from({ length: ROWS * WIDTH }, (_, i) => ((i * 7919) % 9973) / 64);
const pixels = Uint8Array.from({ length: 4000 * 64 * 64 }, (_, i) => (i * 31) % 251);

function table(): string {
  const names = Array.from({ length: WIDTH }, (_, j) => `x${j}`);
  const lines = Array.from({ length: ROWS }, (_, i) =>
    [...numbers.subarray(i * WIDTH, (i + 1) * WIDTH), i % 3].join(),
  );
  return [[...names, 'label'].join(), ...lines].join('\n');
}

function parquet(): Uint8Array {
  const columns = Array.from({ length: WIDTH }, (_, j) => ({
    name: `x${j}`,
    data: Float64Array.from({ length: ROWS }, (_unused, i) => numbers[i * WIDTH + j]!),
    type: 'DOUBLE' as const,
  }));
  const label = {
    name: 'label',
    data: Int32Array.from({ length: ROWS }, (_, i) => i % 3),
    type: 'INT32' as const,
  };
  return new Uint8Array(parquetWriteBuffer({ columnData: [...columns, label], rowGroupSize: 1000 }));
}

/** Images of classes 0 to 3, 64 x 64. */
function images(folder: string, n: number): void {
  for (let i = 0; i < n; i++) {
    const own = join(folder, `${i % 4}`);
    if (i < 4) mkdirSync(own, { recursive: true });
    const data = pixels.subarray(i * 64 * 64, (i + 1) * 64 * 64);
    writeFileSync(join(own, `${i}.png`), encodePng({ width: 64, height: 64, data }));
  }
}

const bytes = tensor('uint8', [4000, 64, 64], pixels);

// A batch, a row group and a piece of a file are 2 MB at most, half of the data the bound. A piece of CSV becomes 20 MB of fields, all
// of them would be 100.
test.each<[string, number, number, (path: string) => void]>([
  ['x.idx.gz', 4000, pixels.length / 2, (path) => writeFileSync(path, gzip(encodeIdx(bytes)))],
  ['x.npz', 4000, pixels.length / 2, (path) => writeFileSync(path, encodeNpz(new Map([['x', bytes]])))],
  ['x.csv', ROWS, 2 ** 25, (path) => writeFileSync(path, table())],
  ['x.parquet', ROWS, (ROWS * WIDTH * 8) / 2, (path) => writeFileSync(path, parquet())],
  ['images', 1600, (1600 * 64 * 64 * 4) / 2, (path) => images(path, 1600)],
])('memory is bounded by the batch: %s', async (name, rows, bound, write) => {
  const path = join(folderOf({}), name);
  write(path);
  const measured = await measure(path);
  expect(measured.rows).toBe(rows);
  expect(measured.most).toBeLessThan(bound);
});
