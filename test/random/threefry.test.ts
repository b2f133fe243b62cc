import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '#credence/errors/index';
import { bits, fold, key, threefry2x32, uniform } from '#credence/random/index';
import type { Key } from '#credence/random/index';
import { CHI_SQUARE_BOUND, chiSquare, correlationScore, Z_BOUND } from './statistics.js';

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const keys: fc.Arbitrary<Key> = fc.tuple(word, word);

describe('threefry2x32', () => {
  // Random123 1.14.0, tests/kat_vectors, lines 'threefry2x32 20'.
  test.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ] as const)('key %j, counter %j', ([k0, k1], [c0, c1], expected) => {
    const out = new Uint32Array(2);
    threefry2x32(k0, k1, c0, c1, out);
    expect([...out]).toEqual(expected);
  });

  test('changes half of the bits when one bit of the key or the counter changes', () => {
    // 128 neighbours of 200 blocks, 64 bits each: mean 32, the standard error of the mean 4 / sqrt(25600).
    const words = bits(key(5), 800);
    const [plain, changed] = [new Uint32Array(2), new Uint32Array(2)];
    let flips = 0;
    for (let block = 0; block < 200; block++) {
      const input = [...words.subarray(4 * block, 4 * block + 4)] as [number, number, number, number];
      threefry2x32(...input, plain);
      for (let bit = 0; bit < 128; bit++) {
        const near = input.with(bit >> 5, (input[bit >> 5]! ^ (1 << (bit & 31))) >>> 0);
        threefry2x32(...(near as typeof input), changed);
        for (const i of [0, 1]) flips += ones(plain[i]! ^ changed[i]!);
      }
    }
    expect(Math.abs(flips / 25_600 - 32) / (4 / Math.sqrt(25_600))).toBeLessThan(Z_BOUND);
  });
});

describe('key', () => {
  test('holds the whole seed', () => {
    expect(key(0)).toEqual([0, 0]);
    expect(key(2 ** 32 + 7)).toEqual([1, 7]);
    expect(key(Number.MAX_SAFE_INTEGER)).toEqual([2 ** 21 - 1, 2 ** 32 - 1]);
  });

  test.each([-1, 0.5, 2 ** 53, NaN, Infinity])('refuses %d', (seed) => {
    expect(() => key(seed)).toThrow(ConfigurationError);
  });
});

describe('bits', () => {
  test('any part of the stream is what stands there in the whole', () => {
    fc.assert(
      fc.property(keys, fc.nat(100), fc.nat(100), (k, offset, n) => {
        expect(bits(k, n, offset)).toEqual(bits(k, offset + n).subarray(offset));
      }),
    );
  });

  test('goes on where 32 bits of the counter end', () => {
    const [k0, k1] = key(3);
    const out = new Uint32Array(2);
    threefry2x32(k0, k1, 1, 2, out);
    expect(bits([k0, k1], 2, 2 * (2 * 2 ** 32 + 1))).toEqual(out);
  });

  test('bytes are uniform (false alarm 1e-6)', () => {
    const counts = Array.from({ length: 256 }, () => 0);
    for (const byte of new Uint8Array(bits(key(11), 50_000).buffer)) counts[byte]!++;
    expect(chiSquare(counts)).toBeLessThan(CHI_SQUARE_BOUND[255]);
  });
});

describe('fold', () => {
  test('a path is a fold after a fold', () => {
    fc.assert(
      fc.property(keys, fc.string(), fc.maxSafeNat(), (k, name, index) => {
        expect(fold(k, name, index)).toEqual(fold(fold(k, name), index));
        expect(fold(k)).toEqual(k);
      }),
    );
  });

  test('names, numbers and their texts are different parts', () => {
    const parts = [
      0,
      1,
      2,
      2 ** 32,
      2 ** 32 + 1,
      '',
      '0',
      '1',
      '2',
      'a',
      'b',
      'ab',
      'ba',
      'dropout1',
      'dropout2',
    ];
    const folded = parts.flatMap((a) => [fold(key(1), a), ...parts.map((b) => fold(key(1), a, b))]);
    expect(new Set(folded.map(String)).size).toBe(parts.length * (parts.length + 1));
  });

  test('many indices give as many keys (two of them equal: 3e-10)', () => {
    const folded = Array.from({ length: 100_000 }, (_, i) => fold(key(1), 'step', i).join());
    expect(new Set(folded).size).toBe(100_000);
  });

  test('folded streams are not correlated with each other or their parent (false alarm 1.1e-5)', () => {
    const parent = key(2);
    const relatives = [parent, ...Array.from({ length: 4 }, (_, i) => fold(parent, i)), fold(parent, 'a')];
    const streams = relatives.map((k) => uniform(k, 20_000));
    let pairs = 0;
    streams.forEach((a, i) => {
      for (const b of streams.slice(i + 1)) {
        expect(Math.abs(correlationScore(a, b))).toBeLessThan(Z_BOUND);
        pairs++;
      }
      // With itself, shifted by one.
      expect(Math.abs(correlationScore(a.subarray(1), a.subarray(0, -1)))).toBeLessThan(Z_BOUND);
    });
    expect(pairs).toBe(15);
  });

  test('refuses what is no index', () => {
    expect(() => fold(key(1), -1)).toThrow(ConfigurationError);
    expect(() => fold(key(1), 0.5)).toThrow(ConfigurationError);
  });
});

function ones(bits: number): number {
  let count = 0;
  for (let rest = bits >>> 0; rest !== 0; rest &= rest - 1) count++;
  return count;
}
