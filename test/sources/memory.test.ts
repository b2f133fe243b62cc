import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { crc32, encodeNpy, gzip } from '#credence/formats/index';
import { tensor } from '#credence/tensor/index';
import { folderOf } from './folder.js';

const ROWS = 10_000;
const WIDTH = 8192;

/** A program that reads all batches and prints how many rows there were and the most bytes that were held after one, garbage aside. */
const PROGRAM = `
const { openSource } = await import(process.argv[1]);
const source = await openSource(process.argv[2]);
let [rows, most] = [0, 0];
for await (const { inputs } of source.batches(50)) {
  if (rows % 1000 === 0) {
    // Twice: the memory of arrays is given back behind the first.
    for (let i = 0; i < 2; i++) {
      globalThis.gc();
      await new Promise(setImmediate);
    }
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    most = Math.max(most, arrayBuffers + heapUsed);
  }
  rows += inputs.shape[0];
}
console.log(JSON.stringify({ rows, most }));
`;

async function measure(path: string): Promise<{ rows: number; most: number }> {
  const library = new URL('../../dist/sources/node/index.js', import.meta.url).href;
  const flags = ['--expose-gc', '--input-type=module', '--eval', PROGRAM, library, path];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  return JSON.parse(stdout) as { rows: number; most: number };
}

/** A zip archive with one deflated file. */
function zipOf(name: string, content: Uint8Array): Uint8Array {
  const packed = deflateRawSync(content, { level: 1 });
  const fields = new Uint8Array(26);
  const view = new DataView(fields.buffer);
  view.setUint16(0, 20, true);
  view.setUint16(4, 8, true);
  view.setUint32(10, crc32(content), true);
  view.setUint32(14, packed.length, true);
  view.setUint32(18, content.length, true);
  view.setUint16(22, name.length, true);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed]);
  const central = Buffer.concat([
    Buffer.from('PK\x01\x02\x14\x00'),
    fields,
    new Uint8Array(14),
    Buffer.from(name),
  ]);
  const end = new Uint8Array(18);
  const endView = new DataView(end.buffer);
  endView.setUint16(4, 1, true);
  endView.setUint16(6, 1, true);
  endView.setUint32(8, central.length, true);
  endView.setUint32(12, local.length, true);
  return Buffer.concat([local, central, Buffer.from('PK\x05\x06'), end]);
}

const array = encodeNpy(tensor('uint8', [ROWS, WIDTH], new Uint8Array(ROWS * WIDTH).fill(3)));

// A batch is 1.6 MB as float32 and 0.4 MB as stored, a piece of a file 1 MB, of which streams hold some; the bound is half of the data.
test.each([
  ['x.npy', () => array],
  ['x.npz', () => zipOf('x.npy', array)],
  ['x.npy.gz', () => gzip(array)],
])('memory is bounded by the batch: %s', async (name, content) => {
  const path = join(folderOf({}), name);
  writeFileSync(path, content());
  const { rows, most } = await measure(path);
  expect(rows).toBe(ROWS);
  expect(most).toBeLessThan((ROWS * WIDTH) / 2);
});
