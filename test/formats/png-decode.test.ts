import { readFileSync } from 'node:fs';
import { zlibSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '#credence/errors/index';
import { crc32, decodeNpz, decodePng, encodePng } from '#credence/formats/index';
import type { DecodedImage } from '#credence/formats/index';
import { arbitraryDamage } from './arbitrary.js';

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/images/${name}`, import.meta.url)));
const expected = decodeNpz(fixture('expected.npz'));

/** Pixels as RGB, opacity dropped: Pillow's convert('RGB'). */
function rgbOf({ channels, data }: DecodedImage): number[] {
  const pixels = data.length / channels;
  const rgb: number[] = [];
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) rgb.push(data[i * channels + (channels < 3 ? 0 : c)]!);
  }
  return rgb;
}

const COLOURS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;
// The seven passes, read off the 8 x 8 pattern of the specification (section 8.2).
const PATTERN = [
  '16462646',
  '77777777',
  '56565656',
  '77777777',
  '36463646',
  '77777777',
  '56565656',
  '77777777',
];

interface Picture {
  readonly colour: keyof typeof COLOURS;
  readonly depth: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  /** Samples (height, width, samples) below 2^depth. */
  readonly samples: readonly number[];
  readonly filters: readonly number[];
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const body = Uint8Array.of(...Buffer.from(type), ...content);
  const bytes = new Uint8Array(body.length + 8);
  new DataView(bytes.buffer).setUint32(0, content.length);
  bytes.set(body, 4);
  new DataView(bytes.buffer).setUint32(body.length + 4, crc32(body));
  return bytes;
}

/** A PNG written sample by sample, with the filter of each row as given. */
function write(
  { colour, depth, width, height, interlaced, samples, filters }: Picture,
  palette: number[],
): Uint8Array {
  const n = COLOURS[colour];
  const rows: number[][] = [];
  const addRows = (at: (x: number, y: number) => boolean): void => {
    for (let y = 0; y < height; y++) {
      const row = Array.from({ length: width }, (_, x) => x).filter((x) => at(x, y));
      if (row.length > 0)
        rows.push(row.flatMap((x) => samples.slice((y * width + x) * n, (y * width + x + 1) * n)));
    }
  };
  const out: number[] = [];
  const passes = interlaced ? [1, 2, 3, 4, 5, 6, 7] : [0];
  let filterAt = 0;
  for (const pass of passes) {
    rows.length = 0;
    addRows((x, y) => pass === 0 || PATTERN[y % 8]![x % 8] === String(pass));
    let above: number[] = [];
    for (const row of rows) {
      const bits = row.map((sample) => sample.toString(2).padStart(depth, '0')).join('');
      const bytes = bits.match(/.{1,8}/g)!.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
      const pixel = Math.max(1, (depth * n) / 8);
      const filter = filters[filterAt++ % filters.length]!;
      out.push(filter);
      bytes.forEach((byte, i) => {
        const [a, b, c] = [bytes[i - pixel] ?? 0, above[i] ?? 0, i < pixel ? 0 : (above[i - pixel] ?? 0)];
        const p = a + b - c;
        const nearest = [a, b, c].toSorted((u, v) => Math.abs(p - u) - Math.abs(p - v))[0]!;
        out.push((byte - [0, a, b, Math.floor((a + b) / 2), nearest][filter]! + 256) % 256);
      });
      above = bytes;
    }
  }
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([depth, colour, 0, 0, interlaced ? 1 : 0], 8);
  const packed = zlibSync(Uint8Array.from(out));
  const half = packed.length >> 1;
  return Uint8Array.of(
    ...Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    ...chunk('IHDR', header),
    ...(colour === 3 ? chunk('PLTE', Uint8Array.from(palette)) : []),
    ...chunk('tEXt', Uint8Array.of(1, 2, 3)),
    ...chunk('IDAT', packed.subarray(0, half)),
    ...chunk('IDAT', packed.subarray(half)),
    ...chunk('IEND', new Uint8Array()),
  );
}

const pictures: fc.Arbitrary<Picture> = fc
  .constantFrom(
    ...([
      [0, 1],
      [0, 2],
      [0, 4],
      [0, 8],
      [0, 16],
      [2, 8],
      [2, 16],
      [3, 1],
      [3, 2],
      [3, 4],
      [3, 8],
    ] as const),
    ...([
      [4, 8],
      [4, 16],
      [6, 8],
      [6, 16],
    ] as const),
  )
  .chain(([colour, depth]) =>
    fc
      .record({ width: fc.integer({ min: 1, max: 11 }), height: fc.integer({ min: 1, max: 11 }) })
      .chain((size) =>
        fc.record({
          colour: fc.constant(colour),
          depth: fc.constant(depth),
          width: fc.constant(size.width),
          height: fc.constant(size.height),
          interlaced: fc.boolean(),
          samples: fc.array(fc.nat({ max: 2 ** depth - 1 }), {
            minLength: size.width * size.height * COLOURS[colour],
            maxLength: size.width * size.height * COLOURS[colour],
          }),
          filters: fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 5 }),
        }),
      ),
  );

describe('decodePng', () => {
  test.each([...expected.keys()].filter((name) => name.endsWith('.png')))(
    'reads %s as Pillow does',
    (name) => {
      const { shape, data } = expected.get(name)!;
      const image = decodePng(fixture(name));
      expect([image.height, image.width]).toEqual(shape.slice(0, 2));
      expect(rgbOf(image)).toEqual([...(data as Uint8Array)]);
    },
  );

  test('reads every colour type and depth, filter and interlacing', () => {
    const palette = Array.from({ length: 768 }, (_, i) => (i * 77) % 256);
    fc.assert(
      fc.property(pictures, (picture) => {
        const { colour, depth, samples, width, height } = picture;
        const image = decodePng(write(picture, palette));
        const bytes = samples.map((sample) => {
          if (depth === 16) return sample >> 8;
          return colour === 3 ? sample : (sample * 255) / (2 ** depth - 1);
        });
        const pixels = colour === 3 ? bytes.flatMap((i) => palette.slice(3 * i, 3 * i + 3)) : bytes;
        expect(image).toEqual({
          width,
          height,
          channels: colour === 3 ? 3 : COLOURS[colour],
          data: Uint8Array.from(pixels),
        });
      }),
      { numRuns: 300 },
    );
  });

  test('reads what encodePng writes', () => {
    const data = Uint8Array.from({ length: 4 * 35 }, (_, i) => (i * i) % 256);
    expect(decodePng(encodePng({ width: 5, height: 7, data }))).toEqual({
      width: 5,
      height: 7,
      channels: 4,
      data,
    });
  });

  test('refuses an image that is damaged, or reads it as it is', () => {
    const intact = fixture('rgb.png');
    fc.assert(
      fc.property(arbitraryDamage(intact), (bytes) => {
        try {
          const { width, height, data } = decodePng(bytes);
          expect(data.length).toBe(3 * width * height);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('allocates nothing for a size that is stated', () => {
    const header = new Uint8Array(13);
    new DataView(header.buffer).setUint32(0, 2 ** 30);
    new DataView(header.buffer).setUint32(4, 2 ** 30);
    header.set([8, 2, 0, 0, 0], 8);
    const bytes = Uint8Array.of(...fixture('rgb.png').subarray(0, 8), ...chunk('IHDR', header));
    const whole = Uint8Array.of(
      ...bytes,
      ...chunk('IDAT', zlibSync(new Uint8Array(9))),
      ...chunk('IEND', new Uint8Array()),
    );
    expect(() => decodePng(whole, { where: 'big.png' })).toThrow(/at most 67108864 pixels.*big.png/);
  });

  test('holds pixels against the header', () => {
    const picture: Picture = {
      colour: 3,
      depth: 8,
      width: 2,
      height: 1,
      interlaced: false,
      samples: [0, 9],
      filters: [0],
    };
    expect(() => decodePng(write(picture, [1, 2, 3]))).toThrow(/indices below 1.*got 9/);
    expect(() => decodePng(write({ ...picture, colour: 0, filters: [5] }, []))).toThrow(
      /filters of 0 to 4, got 5/,
    );
    const short = write({ ...picture, colour: 0, samples: [1] }, []);
    expect(() => decodePng(short)).toThrow(FormatError);
  });
});
