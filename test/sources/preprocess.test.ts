import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, FileError, ShapeError } from '#credence/errors/index';
import { decodeNpz, encodeNpy } from '#credence/formats/index';
import { parsePreprocess } from '#credence/sources/index';
import { openSource, readPreprocess } from '#credence/sources/node/index';
import type { Preprocess, SourceOptions } from '#credence/sources/index';
import { resizePlane } from '#credence/sources/resize';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { contentOf, folderOf } from './folder.js';

const golden = decodeNpz(
  new Uint8Array(readFileSync(new URL('../fixtures/images/expected.npz', import.meta.url))),
);
const photo = golden.get('photo-420.jpg') as Tensor<'uint8'>;

async function prepared(
  value: Tensor,
  preprocess: Preprocess,
  options: SourceOptions = {},
): Promise<{ shape: readonly number[]; inputs: number[] }> {
  const path = join(folderOf({ 'images.npy': encodeNpy(value) }), 'images.npy');
  const { shape, inputs } = await contentOf(await openSource(path, { preprocess, ...options }));
  return { shape, inputs };
}

const batchOf = ({ dtype, shape, data }: Tensor): Tensor => tensor(dtype, [1, ...shape], data);

describe('what Pillow and torchvision do', () => {
  test('luma', async () => {
    const expected = golden.get('luma')!;
    const { shape, inputs } = await prepared(batchOf(photo), { grayscale: true, layout: 'nchw' });
    expect(shape).toEqual([1, 13, 18]);
    expect(inputs).toEqual([...(expected.data as Uint8Array)]);
  });

  test.each([...golden.keys()].filter((name) => name.startsWith('resize_')))('%s', async (name) => {
    const [height, width] = name.split('_').slice(1).map(Number) as [number, number];
    const { shape, inputs } = await prepared(batchOf(photo), { resize: [height, width] });
    expect(shape).toEqual([height, width, 3]);
    expect(inputs).toEqual([...(golden.get(name)!.data as Uint8Array)]);
  });

  test('the shorter side and the centre', async () => {
    const { inputs } = await prepared(batchOf(photo), { resize: 9, crop: 8 });
    expect(inputs).toEqual([...(golden.get('centre')!.data as Uint8Array)]);
  });

  // x = (torch.arange(20.) ** 2).reshape(1, 1, 4, 5); torch.nn.functional.interpolate(x, (h, w), mode='bilinear',
  // antialias=True, align_corners=False), rounded to 4 decimals (PyTorch 1.13).
  test.each<[[number, number], number[]]>([
    [
      [2, 3],
      [28.4898, 43.7302, 63.5102, 153.0816, 193.0159, 237.4898],
    ],
    [
      [5, 8],
      [
        0, 0.4375, 1.1875, 3.0625, 5.5625, 8.6875, 12.9375, 16, 17.5, 21, 26.125, 32.375, 39.25, 46.75,
        55.375, 61.5, 62.5, 69.5, 79.625, 90.875, 102.75, 115.25, 128.875, 138.5, 137.5, 148, 163.125,
        179.375, 196.25, 213.75, 232.375, 245.5, 225, 238.5625, 258.0625, 278.6875, 299.9375, 321.8125,
        344.8125, 361,
      ],
    ],
  ])('antialiased interpolation of floats to %j', (size, expected) => {
    const plane = Float64Array.from({ length: 20 }, (_, i) => i * i);
    const resized = resizePlane(plane, [4, 5], size, { bytes: false });
    // Half of the last decimal, and float32's rounding of numbers up to 361.
    expected.forEach((value, i) => expect(Math.abs(resized[i]! - value)).toBeLessThan(5e-5 + 361 * 2 ** -22));
  });
});

