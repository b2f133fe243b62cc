import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError } from '#credence/errors/index';
import { permutationTest } from '#credence/metrics/index';
import { jointPermutationTest } from '../../bench/joint-test.js';

/** Few digits, so that ties happen. */
const value = fc.integer({ min: 0, max: 50 }).map((n) => n / 10);
const row = (n: number): fc.Arbitrary<number[]> => fc.array(value, { minLength: n, maxLength: n });
const rows = (count: number, n: number): fc.Arbitrary<number[][]> =>
  fc.array(row(n), { minLength: count, maxLength: count });

describe('jointPermutationTest', () => {
  test('of one row it is the permutation test of the means', () => {
    fc.assert(
      fc.property(row(5), row(3), (reference, observed) => {
        const { pValue, assignments } = jointPermutationTest([reference], [observed]);
        const single = permutationTest(observed, reference);
        expect(assignments).toBe(single.assignments);
        expect(pValue).toBeCloseTo(single.pValue, 12);
      }),
    );
  });

  test('a row said twice, or on another scale, changes nothing', () => {
    fc.assert(
      fc.property(rows(2, 5), rows(2, 3), (reference, observed) => {
        const scaled = (all: number[][]): number[][] => [...all, all[0]!.map((x) => 4 * x - 1)];
        expect(jointPermutationTest(scaled(reference), scaled(observed)).pValue).toBe(
          jointPermutationTest(reference, observed).pValue,
        );
      }),
    );
  });

  test('a constant row says nothing', () => {
    expect(jointPermutationTest([[1, 1, 1]], [[1, 1]]).pValue).toBe(1);
  });

  test('columns that differ in one row of eight are told apart', () => {
    const noise = [3, 1, 2, 5, 4, 2, 4, 1];
    const reference = Array.from({ length: 8 }, (_, i) => noise.slice(0, 5).map((x) => (x * (i + 1)) % 7));
    const observed = Array.from({ length: 8 }, (_, i) => noise.slice(5).map((x) => (x * (i + 1)) % 7));
    observed[4] = [107, 102, 105];
    expect(jointPermutationTest(reference, observed).pValue).toBe(1 / 56);
  });

  test('under all relabellings of any columns, at most a share a has a p-value of at most a', () => {
    const choices = fc.tuple(rows(3, 6), fc.constantFrom(0.05, 0.1, 0.25, 0.5));
    fc.assert(
      fc.property(choices, ([all, level]) => {
        const pValues: number[] = [];
        for (let i = 0; i < 6; i++) {
          for (let j = i + 1; j < 6; j++) {
            const isObserved = (column: number): boolean => column === i || column === j;
            const part = (inside: boolean): number[][] =>
              all.map((own) => own.filter((_, column) => isObserved(column) === inside));
            pValues.push(jointPermutationTest(part(false), part(true)).pValue);
          }
        }
        expect(pValues.filter((p) => p <= level).length / pValues.length).toBeLessThanOrEqual(level);
      }),
      { numRuns: 50 },
    );
  });

  test('refuses samples that do not fit each other', () => {
    expect(() => jointPermutationTest([[1]], [])).toThrow(DataError);
    expect(() => jointPermutationTest([], [])).toThrow(DataError);
    expect(() => jointPermutationTest([[1, 2], [1]], [[1], [1]])).toThrow(DataError);
  });
});
