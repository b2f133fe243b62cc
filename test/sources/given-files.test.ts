import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, DataError, FormatError } from '#credence/errors/index';
import { encodeIdx, encodeNpy, encodeNpz, encodePng, gzip } from '#credence/formats/index';
import { openFiles } from '#credence/sources/index';
import type { GivenFile, SourceOptions } from '#credence/sources/index';
import { openSource } from '#credence/sources/node/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { contentOf, folderOf } from './folder.js';

const x = tensor(
  'float32',
  [5, 2],
  Float32Array.from({ length: 10 }, (_, i) => i / 4),
);
const y = tensor('int64', [5], BigInt64Array.from([0n, 1n, 2n, 1n, 0n]));
const bytes = tensor(
  'uint8',
  [4, 2, 3],
  Uint8Array.from({ length: 24 }, (_, i) => 10 * i),
);
const labels = tensor('uint8', [4], Uint8Array.of(0, 1, 1, 0));
const picture = (value: number): Uint8Array =>
  encodePng({ width: 3, height: 2, data: new Uint8Array(6).fill(value) });
const table = Array.from({ length: 40 }, (_, i) => `${i / 8},${i % 7},${['a', 'b', 'c'][i % 3]}\n`).join('');
const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))));

type Files = Readonly<Record<string, Uint8Array | string>>;

describe('files of a page give what the files of the disk do', () => {
  const npz = encodeNpz(
    new Map<string, Tensor>([
      ['x', x],
      ['y', y],
    ]),
  );
  const cases: Readonly<Record<string, { files: Files; open: string; options?: SourceOptions }>> = {
    npz: { files: { 'val.npz': npz }, open: 'val.npz' },
    'npy and labels': { files: { 'x.npy': encodeNpy(x), 'y.npy': encodeNpy(y) }, open: 'x.npy' },
    'IDX, gzipped, named and preprocessed': {
      files: {
        't10k-images-idx3-ubyte.gz': gzip(encodeIdx(bytes)),
        't10k-labels-idx1-ubyte.gz': gzip(encodeIdx(labels)),
      },
      open: 't10k-images-idx3-ubyte.gz',
      options: { shape: ['N', 2, 3].slice(1), preprocess: { scale: 1 / 255, mean: 0.1 } },
    },
    CSV: { files: { 'a.csv': `u,v,kind\n${table}` }, open: 'a.csv' },
    'CSV, gzipped': { files: { 'a.csv.gz': gzip(new TextEncoder().encode(table)) }, open: 'a.csv.gz' },
    Parquet: {
      files: { 'p.parquet': fixture('tables/arrow-snappy.parquet') },
      open: 'p.parquet',
      options: { labels: 'kind' },
    },
    'a folder of images for each class': {
      files: {
        'set/cat/1.png': picture(9),
        'set/cat/2.png': picture(90),
        'set/ant/deep/1.png': picture(200),
        'set/.DS_Store': 'x',
      },
      open: 'set',
    },
    'images alone': { files: { 'set/1.png': picture(9), 'set/2.png': picture(90) }, open: 'set' },
  };
  test.each(Object.entries(cases))('%s', async (_, { files, open, options }) => {
    const folder = folderOf(files);
    const expected = await openSource(join(folder, open), options ?? {});
    const given = await openFiles(givenOf(files), options as object);
    expect(await contentOf(given)).toEqual(await contentOf(expected));
    expect([given.count, given.classes, given.labelled]).toEqual([
      expected.count,
      expected.classes,
      expected.labelled,
    ]);
  });

  test('every Parquet codec', async () => {
    const tables = fileURLToPath(new URL('../fixtures/tables', import.meta.url));
    for (const name of readdirSync(tables).filter((file) => file.endsWith('.parquet'))) {
      const given = await openFiles(givenOf({ [name]: fixture(`tables/${name}`) }), { labels: 'kind' });
      const expected = await openSource(join(tables, name), { labels: 'kind' });
      expect(await contentOf(given)).toEqual(await contentOf(expected));
    }
  });
});

describe('what cannot be read is said', () => {
  test.each<[string, Files, new (...args: never) => Error, string]>([
    ['no file', {}, DataError, 'expected a file'],
    ['two sets', { 'a.csv': table, 'b.csv': table }, ConfigurationError, 'choose the files of one set'],
    ['a truncated archive', { 'a.npz': encodeNpz(new Map([['x', x]])).slice(0, 60) }, FormatError, 'a.npz'],
    ['a truncated array', { 'x.npy': encodeNpy(x).slice(0, -3) }, FormatError, 'the file is truncated'],
    ['damaged gzip', { 'x.npy.gz': gzip(encodeNpy(x)).slice(0, -20) }, FormatError, 'truncated or corrupt'],
    ['something else', { 'a.bin': Uint8Array.of(9, 8, 7, 0, 1) }, FormatError, 'expected .npz, .npy'],
    [
      'images beside folders',
      { 's/1.png': picture(1), 's/c/1.png': picture(2) },
      DataError,
      'beside folders',
    ],
    ['an image that is not read', { 's/1.png': picture(1), 's/2.gif': 'GIF89a' }, DataError, 'convert it'],
  ])('%s', async (_, files, kind, message) => {
    const reading = openFiles(givenOf(files)).then((source) => contentOf(source));
    await expect(reading).rejects.toThrow(kind);
    await expect(reading).rejects.toThrow(message);
  });

  test('reading that is given up leaves nothing open', async () => {
    const source = await openFiles(givenOf({ 'a.csv.gz': gzip(new TextEncoder().encode(table)) }));
    for await (const batch of source.batches(2)) {
      expect(batch.inputs.shape).toEqual([2, 2]);
      break;
    }
    expect((await contentOf(source)).inputs).toHaveLength(80);
  });
});

function givenOf(files: Files): GivenFile[] {
  return Object.entries(files).map(([path, content]) => ({
    path,
    blob: new Blob([typeof content === 'string' ? content : content.slice()]),
  }));
}