describe('resizePlane', () => {
  const planes = fc.integer({ min: 1, max: 9 }).chain((height) =>
    fc.integer({ min: 1, max: 9 }).chain((width) =>
      fc.record({
        size: fc.constant([height, width] as const),
        plane: fc
          .array(fc.double({ min: -10, max: 10, noNaN: true }), {
            minLength: height * width,
            maxLength: height * width,
          })
          .map((values) => Float64Array.from(values)),
        target: fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })),
      }),
    ),
  );

  test('is the weighted mean of a triangle, by brute force', () => {
    const weights = (source: number, size: number, i: number): number[] => {
      const step = source / size;
      const reach = Math.max(1, step);
      const raw = Array.from({ length: source }, (_, k) =>
        Math.max(0, 1 - Math.abs(k + 0.5 - (i + 0.5) * step) / reach),
      );
      const sum = raw.reduce((a, b) => a + b);
      return raw.map((weight) => weight / sum);
    };
    fc.assert(
      fc.property(planes, ({ plane, size: [height, width], target: [newHeight, newWidth] }) => {
        const result = resizePlane(plane, [height, width], [newHeight, newWidth], { bytes: false });
        for (let y = 0; y < newHeight; y++) {
          for (let x = 0; x < newWidth; x++) {
            const [rows, columns] = [weights(height, newHeight, y), weights(width, newWidth, x)];
            let expected = 0;
            rows.forEach((wy, i) =>
              columns.forEach((wx, j) => (expected += wy * wx * plane[i * width + j]!)),
            );
            // At most 2 x 9 products and sums of numbers up to 10, weights of a few roundings: below 200 units of 2^-53 x 10.
            expect(Math.abs(result[y * newWidth + x]! - expected)).toBeLessThan(200 * 10 * 2 ** -53);
          }
        }
      }),
    );
  });

  test('keeps the size it has, and constants', () => {
    fc.assert(
      fc.property(planes, ({ plane, size, target }) => {
        expect(resizePlane(plane, size, size, { bytes: false })).toEqual(plane);
        const constant = resizePlane(
          plane.map(() => 200),
          size,
          target,
          { bytes: true },
        );
        expect(new Set(constant)).toEqual(new Set([200]));
      }),
    );
  });
});

