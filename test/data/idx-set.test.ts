import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { IdxFile, IdxSet } from '#credence/data/catalogue';
import { loadIdxSet } from '#credence/data/idx-set';
import { idxPlace } from '#credence/data/place';
import { DataError, DownloadError, FileError, FormatError } from '#credence/errors/index';
import { encodeIdx, gzip } from '#credence/formats/index';
import { tensor } from '#credence/tensor/index';
import { serve, temporaryFolder, withRanges } from '../files/server.js';

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A set of a few images, whose files are made here, at the homes that are given. */
function smallSet(...homes: string[]): { set: IdxSet; contents: Map<string, Uint8Array> } {
  const contents = new Map<string, Uint8Array>();
  const file = (name: string, content: Uint8Array): IdxFile => {
    contents.set(name, content);
    const packed = gzip(content);
    return { name, sha256: digest(content), published: { sha256: digest(packed), bytes: packed.length } };
  };
  const split = (prefix: string, count: number, first: number) => ({
    count,
    images: file(`${prefix}-images-idx3-ubyte`, images(count, first)),
    labels: file(`${prefix}-labels-idx1-ubyte`, labels(count)),
  });
  const [train, test] = [split('train', 5, 1), split('t10k', 3, 100)];
  const classes = ['a', 'b', 'c'];
  const set = { name: 'small', title: 'SMALL', classes, homes, folder: 'Small/raw', train, test };
  return { set, contents };
}

function images(count: number, first: number): Uint8Array {
  const pixels = Uint8Array.from({ length: count * 784 }, (_, i) => first + i);
  return encodeIdx(tensor('uint8', [count, 28, 28], pixels));
}

function labels(count: number): Uint8Array {
  return encodeIdx(
    tensor(
      'uint8',
      [count],
      Uint8Array.from({ length: count }, (_, i) => i % 3),
    ),
  );
}

