import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '#credence/errors/index';
import { mannWhitneyTest, permutationTest } from '#credence/metrics/index';
import type { Alternative } from '#credence/metrics/index';

const TESTS = [
  ['permutationTest', permutationTest],
  ['mannWhitneyTest', mannWhitneyTest],
] as const;
const ALTERNATIVES: readonly Alternative[] = ['two-sided', 'greater', 'less'];

/** Every split of the values into n and the rest, by bit masks. */
function splits(values: readonly number[], n: number): { x: number[]; y: number[] }[] {
  const out: { x: number[]; y: number[] }[] = [];
  for (let mask = 0; mask < 2 ** values.length; mask++) {
    const x = values.filter((_, i) => (mask >> i) & 1);
    if (x.length === n) out.push({ x, y: values.filter((_, i) => !((mask >> i) & 1)) });
  }
  return out;
}

const samples = fc.tuple(
  fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 }),
  fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 }),
);

describe('permutationTest', () => {
  it('by hand', () => {
    expect(permutationTest([1, 2, 3], [4, 5, 6])).toEqual({ statistic: -3, pValue: 2 / 20, assignments: 20 });
    expect(permutationTest([1, 2, 3], [4, 5, 6], { alternative: 'less' }).pValue).toBe(1 / 20);
    expect(permutationTest([1, 2, 3], [4, 5, 6], { alternative: 'greater' }).pValue).toBe(1);
    expect(permutationTest([5], [1, 2, 3])).toMatchObject({ statistic: 3, pValue: 1 / 4, assignments: 4 });
  });

  it('counts ties in spite of rounding', () => {
    // All sums of two of these four are tied in pairs in exact arithmetic, none of them in binary.
    expect(permutationTest([0.1, 0.2], [0.3, 0.4]).pValue).toBe(2 / 6);
    expect(permutationTest([0.1, 0.4], [0.2, 0.3]).pValue).toBe(1);
    expect(permutationTest([0.1, 0.1], [0.1, 0.1, 0.1]).pValue).toBe(1);
    expect(permutationTest([1e6 + 0.1, 1e6 + 0.2], [1e6 + 0.3, 1e6 + 0.4]).pValue).toBe(2 / 6);
  });

  it('is the share of all splits, in integers', () => {
    fc.assert(
      fc.property(samples, fc.constantFrom(...ALTERNATIVES), ([x, y], alternative) => {
        // n m times the difference of means.
        const difference = (a: readonly number[], b: readonly number[]): number =>
          a.reduce((sum, v) => sum + v, 0) * b.length - b.reduce((sum, v) => sum + v, 0) * a.length;
        const observed = difference(x, y);
        const all = splits([...x, ...y], x.length);
        const extreme = all.filter((split) => {
          const d = difference(split.x, split.y);
          return alternative === 'greater'
            ? d >= observed
            : alternative === 'less'
              ? d <= observed
              : Math.abs(d) >= Math.abs(observed);
        });
        const result = permutationTest(x, y, { alternative });
        expect(result.pValue).toBe(extreme.length / all.length);
        expect(result.assignments).toBe(all.length);
        expect(result.statistic).toBeCloseTo(observed / (x.length * y.length), 12);
      }),
    );
  });

  it('refuses what it cannot enumerate, and points elsewhere', () => {
    const many = Array.from({ length: 30 }, (_, i) => i);
    expect(() => permutationTest(many, many)).toThrow(/1.18e\+17 for 30 and 30 values; mannWhitneyTest/);
    expect(permutationTest(many, [100]).pValue).toBe(1 / 31);
  });
});

describe('mannWhitneyTest', () => {
  it("gives SciPy's documented example", () => {
    // Documentation of scipy.stats.mannwhitneyu: U = 17 and the exact p-value 0.1111.
    const { statistic, pValue } = mannWhitneyTest([19, 22, 16, 29, 24], [20, 11, 17, 12]);
    expect(statistic).toBe(17);
    expect(pValue).toBeCloseTo(14 / 126, 14);
  });

  it('is the share of all splits, with ties', () => {
    fc.assert(
      fc.property(samples, fc.constantFrom(...ALTERNATIVES), ([x, y], alternative) => {
        const u = (a: readonly number[], b: readonly number[]): number =>
          a
            .flatMap((v) => b.map((w) => (v > w ? 1 : v === w ? 0.5 : 0)))
            .reduce<number>((sum, v) => sum + v, 0);
        const observed = u(x, y);
        const centre = (x.length * y.length) / 2;
        const all = splits([...x, ...y], x.length);
        const extreme = all.filter((split) => {
          const value = u(split.x, split.y);
          return alternative === 'greater'
            ? value >= observed
            : alternative === 'less'
              ? value <= observed
              : Math.abs(value - centre) >= Math.abs(observed - centre);
        });
        const result = mannWhitneyTest(x, y, { alternative });
        expect(result.statistic).toBe(observed);
        expect(result.pValue).toBeCloseTo(extreme.length / all.length, 14);
        expect(result.assignments).toBe(all.length);
      }),
    );
  });

  it('is exact where the permutation test gives up, and refuses far larger samples', () => {
    const x = Array.from({ length: 40 }, (_, i) => i);
    const y = Array.from({ length: 40 }, (_, i) => i + 100);
    const { pValue, assignments } = mannWhitneyTest(x, y);
    expect(pValue * assignments).toBeCloseTo(2, 6);
    const large = Array.from({ length: 500 }, (_, i) => i);
    expect(() => mannWhitneyTest(large, large)).toThrow(DataError);
  });
});

describe.each(TESTS)('%s', (_, test) => {
  it('has at most its stated false-alarm rate, at every level', () => {
    // All splits of one pooled sample are what exchangeability makes equally likely: P(p <= a) can be counted
    // exactly.
    for (const pooled of [
      [3, 1, 4, 1, 5, 9, 2, 6],
      [0.31, 0.42, 0.44, 0.38, 0.45, 0.5, 0.29, 0.4],
    ]) {
      for (const n of [1, 3, 4]) {
        for (const alternative of ALTERNATIVES) {
          const p = splits(pooled, n).map(({ x, y }) => test(x, y, { alternative }).pValue);
          for (const level of new Set(p)) {
            expect(p.filter((v) => v <= level).length / p.length).toBeLessThanOrEqual(level + 1e-12);
          }
          expect(Math.min(...p)).toBeGreaterThanOrEqual(1 / p.length - 1e-12);
        }
      }
    }
  });

  it('turns round with its arguments', () => {
    const [x, y] = [
      [0.4, 0.5, 0.9],
      [0.1, 0.5, 0.3, 0.2],
    ] as const;
    const greater = test(x, y, { alternative: 'greater' });
    expect(test(y, x, { alternative: 'less' }).pValue).toBe(greater.pValue);
    expect(test(y, x).pValue).toBe(test(x, y).pValue);
    expect(greater.pValue).toBeLessThan(test(x, y, { alternative: 'less' }).pValue);
  });

  it('refuses bad input', () => {
    expect(() => test([], [1])).toThrow(/x: expected at least one value/);
    expect(() => test([1], [])).toThrow(/y: expected at least one value/);
    expect(() => test([1, NaN], [1])).toThrow(/x: expected finite numbers, got NaN \(element 1\)/);
    expect(() => test([1], [Infinity])).toThrow(DataError);
  });
});