describe('layout, scale and shape', () => {
  const chw = tensor(
    'uint8',
    [2, 3, 2, 5],
    Uint8Array.from({ length: 60 }, (_, i) => i),
  );
  /** Element (n, c, y, x) of chw. */
  const at = (n: number, c: number, y: number, x: number): number => ((n * 3 + c) * 2 + y) * 5 + x;
  const hwc: number[] = [];
  for (const n of [0, 1])
    for (const y of [0, 1])
      for (const x of [0, 1, 2, 3, 4]) for (const c of [0, 1, 2]) hwc.push(at(n, c, y, x));
  const stored = tensor('uint8', [2, 2, 5, 3], Uint8Array.from(hwc));
  const flat = [...chw.data];

  test('channels move between nchw and nhwc', async () => {
    expect(await prepared(chw, { layout: 'nhwc' })).toEqual({ shape: [2, 5, 3], inputs: hwc });
    expect(await prepared(stored, { layout: 'nchw' })).toEqual({ shape: [3, 2, 5], inputs: flat });
    expect(await prepared(chw, { layout: 'nchw' })).toEqual({ shape: [3, 2, 5], inputs: flat });
  });

  test('channels move to where the shape of the model has them', async () => {
    expect(await prepared(chw, {}, { shape: [2, 5, 3] })).toEqual({ shape: [2, 5, 3], inputs: hwc });
    expect(await prepared(stored, {}, { shape: [3, 'h', 'w'] })).toEqual({ shape: [3, 2, 5], inputs: flat });
    expect(await prepared(chw, {}, { shape: [3, 2, 5] })).toEqual({ shape: [3, 2, 5], inputs: flat });
  });

  test('every channel has its mean and deviation', async () => {
    const normalised = flat.map((value, i) => {
      const c = Math.floor(i / 10) % 3;
      return Math.fround((value / 2 - [1, 2, 3][c]!) / [1, 10, 100][c]!);
    });
    const steps = { scale: 0.5, mean: [1, 2, 3], std: [1, 10, 100] };
    expect((await prepared(chw, steps)).inputs).toEqual(normalised);
    expect((await prepared(stored, { ...steps, layout: 'nchw' })).inputs).toEqual(normalised);
    expect((await prepared(chw, { scale: 2, mean: 1, std: 4 })).inputs).toEqual(
      flat.map((value) => (2 * value - 1) / 4),
    );
  });

  test('grey images get an axis for their channel, or lose it', async () => {
    const grey = tensor('float32', [1, 2, 2], Float32Array.of(1, 2, 3, 4));
    expect((await prepared(grey, { layout: 'nchw' })).shape).toEqual([1, 2, 2]);
    expect((await prepared(grey, { layout: 'nhwc' })).shape).toEqual([2, 2, 1]);
    expect((await prepared(grey, {})).shape).toEqual([2, 2]);
    expect((await prepared(grey, {}, { shape: [1, 2, 2] })).shape).toEqual([1, 2, 2]);
    expect((await prepared(grey, {}, { shape: [4] })).shape).toEqual([4]);
    expect((await prepared(grey, {}, { shape: ['d'] })).shape).toEqual([4]);
    const luma = await prepared(tensor('float64', [1, 1, 1, 3], Float64Array.of(1, 10, 100)), {
      grayscale: true,
      storedLayout: 'nhwc',
    });
    expect(luma.inputs).toEqual([Math.fround(0.299 + 5.87 + 11.4)]);
  });

  test.each<[string, Tensor, Preprocess, SourceOptions, RegExp]>([
    [
      'axes that cannot be told',
      tensor('uint8', [1, 3, 5, 3], new Uint8Array(45)),
      { layout: 'nchw' },
      {},
      /storedLayout.*\(3, 5, 3\)/,
    ],
    [
      'two means for three channels',
      chw,
      { mean: [1, 2] },
      {},
      /mean: expected 1 or 3 numbers, the channels, got 2/,
    ],
    [
      'features as images',
      tensor('uint8', [1, 9], new Uint8Array(9)),
      { resize: 4 },
      {},
      /images \(N, H, W\).*got examples of shape \(9\)/,
    ],
    [
      'grey of two channels',
      tensor('uint8', [1, 5, 5, 2], new Uint8Array(50)),
      { grayscale: true, storedLayout: 'nhwc' },
      {},
      /1, 3 or 4 channels, got 2/,
    ],
    ['a crop beyond the image', chw, { crop: 3 }, {}, /at most the image's 2 x 5, got 3 x 3/],
    ['another size', chw, {}, { shape: [3, 8, 8] }, /\(3, 8, 8\).*got \(3, 2, 5\).*resize/],
    ['colours for a grey model', chw, {}, { shape: [1, 2, 5] }, /grayscale/],
  ])('refuses %s', async (_, value, steps, options, message) => {
    const error: unknown = await prepared(value, steps, options).catch((cause: unknown) => cause);
    expect(error instanceof ConfigurationError || error instanceof ShapeError).toBe(true);
    expect((error as Error).message).toMatch(message);
  });
});

describe('parsePreprocess', () => {
  test('takes what a file may say', async () => {
    const text =
      '{"scale": "1/255", "mean": [0.1, 0.2, 0.3], "std": 0.5, "layout": "nhwc", "resize": [32, 32], "crop": 28}';
    const path = join(folderOf({ 'p.json': text }), 'p.json');
    const expected = {
      scale: 1 / 255,
      mean: [0.1, 0.2, 0.3],
      std: 0.5,
      layout: 'nhwc',
      resize: [32, 32],
      crop: 28,
    };
    expect(await readPreprocess(path)).toEqual(expected);
    const { inputs } = await prepared(
      tensor('uint8', [1, 2], Uint8Array.of(0, 255)),
      {},
      { preprocess: join(folderOf({ 'q.json': '{"scale":"1/255"}' }), 'q.json') },
    );
    expect(inputs).toEqual([0, 1]);
  });

  test.each<[string, unknown, RegExp]>([
    ['an unknown field', { means: 1 }, /got 'means'.*did you mean 'mean'/],
    ['another layout', { layout: 'chw' }, /layout: expected 'nchw' or 'nhwc', got "chw"/],
    ['a deviation of 0', { std: [1, 0] }, /std: expected a number above 0/],
    ['a size that is no integer', { resize: 2.5 }, /resize: expected a positive integer.*got 2.5/],
    ['three sizes', { crop: [1, 2, 3] }, /crop: .*\[height, width\], got \[1,2,3\]/],
    ['a fraction of 0', { scale: '1/0' }, /scale: expected a number or a text '1\/n', got "1\/0"/],
    ['NaN', { scale: NaN }, /scale/],
    ['a list', [], /an object/],
    ['nothing', null, /an object, got null/],
  ])('refuses %s', (_, value, message) => {
    expect(() => parsePreprocess(value, { where: 'p.json' })).toThrow(ConfigurationError);
    expect(() => parsePreprocess(value, { where: 'p.json' })).toThrow(message);
  });

  test('reads fields of a text', async () => {
    expect(
      await readPreprocess(
        'scale=1/255,mean=0.485,0.456,0.406,std=0.5, resize=32x48,crop=28,layout=nhwc,grayscale=false',
      ),
    ).toEqual({
      scale: 1 / 255,
      mean: [0.485, 0.456, 0.406],
      std: 0.5,
      resize: [32, 48],
      crop: 28,
      layout: 'nhwc',
      grayscale: false,
    });
  });

  test.each([
    ['means=1', /got 'means'.*did you mean 'mean'/],
    ['scale=', /scale: expected a number or a text '1\/n', got ""/],
    ['mean=0.1,,0.2', /mean: expected a number or a list of numbers/],
    ['resize=axb', /resize/],
  ])('refuses the text %s', async (text, message) => {
    await expect(readPreprocess(text)).rejects.toThrow(ConfigurationError);
    await expect(readPreprocess(text)).rejects.toThrow(message);
  });

  test('refuses a file that is no JSON, or is not there', async () => {
    const folder = folderOf({ 'p.json': '{scale: 1}' });
    await expect(readPreprocess(join(folder, 'p.json'))).rejects.toThrow(/expected JSON.*p\.json/);
    await expect(readPreprocess(join(folder, 'q.json'))).rejects.toThrow(FileError);
  });
});
