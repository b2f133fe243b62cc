import fc from 'fast-check';
import { QrDecomposition, Matrix as Oracle } from 'ml-matrix';
import { describe, expect, it } from 'vitest';

import { NumericalError, ShapeError } from '#credence/errors/index';
import {
  cholesky,
  fromRows,
  gram,
  gramFactor,
  identity,
  matrix,
  multiply,
  multiplyVector,
  solveLowerTransposed,
  transpose,
} from '#credence/linalg/index';
import type { Matrix } from '#credence/linalg/index';
import { add, EPSILON, largest, matrices, vectors } from './arbitrary.js';

/** B over I: columns whose Gram matrix is B'B + I, so a condition number of at most sqrt(65). */
const regular = fc
  .tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 8 }))
  .chain(([n, d]) => fc.tuple(matrices(n, d), vectors(n + d)))
  .map(([b, y]): [Matrix, Float64Array] => [
    matrix(b.rows + b.cols, b.cols, Float64Array.of(...b.data, ...identity(b.cols).data)),
    y,
  ]);

describe('gramFactor', () => {
  it('is the Cholesky factor of the Gram matrix', () => {
    fc.assert(
      fc.property(regular, ([a, y]) => {
        const { factor, projected } = gramFactor(a, y);
        expect(factor.jitter).toBe(0);
        const tolerance = 1000 * EPSILON;
        expect(largest(add(multiply(factor.lower, transpose(factor.lower)), gram(a), -1).data)).toBeLessThan(
          tolerance,
        );
        expect(largest(add(factor.lower, cholesky(gram(a)).lower, -1).data)).toBeLessThan(65 * tolerance);
        const right = multiplyVector(transpose(a), y);
        expect(largest(multiplyVector(factor.lower, projected).map((v, i) => v - right[i]!))).toBeLessThan(
          tolerance,
        );
      }),
    );
  });

  it('gives the least squares of ml-matrix', () => {
    fc.assert(
      fc.property(regular, ([a, y]) => {
        if (a.cols === 0) return;
        const { factor, projected } = gramFactor(a, y);
        const solution = solveLowerTransposed(factor.lower, projected);
        const oracle = new QrDecomposition(Oracle.from1DArray(a.rows, a.cols, [...a.data]))
          .solve(Oracle.columnVector([...y]))
          .to1DArray();
        expect(largest(solution.map((value, i) => value - oracle[i]!))).toBeLessThan(65 * 1000 * EPSILON);
      }),
    );
  });

  it('keeps the digits that forming the Gram matrix would lose', () => {
    // Two points 1e-9 apart: x'x and 1'x agree to 18 digits, so Cholesky of the Gram matrix sees one point.
    const points = [0.5, 0.5 + 2 ** -30];
    const a = fromRows(points.map((x) => [1, x]));
    expect(() => cholesky(gram(a))).toThrow(NumericalError);
    const { factor, projected } = gramFactor(a, Float64Array.of(1, 1 + 2 ** -30));
    const [intercept, slope] = solveLowerTransposed(factor.lower, projected);
    // y = x + 0.5; condition number 3e9, so 1e9 * a few eps.
    expect(slope).toBeCloseTo(1, 5);
    expect(intercept).toBeCloseTo(0.5, 5);
  });

  it('rejects columns that depend on each other', () => {
    const y = (n: number): Float64Array => new Float64Array(n).fill(1);
    expect(() =>
      gramFactor(
        fromRows([
          [1, 0.1],
          [1, 0.1],
          [1, 0.1],
        ]),
        y(3),
      ),
    ).toThrow(NumericalError);
    expect(() =>
      gramFactor(
        fromRows([
          [0, 1],
          [0, 2],
        ]),
        y(2),
      ),
    ).toThrow(NumericalError);
    expect(() => gramFactor(fromRows([[1, 2]]), y(1))).toThrow(
      'expected linearly independent, got 1 rows (matrix (1, 2))',
    );
    // Ten powers of five different numbers, each twice: rank 5 whatever rounding makes of it.
    const powers = Array.from({ length: 10 }, (_, i) =>
      Array.from({ length: 10 }, (__, k) => (0.13 + 0.17 * (i % 5)) ** k),
    );
    expect(() => gramFactor(fromRows(powers), y(10))).toThrow('reciprocal condition number');
  });

  it('does not mind how the columns are scaled', () => {
    const { factor } = gramFactor(
      fromRows([
        [1e-200, 0],
        [0, 1e200],
      ]),
      Float64Array.of(1, 1),
    );
    expect(factor.lower.data.map((value) => value + 0)).toEqual(Float64Array.of(1e-200, 0, 0, 1e200));
  });

  it('reflects a subnormal column', () => {
    const tiny = 2 ** -1074;
    const { factor } = gramFactor(
      fromRows([
        [0, 3],
        [tiny, 4],
        [0, 0],
      ]),
      Float64Array.of(1, 2, 3),
    );
    expect(factor.lower.data[0]).toBe(tiny);
    expect(factor.lower.data[2]).toBeCloseTo(4, 14);
    expect(factor.lower.data[3]).toBeCloseTo(3, 14);
  });

  it('takes no columns, rejects bad input', () => {
    expect(gramFactor(matrix(3, 0), new Float64Array(3)).projected).toHaveLength(0);
    expect(() => gramFactor(matrix(3, 1), new Float64Array(2))).toThrow(ShapeError);
    expect(() => gramFactor(fromRows([[NaN]]), new Float64Array(1))).toThrow(NumericalError);
    expect(() => gramFactor(fromRows([[1]]), Float64Array.of(Infinity))).toThrow(NumericalError);
  });
});
