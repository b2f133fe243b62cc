import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, DataError, FormatError, ShapeError } from '#credence/errors/index';
import { decodeNpz, encodePng } from '#credence/formats/index';
import { openSource } from '#credence/sources/node/index';
import type { SourceOptions } from '#credence/sources/index';
import { decodeJpeg } from '#credence/sources/jpeg';
import { batchesOf, contentOf, folderOf } from './folder.js';
import { arbitraryDamage } from '../formats/arbitrary.js';

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/images/${name}`, import.meta.url)));
const golden = decodeNpz(fixture('expected.npz'));
const rgb = (name: string): number[] => [...(golden.get(name)!.data as Uint8Array)];
const jpegs = [...golden.keys()].filter((name) => name.endsWith('.jpg'));

/** Grey PNG images of one value each. */
const flat = (value: number, width = 3, height = 2): Uint8Array =>
  encodePng({ width, height, data: new Uint8Array(width * height).fill(value) });

describe('decodeJpeg', () => {
  test.each(jpegs)('gives the bytes that Pillow gives: %s', async (name) => {
    const { width, height, channels, data } = await decodeJpeg(fixture(name));
    expect([height, width, channels]).toEqual([13, 18, 4]);
    expect([...data].filter((_, i) => i % 4 < 3)).toEqual(rgb(name));
  });

  test('goes on after failures, several at once too, and leaves no global behind', async () => {
    const cut = fixture('photo-420.jpg').subarray(0, 200);
    for (let i = 0; i < 5; i++) {
      const results = await Promise.allSettled([
        decodeJpeg(cut),
        decodeJpeg(fixture('photo-444.jpg')),
        decodeJpeg(cut),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
    }
    expect('ImageData' in globalThis).toBe(false);
  });

  test('refuses an image that is damaged, or reads one of the size it states', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryDamage(fixture('photo-420.jpg')), async (bytes) => {
        try {
          const { width, height, data } = await decodeJpeg(bytes);
          expect(data.length).toBe(4 * width * height);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('holds the size against the limit before it decodes', async () => {
    const bytes = fixture('photo-420.jpg').slice();
    const frame = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0);
    bytes.set([0xff, 0xff, 0xff, 0xff], frame + 5);
    await expect(decodeJpeg(bytes)).rejects.toThrow(/at most 67108864 pixels, got 65535 x 65535/);
  });
});

describe('openSource on folders of images', () => {
  const files = {
    'dog/b.PNG': flat(30),
    'dog/a.png': flat(20),
    'dog/notes.txt': 'a dog',
    'cat/deep/c.png': flat(10),
    '.hidden/x.png': flat(99),
  };

  test('classes and images are sorted by name', async () => {
    const source = await openSource(folderOf(files));
    expect([source.classes, source.count, source.shape]).toEqual([['cat', 'dog'], 3, [3, 2, 3]]);
    const { inputs, labels } = await contentOf(source, 2);
    expect(labels).toEqual([0, 1, 1]);
    expect(inputs).toEqual([10, 20, 30].flatMap((value) => Array<number>(18).fill(value)));
  });

  test('the pixels are those of Pillow, PNG and JPEG in one folder', async () => {
    const names = ['grey.jpg', 'palette.png', 'photo-420.jpg', 'rgb.png', 'rgba.png'];
    const folder = folderOf(Object.fromEntries(names.map((name) => [`one/${name}`, fixture(name)])));
    const source = await openSource(folder, { preprocess: { layout: 'nhwc' } });
    expect(source.shape).toEqual([13, 18, 3]);
    expect((await contentOf(source, 2)).inputs).toEqual(names.flatMap(rgb));
  });

  test('images become grey on request, and for a model of one channel', async () => {
    const folder = folderOf({ 'one/a.jpg': fixture('photo-420.jpg') });
    for (const options of [
      { preprocess: { grayscale: true } },
      { shape: [1, 13, 18] },
    ] satisfies SourceOptions[]) {
      expect(await contentOf(await openSource(folder, options))).toEqual({
        shape: [1, 13, 18],
        inputs: rgb('luma'),
        labels: [0],
      });
    }
    const grey = folderOf({ 'one/a.png': fixture('grey.png') });
    const { inputs } = await contentOf(await openSource(grey, { shape: ['h', 'w', 1] }));
    expect(inputs).toEqual(rgb('grey.png').filter((_, i) => i % 3 === 0));
  });

  test('images of any size are brought to one, and normalised', async () => {
    const folder = folderOf({ 'one/a.png': flat(100, 5, 4), 'one/b.png': flat(200, 9, 2) });
    const steps = {
      resize: [2, 2] as const,
      scale: 0.01,
      mean: [1, 2, 3],
      std: [1, 2, 4],
      layout: 'nhwc' as const,
    };
    const { shape, inputs } = await contentOf(await openSource(folder, { preprocess: steps }));
    expect(shape).toEqual([2, 2, 3]);
    const pixel = (value: number): number[] => [value - 1, (value - 2) / 2, (value - 3) / 4];
    expect(inputs).toEqual([1, 2].flatMap((value) => Array.from({ length: 4 }, () => pixel(value)).flat()));
  });

  test('an image alone, and a folder of them, have no labels', async () => {
    const folder = folderOf({ 'b.png': flat(2), 'a.png': flat(1) });
    const source = await openSource(folder, { classes: ['x', 'y'] });
    expect([source.labelled, source.count, source.classes]).toEqual([false, 2, ['x', 'y']]);
    expect((await batchesOf(source, 5))[0]!.labels).toBeUndefined();
    expect((await openSource(join(folder, 'a.png'))).count).toBe(1);
    expect((await openSource(folderOf(files), { labels: false })).labelled).toBe(false);
  });

  test('labels follow the order of the classes that are given', async () => {
    const source = await openSource(folderOf(files), { classes: ['dog', 'ant', 'cat'] });
    expect((await contentOf(source)).labels).toEqual([0, 0, 2]);
  });

  const read = async (
    content: Readonly<Record<string, Uint8Array | string>>,
    options: SourceOptions = {},
  ): Promise<unknown> => contentOf(await openSource(folderOf(content), options));

  test.each<[string, () => Promise<unknown>, abstract new (...args: never[]) => Error, RegExp]>([
    ['an empty folder', () => read({}), DataError, /a folder of PNG or JPEG images for each class/],
    [
      'a class without images',
      () => read({ 'cat/a.png': flat(1), 'dog/a.txt': '' }),
      DataError,
      /none in 'dog'/,
    ],
    [
      'images beside folders',
      () => read({ 'cat/a.png': flat(1), 'b.png': flat(1) }),
      DataError,
      /b\.png beside folders/,
    ],
    [
      'kinds of images that are not read',
      () => read({ 'cat/a.png': flat(1), 'cat/b.webp': '' }),
      DataError,
      /PNG or JPEG, got \.webp \(.*b\.webp\)/,
    ],
    [
      'images of differing sizes',
      () => read({ 'cat/a.png': flat(1), 'cat/b.png': flat(1, 4, 4) }),
      ShapeError,
      /the size of the first, \(3, 2, 3\), got \(3, 4, 4\) \(.*b\.png\).*resize/,
    ],
    [
      'a corrupt image',
      () => read({ 'cat/a.png': flat(1), 'cat/b.png': flat(1).subarray(0, -20) }),
      FormatError,
      /b\.png/,
    ],
    [
      'a corrupt JPEG',
      () => read({ 'cat/a.jpg': fixture('photo-420.jpg').subarray(0, -50) }),
      FormatError,
      /[Pp]remature.*a\.jpg/,
    ],
    ['CMYK', () => read({ 'cat/a.jpg': fixture('cmyk.jpg') }), FormatError, /grey or YCbCr.*a\.jpg/],
    [
      'another file under the name of an image',
      () => read({ 'cat/a.jpg': '<html>' }),
      FormatError,
      /a web page.*a\.jpg/,
    ],
    [
      'a class that was not given',
      () => read({ 'cat/a.png': flat(1), 'dgo/a.png': flat(1) }, { classes: ['cat', 'dog'] }),
      DataError,
      /got 'dgo'.*did you mean 'dog'/,
    ],
    [
      'fewer classes than there are',
      () => read({ 'cat/a.png': flat(1) }, { classes: 2 }),
      DataError,
      /expected 2, got 1 \(cat\)/,
    ],
    [
      'a column of labels',
      () => read(files, { labels: 'y' }),
      ConfigurationError,
      /labels: expected none for a folder/,
    ],
    [
      'two means for three channels',
      () => read(files, { preprocess: { mean: [1, 2] } }),
      ConfigurationError,
      /mean: expected 1 or 3/,
    ],
    [
      'another shape',
      () => read(files, { shape: [3, 4, 4] }),
      ShapeError,
      /\(3, 4, 4\).*got \(3, 2, 3\).*resize/,
    ],
  ])('refuses %s', async (_, action, kind, message) => {
    const error: unknown = await action().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
  });
});