async function put(folder: string, files: Iterable<readonly [string, Uint8Array]>): Promise<void> {
  for (const [name, content] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

const packed = (contents: Map<string, Uint8Array>): [string, Uint8Array][] =>
  [...contents].map(([name, content]) => [`${name}.gz`, gzip(content)]);

const offline = { download: false, train: false };

describe('loadIdxSet, of a folder', () => {
  test.each(['', 'small', 'Small/raw', 'Small'])(
    'finds the files in DIR/%s, plain, gzipped or with a dot',
    async (at) => {
      const { set, contents } = smallSet();
      for (const files of [
        [...contents],
        packed(contents),
        [...contents].map(([name, content]) => [name.replace('-idx', '.idx'), content] as const),
      ]) {
        const data = await temporaryFolder();
        const cache = await temporaryFolder();
        await put(join(data, at), files);
        const loaded = await loadIdxSet(set, { data, cache, download: false, train: true });
        expect(loaded).toMatchObject({ name: 'small', title: 'SMALL', classes: ['a', 'b', 'c'] });
        expect(loaded.source).toBe(`folder ${join(data, at)}`);
        expect(loaded.test.images.shape).toEqual([3, 28, 28]);
        expect([loaded.test.images.data[0], loaded.train?.images.data[0]]).toEqual([100, 1]);
        expect([...(loaded.train?.labels.data ?? [])]).toEqual([0, 1, 2, 0, 1]);
        expect(loaded.sha256).toEqual(
          Object.fromEntries([...contents].map(([name, file]) => [name, digest(file)])),
        );
      }
    },
  );

  test('takes the folder first, then what is packaged, then the cache', async () => {
    const { set, contents } = smallSet();
    const [data, folder, cache] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
    const packaged = [idxPlace(set, folder, 'package')];
    const source = async (): Promise<string> =>
      (await loadIdxSet(set, { ...offline, data, cache }, packaged)).source;
    await put(join(cache, 'small'), contents);
    expect(await source()).toMatch(/^cached copy of/);
    await put(folder, contents);
    expect(await source()).toBe('package');
    await put(data, contents);
    expect(await source()).toBe(`folder ${data}`);
  });

  const damages: readonly (readonly [
    string,
    string,
    (content: Uint8Array) => Uint8Array,
    new (...args: never[]) => Error,
    RegExp,
  ])[] = [
    [
      'a truncated file',
      't10k-images-idx3-ubyte',
      (content) => content.slice(0, -1),
      FormatError,
      /2368 bytes.*, got 2367 \(.*t10k-images-idx3-ubyte\); the file is truncated/,
    ],
    [
      'an empty file',
      't10k-labels-idx1-ubyte',
      () => new Uint8Array(),
      FormatError,
      /got an empty file \(.*t10k-labels/,
    ],
    [
      'a web page',
      't10k-images-idx3-ubyte',
      () => new TextEncoder().encode('<html>'),
      FormatError,
      /got a web page/,
    ],
    [
      'truncated gzip data',
      't10k-images-idx3-ubyte',
      (content) => gzip(content).slice(0, -1),
      FormatError,
      /truncated or corrupt/,
    ],
    [
      'too few images',
      't10k-images-idx3-ubyte',
      () => images(2, 100),
      DataError,
      /labels: expected 2, one an image, got 3/,
    ],
    [
      'images of another size',
      't10k-images-idx3-ubyte',
      () => encodeIdx(tensor('uint8', [3, 2, 2], new Uint8Array(12))),
      DataError,
      /got uint8 of shape \(3, 2, 2\)/,
    ],
    [
      'a label out of range',
      't10k-labels-idx1-ubyte',
      () => encodeIdx(tensor('uint8', [3], Uint8Array.of(0, 3, 1))),
      DataError,
      /label 1: expected a class of 0 to 2, got 3/,
    ],
    [
      'another content',
      't10k-images-idx3-ubyte',
      () => images(3, 99),
      DataError,
      new RegExp(
        `SMALL: t10k-images-idx3-ubyte: expected SHA-256 ${digest(images(3, 100))}, got ${digest(images(3, 99))} \\(shape \\(3, 28, 28\\)\\) .*; replace the file by the published one`,
      ),
    ],
    [
      'other labels',
      't10k-labels-idx1-ubyte',
      () => encodeIdx(tensor('uint8', [3], Uint8Array.of(2, 1, 0))),
      DataError,
      /t10k-labels-idx1-ubyte: expected SHA-256/,
    ],
  ];
  test.each(damages)('refuses %s', async (_, name, damage, kind, message) => {
    const { set, contents } = smallSet();
    const data = await temporaryFolder();
    await put(data, [...contents, [name, damage(contents.get(name)!)]]);
    const loading = loadIdxSet(set, { ...offline, data });
    await expect(loading).rejects.toThrow(kind);
    await expect(loading).rejects.toThrow(message);
  });

  test('refuses the training files under the names of the test files', async () => {
    const { set, contents } = smallSet();
    const data = await temporaryFolder();
    for (const kind of ['images-idx3-ubyte', 'labels-idx1-ubyte']) {
      await put(data, [[`t10k-${kind}`, contents.get(`train-${kind}`)!]]);
    }
    await expect(loadIdxSet(set, { ...offline, data })).rejects.toThrow(
      /t10k-images-idx3-ubyte: expected SHA-256/,
    );
  });

  test('says which of two files is missing', async () => {
    const { set, contents } = smallSet();
    const data = await temporaryFolder();
    await put(data, [['t10k-images-idx3-ubyte', contents.get('t10k-images-idx3-ubyte')!]]);
    const loading = loadIdxSet(set, { ...offline, data });
    await expect(loading).rejects.toThrow(FileError);
    await expect(loading).rejects.toThrow(
      /SMALL: t10k-labels-idx1-ubyte: expected a file beside .*t10k-images-idx3-ubyte/,
    );
  });

  test('takes a file without a known digest by its structure and count, or as the published .gz', async () => {
    const { set, contents } = smallSet();
    const { sha256: _, ...unknown } = set.test.images;
    const lenient = { ...set, test: { ...set.test, images: unknown } };
    const load = async (pictures: Uint8Array, classes: Uint8Array): Promise<unknown> => {
      const data = await temporaryFolder();
      await put(data, [
        ['t10k-images-idx3-ubyte', pictures],
        ['t10k-labels-idx1-ubyte', classes],
      ]);
      return loadIdxSet(lenient, { ...offline, data });
    };
    const [own, ownLabels] = [
      contents.get('t10k-images-idx3-ubyte')!,
      contents.get('t10k-labels-idx1-ubyte')!,
    ];
    await expect(load(gzip(own), ownLabels)).resolves.toMatchObject({ name: 'small' });
    await expect(load(images(3, 99), ownLabels)).resolves.toMatchObject({ name: 'small' });
    await expect(load(images(2, 99), labels(2))).rejects.toThrow(
      /images-idx3-ubyte: expected SHA-256 [0-9a-f]{64} as \.gz/,
    );
  });

  test('of a folder that is not there, says what may be meant; of a file, that it is none', async () => {
    const { set } = smallSet();
    const folder = await temporaryFolder();
    await put(folder, [['data/x', new Uint8Array()]]);
    await expect(loadIdxSet(set, { ...offline, data: join(folder, 'date') })).rejects.toThrow(
      /did you mean 'data'/,
    );
    await expect(loadIdxSet(set, { ...offline, data: join(folder, 'data', 'x') })).rejects.toThrow(
      /data: expected a folder, got a file/,
    );
  });

  test('that is nowhere, says where it was looked for and how to get it', async () => {
    const { set } = smallSet('http://home/');
    const [data, cache] = [await temporaryFolder(), await temporaryFolder()];
    const loading = loadIdxSet(set, { ...offline, data, cache });
    await expect(loading).rejects.toThrow(FileError);
    await expect(loading).rejects.toThrow(
      `SMALL is not at hand: expected t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, got none in ${join(data, 'small')}`,
    );
    await expect(loading).rejects.toThrow(
      `${join(cache, 'small')}; allow the download, or fetch the files from http://home/`,
    );
  });
});

describe('loadIdxSet, of its homes', () => {
  async function home(contents: ReadonlyMap<string, Uint8Array>) {
    return serve((request, response) => {
      const content = contents.get(/\/([^/]*)\.gz$/.exec(request.url ?? '')?.[1] ?? '');
      if (content === undefined) response.writeHead(404).end();
      else withRanges(gzip(content))(request, response);
    });
  }

  test('downloads into the cache, once', async () => {
    const { contents } = smallSet();
    const { url, requests } = await home(contents);
    const { set } = smallSet(url);
    const cache = await temporaryFolder();
    const names = new Set<string>();
    const onProgress = ({ name }: { name: string }): unknown => names.add(name);
    const loaded = await loadIdxSet(set, { cache, train: false, onProgress });
    expect(loaded.source).toBe(`cached copy of ${url}`);
    expect(loaded.train).toBeUndefined();
    const files = ['t10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz'];
    expect([...names]).toEqual(files);
    expect((await readdir(join(cache, 'small'))).sort()).toEqual(files);
    expect(await loadIdxSet(set, { cache, train: false })).toEqual(loaded);
    expect(await loadIdxSet(set, { cache, ...offline })).toEqual(loaded);
    expect(requests.length).toBe(2);
    expect((await loadIdxSet(set, { cache, train: true })).train?.labels.shape).toEqual([5]);
    expect(requests.length).toBe(4);
  });

  test('fetches a damaged file of the cache again, if it may', async () => {
    const { contents } = smallSet();
    const { url, requests } = await home(contents);
    const { set } = smallSet(url);
    const cache = await temporaryFolder();
    const folder = join(cache, 'small');
    await put(folder, packed(contents));
    const path = join(folder, 't10k-images-idx3-ubyte.gz');
    await writeFile(path, (await readFile(path)).subarray(0, 50));
    await expect(loadIdxSet(set, { cache, ...offline })).rejects.toThrow(FormatError);
    expect((await loadIdxSet(set, { cache, train: false })).test.labels.shape).toEqual([3]);
    expect(requests.length).toBe(1);
  });

  test('passes on what each home said', async () => {
    const { url } = await home(new Map());
    const { set } = smallSet(url, 'http://127.0.0.1:1/');
    const loading = loadIdxSet(set, { cache: await temporaryFolder(), train: false });
    await expect(loading).rejects.toThrow(DownloadError);
    await expect(loading).rejects.toThrow(
      /\(HTTP 404\), http:\/\/127\.0\.0\.1:1\/ \(the connection was refused\)/,
    );
  });
});
