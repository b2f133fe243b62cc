import { describe, expect, test } from 'vitest';
import { FormatError } from '#credence/errors/index';
import { decodeIdx, encodeIdx, gzip } from '#credence/formats/index';
import { tensor, zeros } from '#credence/tensor/index';

/** Two images of 2 x 3 bytes, written out by hand. */
const IMAGES = Uint8Array.of(
  0,
  0,
  8,
  3,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  3,
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  12,
);

describe('decodeIdx', () => {
  test('reads shape and bytes, gzipped or not', () => {
    for (const bytes of [IMAGES, gzip(IMAGES)]) {
      const value = decodeIdx(bytes);
      expect(value.dtype).toBe('uint8');
      expect(value.shape).toEqual([2, 2, 3]);
      expect([...value.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    }
  });

  test('takes numbers as big-endian', () => {
    expect([...decodeIdx(Uint8Array.of(0, 0, 0x0b, 1, 0, 0, 0, 2, 0x01, 0x02, 0xff, 0xfe)).data]).toEqual([
      258, -2,
    ]);
    expect([...decodeIdx(Uint8Array.of(0, 0, 0x0c, 1, 0, 0, 0, 1, 0, 0, 1, 0)).data]).toEqual([256]);
    expect([...decodeIdx(Uint8Array.of(0, 0, 0x0d, 1, 0, 0, 0, 1, 0x3f, 0x80, 0, 0)).data]).toEqual([1]);
    const double = Uint8Array.of(0, 0, 0x0e, 1, 0, 0, 0, 1, 0xc0, 0, 0, 0, 0, 0, 0, 0);
    expect([...decodeIdx(double).data]).toEqual([-2]);
    expect([...decodeIdx(Uint8Array.of(0, 0, 0x09, 1, 0, 0, 0, 1, 0xff)).data]).toEqual([-1]);
  });

  test('does not write to the bytes it is given', () => {
    const bytes = encodeIdx(tensor('float64', [2], Float64Array.of(1, 2)));
    const before = bytes.slice();
    decodeIdx(bytes);
    expect(bytes).toEqual(before);
  });

  const damaged: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['an empty file', new Uint8Array(), /expected an IDX file.*got an empty file \(images\)/],
    ['a web page', new TextEncoder().encode('<!DOCTYPE html>'), /got a web page/],
    ['a wrong type', Uint8Array.of(0, 0, 7, 1, 0, 0, 0, 0), /magic number: .*got bytes 00 00 07 01/],
    ['a cut header', IMAGES.slice(0, 10), /a header of 16 bytes, got 10 \(images\); the file is truncated/],
    [
      'cut data',
      IMAGES.slice(0, -1),
      /28 bytes for uint8 of shape \(2, 2, 3\), got 27 \(images\); the file is trunc/,
    ],
    ['bytes after the data', Uint8Array.of(...IMAGES, 0), /got 29 \(images\); bytes follow the last element/],
    ['a huge shape', Uint8Array.of(0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255), /got 12 \(images\)/],
    ['a cut gzip file', gzip(IMAGES).slice(0, -9), /truncated or corrupt/],
  ];
  test.each(damaged)('refuses %s', (_, bytes, message) => {
    expect(() => decodeIdx(bytes, { where: 'images' })).toThrow(FormatError);
    expect(() => decodeIdx(bytes, { where: 'images' })).toThrow(message);
  });

  test('refuses a shape whose size overflows to NaN', () => {
    const bytes = new Uint8Array(4 + 4 * 255).fill(255);
    bytes.set([0, 0, 8, 255]);
    bytes.fill(0, bytes.length - 4);
    expect(() => decodeIdx(bytes)).toThrow(FormatError);
  });
});

test('encodeIdx writes what was written by hand, and refuses a type that IDX lacks', () => {
  expect(
    encodeIdx(
      tensor(
        'uint8',
        [2, 2, 3],
        Uint8Array.from({ length: 12 }, (_, i) => i + 1),
      ),
    ),
  ).toEqual(IMAGES);
  expect(() => encodeIdx(zeros('int64', [1]))).toThrow(/expected one of uint8, .*got int64 of shape \(1\)/);
});
