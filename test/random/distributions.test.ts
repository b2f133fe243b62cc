import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '#credence/errors/index';
import { normalCdf } from '#credence/linalg/index';
import { fold, key, normal, permutation, uniform, uniformInteger } from '#credence/random/index';
import {
  CHI_SQUARE_BOUND,
  chiSquare,
  correlationScore,
  KS_BOUND,
  kolmogorovSmirnov,
  mean,
  Z_BOUND,
} from './statistics.js';

const N = 100_000;
const seeds = fc.maxSafeNat();

describe('uniform', () => {
  test('lies in [0, 1)', () => {
    fc.assert(fc.property(seeds, (seed) => uniform(key(seed), 100).every((u) => u >= 0 && u < 1)));
  });

  test('is uniform (Kolmogorov-Smirnov, false alarm 9e-7)', () => {
    expect(kolmogorovSmirnov(uniform(key(1), N), (x) => x)).toBeLessThan(KS_BOUND);
  });

  test('each of its 53 bits is a fair coin (false alarm 3e-5)', () => {
    const ones = new Float64Array(53);
    for (const u of uniform(key(2), N)) {
      const [high, low] = [Math.floor(u * 2 ** 27), (u * 2 ** 53) % 2 ** 26];
      for (let bit = 0; bit < 26; bit++) ones[bit]! += (low >>> bit) & 1;
      for (let bit = 0; bit < 27; bit++) ones[26 + bit]! += (high >>> bit) & 1;
    }
    for (const count of ones) expect(Math.abs(count - N / 2) / Math.sqrt(N / 4)).toBeLessThan(Z_BOUND);
  });

  test('any range can be made alone', () => {
    fc.assert(
      fc.property(seeds, fc.nat(50), fc.nat(50), (seed, offset, n) => {
        expect(uniform(key(seed), n, offset)).toEqual(uniform(key(seed), offset + n).subarray(offset));
        expect(normal(key(seed), n, offset)).toEqual(normal(key(seed), offset + n).subarray(offset));
      }),
    );
  });
});

describe('normal', () => {
  const draws = normal(key(3), N);

  test('is standard normal (Kolmogorov-Smirnov, false alarm 9e-7)', () => {
    expect(kolmogorovSmirnov(draws, normalCdf)).toBeLessThan(KS_BOUND);
  });

  test('has the moments 0, 1, 0 and 3 (false alarm 6e-7 each)', () => {
    // Variances of sample moments about 0: E x^2k - (E x^k)^2, over n, with E x^2 .. x^8 = 1, 3, 15, 105.
    const moment = (k: number): number => mean(draws.map((x) => x ** k));
    expect(Math.abs(moment(1)) * Math.sqrt(N)).toBeLessThan(Z_BOUND);
    expect(Math.abs(moment(2) - 1) * Math.sqrt(N / 2)).toBeLessThan(Z_BOUND);
    expect(Math.abs(moment(3)) * Math.sqrt(N / 15)).toBeLessThan(Z_BOUND);
    expect(Math.abs(moment(4) - 3) * Math.sqrt(N / 96)).toBeLessThan(Z_BOUND);
  });

  test('neighbours are independent, and so are their squares (false alarm 6e-7 each)', () => {
    const squares = draws.map((x) => x * x);
    for (const values of [draws, squares]) {
      expect(Math.abs(correlationScore(values.subarray(1), values.subarray(0, -1)))).toBeLessThan(Z_BOUND);
    }
  });

  test('is finite and no further than 6.77 from 0', () => {
    expect(draws.every((x) => Math.abs(x) < 6.77)).toBe(true);
  });
});

describe('uniformInteger', () => {
  test('fills [0, bound) evenly (false alarm 1e-6)', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (const i of uniformInteger(key(4), N, 10)) counts[i]!++;
    expect(counts).toHaveLength(10);
    expect(chiSquare(counts)).toBeLessThan(CHI_SQUARE_BOUND[9]);
  });

  test('reaches the largest bound', () => {
    const draws = uniformInteger(key(5), 1000, 2 ** 32);
    // All 1,000 below 15/16 of the range: 9e-29.
    expect(Math.max(...draws)).toBeGreaterThan(2 ** 32 * (15 / 16));
    expect([...uniformInteger(key(5), 3, 1)]).toEqual([0, 0, 0]);
  });

  test.each([0, -1, 1.5, 2 ** 32 + 1, NaN])('refuses bound %d', (bound) => {
    expect(() => uniformInteger(key(1), 1, bound)).toThrow(ConfigurationError);
  });
});

describe('permutation', () => {
  test('holds each index once', () => {
    fc.assert(
      fc.property(seeds, fc.nat(200), (seed, n) => {
        expect([...permutation(key(seed), n)].sort((a, b) => a - b)).toEqual(
          Array.from({ length: n }, (_, i) => i),
        );
      }),
    );
  });

  test('all 24 orders of four are equally likely (false alarm 1e-6)', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = permutation(fold(key(6), i), 4).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquare([...counts.values()])).toBeLessThan(CHI_SQUARE_BOUND[23]);
  });

  test('leaves about one element in its place, as a uniform one does (false alarm 6e-7)', () => {
    // The number of fixed points has mean 1 and variance 1.
    const runs = 2000;
    let fixed = 0;
    for (let i = 0; i < runs; i++)
      permutation(fold(key(7), i), 100).forEach((to, from) => (fixed += Number(to === from)));
    expect(Math.abs(fixed / runs - 1) * Math.sqrt(runs)).toBeLessThan(Z_BOUND);
  });
});
