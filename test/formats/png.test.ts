import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ShapeError } from '#credence/errors/index';
import { crc32 } from '#credence/formats/crc32';
import { encodePng } from '#credence/formats/index';

/** A reader of what the encoder may write, by the specification: chunks with their CRCs, filters 0 to 2. */
function decode(png: Uint8Array): { width: number; height: number; colour: number; data: number[] } {
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(png.buffer, png.byteOffset, png.length);
  const chunks = new Map<string, Uint8Array>();
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at);
    expect(view.getUint32(at + 8 + length)).toBe(crc32(png.subarray(at + 4, at + 8 + length)));
    chunks.set(Buffer.from(png.subarray(at + 4, at + 8)).toString(), png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
  const header = Buffer.from(chunks.get('IHDR')!);
  const [width, height, colour] = [header.readUInt32BE(0), header.readUInt32BE(4), header[9]!];
  expect([header[8], ...header.subarray(10)]).toEqual([8, 0, 0, 0]);
  const channels = colour === 6 ? 4 : 1;
  const stride = width * channels;
  const rows = inflateSync(chunks.get('IDAT')!);
  expect(rows.length).toBe(height * (stride + 1));
  const data: number[] = [];
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)]!;
    expect([0, 1, 2]).toContain(filter);
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : data[y * stride + x - channels]!;
      const above = y === 0 ? 0 : data[(y - 1) * stride + x]!;
      data.push((rows[y * (stride + 1) + 1 + x]! + [0, left, above][filter]!) & 255);
    }
  }
  return { width, height, colour, data };
}

describe('encodePng', () => {
  test('a reader by the specification gets the pixels back, grey and RGBA', () => {
    const images = fc
      .record({
        width: fc.integer({ min: 1, max: 9 }),
        height: fc.integer({ min: 1, max: 9 }),
        rgba: fc.boolean(),
      })
      .chain(({ width, height, rgba }) => {
        const length = width * height * (rgba ? 4 : 1);
        return fc
          .uint8Array({ minLength: length, maxLength: length })
          .map((data) => ({ width, height, colour: rgba ? 6 : 0, data }));
      });
    fc.assert(
      fc.property(images, (image) => {
        expect(decode(encodePng(image))).toEqual({ ...image, data: [...image.data] });
      }),
    );
  });

  test('the same pixels give the same bytes, and a smooth map packs well', () => {
    const [width, height] = [200, 100];
    const data = Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => {
      const [x, y] = [(i >> 2) % width, Math.floor((i >> 2) / width)];
      return (i & 3) === 3 ? 255 : x + y;
    });
    const png = encodePng({ width, height, data });
    expect(encodePng({ width, height, data })).toEqual(png);
    expect(png.length).toBeLessThan(data.length / 50);
  });

  test.each([
    [2, 2, 3],
    [2, 2, 12],
    [0, 0, 0],
    [1.5, 2, 3],
    [Number.NaN, 1, 1],
  ])('refuses %d x %d with %d bytes', (width, height, length) => {
    expect(() => encodePng({ width, height, data: new Uint8Array(length) })).toThrow(ShapeError);
  });
});
