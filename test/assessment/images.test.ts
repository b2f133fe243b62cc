import { expect, test } from 'vitest';
import { imageLayout, imagesAt } from '#credence/assessment/images';
import { tensor } from '#credence/tensor/index';
import { memorySource } from './sources.js';

test('a shape is an image with one or three channels, first or last', () => {
  expect(imageLayout([28, 28])).toEqual({ height: 28, width: 28, channels: 1, last: false });
  expect(imageLayout([3, 32, 48])).toEqual({ height: 32, width: 48, channels: 3, last: false });
  expect(imageLayout([32, 48, 3])).toEqual({ height: 32, width: 48, channels: 3, last: true });
  expect(imageLayout([1, 8, 8])).toMatchObject({ channels: 1, last: false });
  for (const shape of [[784], [2, 30], [5, 28, 28], [3, 3, 8], [1, 1, 28, 28]]) {
    expect(imageLayout(shape)).toBeUndefined();
  }
});

test.each([true, false])('pixels in colour, channels last: %s', async (last) => {
  const shape = last ? [6, 6, 3] : [3, 6, 6];
  // Example e, channel c, pixel p: 10 e + c + p / 36, of which the smallest becomes 0 and the largest 255.
  const data = Float32Array.from({ length: 3 * 108 }, (_, i) => {
    const [e, rest] = [Math.floor(i / 108), i % 108];
    const [c, p] = last ? [rest % 3, Math.floor(rest / 3)] : [Math.floor(rest / 36), rest % 36];
    return 10 * e + c + p / 36;
  });
  const images = await imagesAt(memorySource('x', tensor('float32', [3, ...shape], data)), [2, 0]);
  expect(images).toHaveLength(2);
  for (const { width, height, data: pixels } of images!) {
    expect([width, height, pixels.length]).toEqual([6, 6, 144]);
    const range = 2 + 35 / 36;
    for (const p of [0, 7, 35]) {
      const expected = [0, 1, 2].map((c) => Math.round((255 * (c + p / 36)) / range));
      // Subtracting 20 leaves float32 rounding of 2^-20, which may move a value across one half.
      [...pixels.subarray(4 * p, 4 * p + 3)].forEach((value, c) =>
        expect(Math.abs(value - expected[c]!)).toBeLessThanOrEqual(1),
      );
      expect(pixels[4 * p + 3]).toBe(255);
    }
  }
});

test('bytes stay as they are; rows are no images', async () => {
  const bytes = Float32Array.from({ length: 36 }, (_, i) => 3 * i + 7);
  const [image] = (await imagesAt(memorySource('x', tensor('float32', [1, 6, 6], bytes)), [0]))!;
  expect([...image!.data]).toEqual([...bytes]);
  expect(await imagesAt(memorySource('x', tensor('float32', [1, 36], bytes)), [0])).toBeUndefined();
});
