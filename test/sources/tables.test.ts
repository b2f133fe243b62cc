import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, DataError, FormatError } from '#credence/errors/index';
import { encodeCsv, gzip } from '#credence/formats/index';
import { openSource } from '#credence/sources/node/index';
import type { DataSource, SourceOptions } from '#credence/sources/index';
import { batchesOf, contentOf, folderOf } from './folder.js';

const open = (text: string | Uint8Array, options: SourceOptions = {}, name = 'a.csv'): Promise<DataSource> =>
  openSource(join(folderOf({ [name]: text }), name), options);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

type Column = {
  name: string;
  data: unknown[];
  type?: 'INT32' | 'INT64' | 'FLOAT' | 'DOUBLE' | 'BOOLEAN' | 'STRING';
};
function parquet(columnData: Column[], rowGroupSize = 3): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize }));
}

const iris = 'length,width,species\n5.1,3.5,setosa\n7,3.2,versicolor\n4.9,3,setosa\n';
const flowers = { shape: [2], inputs: [5.1, 3.5, 7, 3.2, 4.9, 3].map(Math.fround), labels: [0, 1, 0] };

describe('CSV', () => {
  test.each<[string, string | Uint8Array, SourceOptions, string]>([
    ['names in the last column', iris, {}, 'a.csv'],
    ['gzipped', gzip(utf8(iris)), {}, 'a.csv.gz'],
    ['without an extension', iris, {}, 'table'],
    ['tabs', iris.replaceAll(',', '\t'), {}, 'a.tsv'],
    ['another delimiter', iris.replaceAll(',', ';'), { delimiter: ';' }, 'a.csv'],
    ['a column called label in front', 'label,a,b\nx,5.1,3.5\ny,7,3.2\nx,4.9,3\n', {}, 'a.csv'],
    [
      'columns by name',
      'id,b,kind,a\n1,3.5,x,5.1\n2,3.2,y,7\n3,3,x,4.9\n',
      { inputs: ['a', 'b'], labels: 'kind' },
      'a.csv',
    ],
    ['no header', '5.1,3.5,x\n7,3.2,y\n4.9,3,x\n', {}, 'a.csv'],
    ['no header, by number', 'x,5.1,3.5\ny,7,3.2\nx,4.9,3\n', { labels: '0' }, 'a.csv'],
    [
      'numbers as names of columns',
      '0,1,2,label\n5.1,3.5,9,0\n7,3.2,9,1\n4.9,3,9,0\n',
      { inputs: ['0', '1'] },
      'a.csv',
    ],
    ["pandas' index", ',a,b,y\n0,5.1,3.5,0\n1,7,3.2,1\n2,4.9,3,0\n', {}, 'a.csv'],
    ['a header that is stated', '1,2,3\n5.1,3.5,0\n7,3.2,1\n4.9,3,0\n', { header: true }, 'a.csv'],
    ['quotes, spaces and CR LF', '"a","b","y"\r\n" 5.1","3.5"," s "\r\n7,3.2,v\r\n4.9,3,s\r\n', {}, 'a.csv'],
    ['labels that are whole numbers', 'a,b,y\n5.1,3.5,0.0\n7,3.2,1.0\n4.9,3,0\n', {}, 'a.csv'],
  ])('reads %s', async (_, text, options, name) => {
    const source = await open(text, options, name);
    expect(await contentOf(source, 2)).toEqual(flowers);
    expect(await contentOf(source, 50)).toEqual(flowers);
  });

  test('knows the classes and the count once it has seen the names, and takes those it is given', async () => {
    const source = await open(iris);
    expect([source.classes, source.count]).toEqual([['setosa', 'versicolor'], 3]);
    const given = await open(iris, { classes: ['virginica', 'versicolor', 'setosa'] });
    expect((await contentOf(given)).labels).toEqual([2, 1, 2]);
    const numbers = await open('a,y\n1,3\n2,7\n', { classes: ['7', '3'] });
    expect((await contentOf(numbers)).labels).toEqual([1, 0]);
    const indices = await open('a,y\n1,0\n2,1\n', { classes: ['cat', 'dog'] });
    expect([indices.classes, (await contentOf(indices)).labels]).toEqual([
      ['cat', 'dog'],
      [0, 1],
    ]);
  });

  test('sorts names as Python does', async () => {
    const names = ['b', 'B', '10', '9', '\u{1f600}', '\uff21', 'é', '_'];
    const source = await open(encodeCsv({ a: names.map(() => 1), y: names }), { header: true });
    // python3: sorted(['b', 'B', '10', '9', '😀', 'Ａ', 'é', '_'])
    expect(source.classes).toEqual(['10', '9', 'B', '_', 'b', 'é', 'Ａ', '😀']);
  });

  test('folds flat rows into the shape of the model, and then needs no labels', async () => {
    const source = await open('a,b,c,d\n1,2,3,4\n5,6,7,8\n', { shape: [1, 2, 2] });
    expect(source.labelled).toBe(false);
    expect((await batchesOf(source, 2))[0]!.inputs.shape).toEqual([2, 1, 2, 2]);
    const labelled = await open('a,b,c,d,e\n1,2,3,4,0\n', { shape: [1, 2, 2] });
    expect((await contentOf(labelled)).labels).toEqual([0]);
    expect((await open('a,b\n1,2\n', { labels: false })).shape).toEqual([2]);
  });

  test('normalises each feature', async () => {
    const source = await open('a,b,y\n1,20,0\n3,40,1\n', { preprocess: { mean: [1, 20], std: [2, 10] } });
    expect((await contentOf(source)).inputs).toEqual([0, 0, 1, 2]);
  });

  const read = async (text: string | Uint8Array, options: SourceOptions = {}): Promise<unknown> =>
    contentOf(await open(text, options));

  test.each<[string, () => Promise<unknown>, abstract new (...args: never[]) => Error, RegExp]>([
    ['no rows', () => read('a,b,y\n'), DataError, /at least one row/],
    [
      'rows of differing lengths',
      () => read('a,b,y\n1,2,0\n1,2\n'),
      DataError,
      /3 fields, as the first has, got 2 \(.*line 3\)/,
    ],
    [
      'a missing value',
      () => read('a,b,y\n1,2,0\n1,,1\n'),
      DataError,
      /a missing value \(''\) \(.*line 3, column 'b'\)/,
    ],
    ['NaN', () => read('a,b,y\n1,nan,0\n'), DataError, /a missing value \('nan'\)/],
    ['infinity', () => read('a,b,y\n1,Infinity,0\n'), DataError, /got Infinity .*column 'b'/],
    [
      'a text among features',
      () => read('a,b,y\n1,red,0\n'),
      DataError,
      /a number, got 'red' .*name the feature columns/,
    ],
    [
      'a label beyond the classes',
      () => read('a,y\n1,0\n1,2\n', { classes: 2 }),
      DataError,
      /0 to 1, got 2 .*line 3/,
    ],
    ['a label that is no integer', () => read('a,y\n1,0\n1,0.5\n'), DataError, /got 0.5/],
    [
      'a name among integers',
      () => read('a,y\n1,0\n1,cat\n'),
      DataError,
      /an integer, as the first row has, got 'cat'/,
    ],
    [
      'an unknown name',
      () => read('a,y\n1,cat\n1,dgo\n', { classes: ['cat', 'dog'] }),
      DataError,
      /did you mean 'dog'/,
    ],
    ['a class without a name', () => read('a,y\n1,cat\n1,\n'), DataError, /an empty field/],
    [
      'fewer classes than there are',
      () => read('a,y\n1,cat\n2,cat\n', { classes: 2 }),
      DataError,
      /classes: expected 2, got 1 \(cat\).*name all classes/,
    ],
    [
      'a column that is not there',
      () => read(iris, { labels: 'specis' }),
      ConfigurationError,
      /did you mean 'species'/,
    ],
    [
      'a column that is there twice',
      () => read('a,a,y\n1,2,0\n', { inputs: 'a' }),
      ConfigurationError,
      /several/,
    ],
    [
      'labels as features',
      () => read('a,y\n1,0\n', { inputs: ['a', 'y'], labels: 'y' }),
      ConfigurationError,
      /at least one feature column/,
    ],
    [
      'another delimiter',
      () => read('a;b;y\n1;2;0\n'),
      ConfigurationError,
      /name the character between the fields/,
    ],
    ['no delimiter', () => read('a\n1\n', { delimiter: '' }), ConfigurationError, /one character/],
    ['other bytes', () => read(Uint8Array.of(...utf8('a,y\n1,'), 0xff, 0xfe)), FormatError, /UTF-8/],
    ['an open quote', () => read('a,y\n1,"b\n'), FormatError, /a closing quote/],
  ])('refuses %s', async (_, action, kind, message) => {
    const error: unknown = await action().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
  });

  test('reads what encodeCsv writes, in batches of any size', async () => {
    const number = fc.double({ min: -1e30, max: 1e30, noNaN: true });
    const rows = fc.array(fc.record({ a: number, b: number, y: fc.nat({ max: 9 }) }), {
      minLength: 1,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 50 }), async (table, size) => {
        const [a, b, y] = (['a', 'b', 'y'] as const).map((name) => table.map((row) => row[name]));
        const content = await contentOf(
          await open(encodeCsv({ a: a!, b: b!, y: y! }), { header: true }),
          size,
        );
        expect(content.inputs).toEqual(table.flatMap((row) => [Math.fround(row.a), Math.fround(row.b)]));
        expect(content.labels).toEqual(y);
      }),
      { numRuns: 50 },
    );
  });
});

