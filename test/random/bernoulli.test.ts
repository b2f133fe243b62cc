import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '#credence/errors/index';
import { bernoulli, key, threefry2x32 } from '#credence/random/index';
import type { Key } from '#credence/random/index';
import { correlationScore, mean, Z_BOUND } from './statistics.js';

const seeds = fc.maxSafeNat();
const probability = fc.double({ min: 0, max: 1, noNaN: true });
const sizes = { rows: fc.nat(9), width: fc.nat(70) };

/** One draw at a time: u < p with u's binary digits read from the stream, the complement of a word's bit each. */
function oneByOne([k0, k1]: Key, p: number, rows: number, width: number, rowStart: number): Uint8Array {
  const steps = Math.round(p * 2 ** 24);
  let depth = 24;
  while (depth > 0 && steps % 2 ** (25 - depth) === 0) depth--;
  const block = new Uint32Array(2);
  return Uint8Array.from({ length: rows * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    let u = 0;
    for (let digit = 1; digit <= depth; digit++) {
      const word = Math.floor(column / 32) * depth + depth - digit;
      threefry2x32(k0, k1, Math.floor(word / 2), rowStart + row, block);
      const bit = (block[word % 2]! >>> (column % 32)) & 1;
      u += (1 - bit) * 2 ** -digit;
    }
    return Number(u < steps / 2 ** 24);
  });
}

describe('bernoulli', () => {
  test('is u < p with the digits of u drawn one by one', () => {
    fc.assert(
      fc.property(
        seeds,
        probability,
        sizes.rows,
        sizes.width,
        fc.nat(1000),
        (seed, p, rows, width, rowStart) => {
          const draws = bernoulli(key(seed), p, rows, width, { rowStart });
          expect(draws).toEqual(oneByOne(key(seed), p, rows, width, rowStart));
        },
      ),
    );
  });

  test('rows are the same wherever the matrix is cut', () => {
    fc.assert(
      fc.property(seeds, probability, sizes.rows, sizes.rows, sizes.width, (seed, p, first, rest, width) => {
        const whole = bernoulli(key(seed), p, first + rest, width);
        const tail = bernoulli(key(seed), p, rest, width, { rowStart: first });
        expect(bernoulli(key(seed), p, first, width)).toEqual(whole.subarray(0, first * width));
        expect(tail).toEqual(whole.subarray(first * width));
      }),
    );
  });

  test('writes the same draws into memory that begins anywhere, and nothing beside them', () => {
    fc.assert(
      fc.property(
        seeds,
        probability,
        fc.integer({ min: 1, max: 5 }),
        sizes.width,
        fc.nat(7),
        (seed, p, rows, width, at) => {
          const memory = new Uint8Array(rows * width + 16).fill(9);
          const out = memory.subarray(at, at + rows * width);
          expect(bernoulli(key(seed), p, rows, width, { out })).toBe(out);
          expect(out).toEqual(bernoulli(key(seed), p, rows, width));
          expect(
            [...memory.subarray(0, at), ...memory.subarray(at + rows * width)].every((byte) => byte === 9),
          ).toBe(true);
        },
      ),
    );
  });

  test.each([0.5, 0.75, 0.8, 1 / 3, 0.01, 0.999])('has mean %d (false alarm 6e-7)', (p) => {
    const n = 300 * 1001;
    const share = mean(bernoulli(key(8), p, 300, 1001));
    // The probability is rounded to a multiple of 2^-24, a thousandth of a standard error.
    expect(Math.abs(share - p) / Math.sqrt((p * (1 - p)) / n)).toBeLessThan(Z_BOUND);
  });

  test('0 and 1 are certain', () => {
    expect(bernoulli(key(1), 0, 3, 50).every((draw) => draw === 0)).toBe(true);
    expect(bernoulli(key(1), 1, 3, 50).every((draw) => draw === 1)).toBe(true);
  });

  test.each([0.5, 0.8])(
    'neighbours in a row and a column are independent at %d (false alarm 6e-7 each)',
    (p) => {
      const width = 128;
      const draws = bernoulli(key(9), p, 1000, width);
      for (const lag of [1, 4, 31, 32, 64, width, width * 7]) {
        expect(Math.abs(correlationScore(draws.subarray(lag), draws.subarray(0, -lag)))).toBeLessThan(
          Z_BOUND,
        );
      }
    },
  );

  test.each([-0.1, 1.1, NaN])('refuses probability %d', (p) => {
    expect(() => bernoulli(key(1), p, 1, 1)).toThrow(ConfigurationError);
  });
});
