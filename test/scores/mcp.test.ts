import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError, ShapeError } from '#credence/errors/index';
import { largestLogit, maximumClassProbability, softmaxRows } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

const logitsOf = (...rows: readonly (readonly number[])[]): Tensor<'float64'> =>
  tensor('float64', [rows.length, rows[0]!.length], Float64Array.from(rows.flat()));

const rows = fc.integer({ min: 2, max: 6 }).chain((K) =>
  fc.array(fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: K, maxLength: K }), {
    minLength: 1,
    maxLength: 5,
  }),
);

test('1 - the largest probability of the softmax, from its definition', () => {
  fc.assert(
    fc.property(rows, (logits) => {
      const scores = maximumClassProbability(logitsOf(...logits));
      const probabilities = softmaxRows(logitsOf(...logits));
      logits.forEach((row, i) => {
        const total = row.reduce((sum, z) => sum + Math.exp(z), 0);
        const direct = row.map((z) => Math.exp(z) / total);
        // At most 6 exponentials and sums, 2^-53 relative each, doubled by the quotient; exp is off by the rounding of its argument (30).
        const bound = 100 * 2 ** -53;
        expect(Math.abs(scores[i]! - (1 - Math.max(...direct)))).toBeLessThan(bound);
        direct.forEach((p, k) =>
          expect(Math.abs(probabilities[i * row.length + k]! - p)).toBeLessThan(bound),
        );
        expect(scores[i]).toBeGreaterThanOrEqual(0);
        expect(scores[i]).toBeLessThanOrEqual(1 - 1 / row.length + bound);
      });
    }),
  );
});

test('a shift of all logits changes nothing', () => {
  fc.assert(
    // Integers, so that the shift itself is exact.
    fc.property(
      fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 2, maxLength: 5 }),
      fc.integer(),
      (row, shift) => {
        const shifted = row.map((z) => z + shift);
        expect(maximumClassProbability(logitsOf(shifted))).toEqual(maximumClassProbability(logitsOf(row)));
      },
    ),
  );
});

describe('where 1 - p would not do', () => {
  test('the very confident are still ranked: 1 - p is 0 for both, in float32 beyond 17 nats and in float64 beyond 37', () => {
    const logits = tensor('float32', [3, 2], Float32Array.of(20, 0, 40, 0, 100, 0));
    const scores = maximumClassProbability(logits);
    expect(Math.fround(1 - Math.fround(scores[0]!))).toBe(1);
    expect(1 - scores[1]!).toBe(1);
    // exp(-gap) / (1 + exp(-gap)), the same expression: to the last bit but for the division.
    [20, 40, 100].forEach((gap, i) => expect(scores[i]! / Math.exp(-gap)).toBeCloseTo(1, 8));
    expect(scores[0]).toBeGreaterThan(scores[1]!);
    expect(scores[1]).toBeGreaterThan(scores[2]!);
    expect(scores[2]).toBeGreaterThan(0);
  });

  test('no overflow', () => {
    expect(maximumClassProbability(logitsOf([1e308, 0], [-1e308, -1e308]))).toEqual(Float64Array.of(0, 0.5));
  });
});

test('ties: the first class is the prediction, and K equal logits give 1 - 1 / K', () => {
  const logits = logitsOf([1, 3, 3, 3], [2, 2, 2, 2]);
  expect(largestLogit(logits)).toEqual(Uint32Array.of(1, 0));
  expect(maximumClassProbability(logits)[1]).toBe(0.75);
});

test('a class that is ruled out by -Infinity has probability 0', () => {
  const logits = logitsOf([0, -Infinity, 0]);
  expect(maximumClassProbability(logits)).toEqual(Float64Array.of(0.5));
  expect(softmaxRows(logits)).toEqual(Float64Array.of(0.5, 0, 0.5));
});

test('more classes than a byte counts', () => {
  const row = new Float32Array(1000);
  row[900] = 1;
  expect(largestLogit(tensor('float32', [1, 1000], row))).toEqual(Uint32Array.of(900));
});

describe('what is refused', () => {
  test.each([
    [NaN, 0],
    [0, NaN],
    [Infinity, 0],
    [Infinity, Infinity],
    [-Infinity, -Infinity],
  ])('logits of %s and %s, with their row', (...row) => {
    for (const score of [maximumClassProbability, softmaxRows, largestLogit]) {
      expect(() => score(logitsOf([0, 1], row))).toThrow(DataError);
      expect(() => score(logitsOf([0, 1], row))).toThrow('row 1');
    }
  });

  test.each([[[3]], [[3, 1]], [[1, 3, 2]]])('an array of shape %j', (shape) => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    expect(() => maximumClassProbability(tensor('float32', shape, new Float32Array(size)))).toThrow(
      ShapeError,
    );
  });
});