describe('Parquet', () => {
  const [a, b] = [Array.from({ length: 10 }, (_, i) => i / 4), Array.from({ length: 10 }, (_, i) => i * i)];
  const inputs = a.flatMap((value, i) => [value, b[i]!]);
  const names = a.map((_, i) => ['cat', 'dog', 'ant'][i % 3]!);
  const features: Column[] = [
    { name: 'a', data: a, type: 'DOUBLE' },
    { name: 'b', data: b, type: 'INT32' },
  ];

  test.each<[string, Column, SourceOptions, number[]]>([
    ['names', { name: 'kind', data: names }, {}, names.map((name) => ['ant', 'cat', 'dog'].indexOf(name))],
    ['integers', { name: 'y', data: b.map((_, i) => i % 3), type: 'INT32' }, {}, b.map((_, i) => i % 3)],
    [
      '64-bit integers',
      { name: 'y', data: b.map((_, i) => BigInt(i % 3)), type: 'INT64' },
      {},
      b.map((_, i) => i % 3),
    ],
    [
      'booleans',
      { name: 'y', data: b.map((_, i) => i % 2 === 0), type: 'BOOLEAN' },
      {},
      b.map((_, i) => 1 - (i % 2)),
    ],
    ['floats', { name: 'y', data: b.map((_, i) => i % 2), type: 'FLOAT' }, {}, b.map((_, i) => i % 2)],
  ])('reads labels that are %s, over row groups', async (_, label, options, labels) => {
    const source = await open(parquet([...features, label]), options, 'a.parquet');
    expect(source.count).toBe(10);
    for (const size of [1, 4, 100])
      expect(await contentOf(source, size)).toEqual({ shape: [2], inputs, labels });
  });

  test('takes columns by name', async () => {
    const bytes = parquet([
      { name: 'label', data: b.map((_, i) => i % 2) },
      ...features,
      { name: 'id', data: names },
    ]);
    const source = await open(bytes, { inputs: ['b', 'a'], labels: 'label' }, 'a.parquet');
    expect((await contentOf(source)).inputs).toEqual(a.flatMap((value, i) => [b[i], value]));
  });

  test.each(['snappy', 'zstd', 'gzip', 'brotli', 'lz4'])('reads what Arrow wrote with %s', async (codec) => {
    const path = fileURLToPath(new URL(`../fixtures/tables/arrow-${codec}.parquet`, import.meta.url));
    const rows = Array.from({ length: 20 }, (_, i) => i);
    const source = await openSource(path, { inputs: ['a', 'b', 'c'], labels: 'kind' });
    expect([source.count, source.classes]).toEqual([20, ['ant', 'cat', 'dog']]);
    expect(await contentOf(source, 6)).toEqual({
      shape: [3],
      inputs: rows.flatMap((i) => [i / 8, i * i, Math.fround(i / 3)]),
      labels: rows.map((i) => (i + 1) % 3),
    });
    await expect(openSource(path, { inputs: 'vector' })).rejects.toThrow(
      /a column: a, b, c, kind, label, got 'vector'/,
    );
    expect((await contentOf(await openSource(path, { inputs: 'b' }))).labels).toEqual(rows.map((i) => i % 2));
  });

  const read = async (bytes: Uint8Array, options: SourceOptions = {}): Promise<unknown> =>
    contentOf(await open(bytes, options, 'a.parquet'));

  test.each<[string, () => Promise<unknown>, abstract new (...args: never[]) => Error, RegExp]>([
    [
      'no rows',
      () => read(parquet([{ name: 'a', data: [], type: 'DOUBLE' }])),
      DataError,
      /at least one row/,
    ],
    [
      'a null',
      () =>
        read(
          parquet([
            { name: 'a', data: [1, null, 3], type: 'DOUBLE' },
            { name: 'y', data: [0, 1, 0] },
          ]),
        ),
      DataError,
      /a missing value.*row 1, column 'a'/,
    ],
    [
      'a null label',
      () =>
        read(
          parquet([
            { name: 'a', data: [1, 2], type: 'DOUBLE' },
            { name: 'y', data: ['x', null], type: 'STRING' },
          ]),
        ),
      DataError,
      /an empty field/,
    ],
    [
      'a text among features',
      () =>
        read(
          parquet([
            { name: 'a', data: ['1', 'x'] },
            { name: 'y', data: [0, 1] },
          ]),
        ),
      DataError,
      /got 'x'/,
    ],
  ])('refuses %s', async (_, action, kind, message) => {
    const error: unknown = await action().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
  });

  test('refuses a file that is damaged with an error of its own', async () => {
    const intact = parquet([...features, { name: 'kind', data: names }]);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: intact.length - 1 }),
        fc.nat({ max: 7 }),
        fc.boolean(),
        async (at, bit, cut) => {
          const bytes = intact.slice(0, cut ? at : intact.length);
          if (!cut) bytes[at]! ^= 1 << bit;
          const error: unknown = await read(bytes).catch((cause: unknown) => cause);
          if (error instanceof Error) expect((error as { code?: string }).code).toMatch(/^E_/);
        },
      ),
      { numRuns: 200 },
    );
  });
});
