import fc from 'fast-check';
import { CholeskyDecomposition, inverse as oracleInverse, Matrix as Oracle } from 'ml-matrix';
import { describe, expect, it } from 'vitest';

import { ConfigurationError, NumericalError, ShapeError } from '#credence/errors/index';
import {
  cholesky,
  choleskyInverse,
  choleskySolve,
  fromRows,
  gram,
  identity,
  logDeterminant,
  matrix,
  multiply,
  multiplyVector,
  solveLower,
  solveLowerTransposed,
  transpose,
} from '#credence/linalg/index';
import type { Matrix } from '#credence/linalg/index';
import {
  add,
  EPSILON,
  hilbert,
  inverseHilbert,
  largest,
  matrices,
  positiveDefinite,
  sizes,
  vectors,
} from './arbitrary.js';

const to2d = ({ rows, cols, data }: Matrix): Oracle => Oracle.from1DArray(rows, cols, [...data]);

describe('cholesky', () => {
  it('is the known factor of a small matrix', () => {
    const a = fromRows([
      [4, 12, -16],
      [12, 37, -43],
      [-16, -43, 98],
    ]);
    const { lower, jitter } = cholesky(a);
    expect(lower).toEqual(
      fromRows([
        [2, 0, 0],
        [6, 1, 0],
        [-8, 5, 3],
      ]),
    );
    expect(jitter).toBe(0);
    expect(logDeterminant({ lower, jitter })).toBeCloseTo(Math.log(36), 14);
  });

  it('takes an empty matrix', () => {
    const factor = cholesky(matrix(0, 0));
    expect(factor).toEqual({ lower: matrix(0, 0), jitter: 0 });
    expect(logDeterminant(factor)).toBe(0);
    expect(choleskyInverse(factor)).toEqual(matrix(0, 0));
    expect(choleskySolve(factor, new Float64Array(0))).toEqual(new Float64Array(0));
  });

  // Higham, Accuracy and Stability, theorem 10.3: |L L' - A| <= (n + 1) eps |L| |L'|, here |L| |L'| <= max
  // a_ii < 9.
  it('multiplies back to the matrix, and equals the oracle', () => {
    fc.assert(
      fc.property(sizes.chain(positiveDefinite), (a) => {
        const { lower } = cholesky(a);
        expect(largest(add(multiply(lower, transpose(lower)), a, -1).data)).toBeLessThan(100 * EPSILON);
        if (a.rows === 0) return;
        const oracle = new CholeskyDecomposition(to2d(a)).lowerTriangularMatrix.to1DArray();
        // The condition number, at most 65, may multiply the error.
        expect(largest(lower.data.map((value, i) => value - oracle[i]!))).toBeLessThan(65 * 100 * EPSILON);
      }),
    );
  });

  it('solves, inverts and gives the determinant', () => {
    fc.assert(
      fc.property(
        sizes.chain((n) => fc.tuple(positiveDefinite(n), vectors(n), matrices(n, 3))),
        ([a, x, wide]) => {
          const factor = cholesky(a);
          const tolerance = 65 * 1000 * EPSILON;
          const solved = choleskySolve(factor, multiplyVector(a, x));
          expect(largest(solved.map((value, i) => value - x[i]!))).toBeLessThan(tolerance);
          expect(largest(add(choleskySolve(factor, multiply(a, wide)), wide, -1).data)).toBeLessThan(
            tolerance,
          );
          const inverse = choleskyInverse(factor);
          expect(largest(add(multiply(a, inverse), identity(a.rows), -1).data)).toBeLessThan(tolerance);
          expect(inverse).toEqual(transpose(inverse));
          if (a.rows === 0) return;
          expect(largest(oracleInverse(to2d(a)).sub(to2d(inverse)).to1DArray())).toBeLessThan(tolerance);
          const eigenvalues = [...new CholeskyDecomposition(to2d(a)).lowerTriangularMatrix.diagonal()];
          expect(logDeterminant(factor)).toBeCloseTo(
            2 * eigenvalues.reduce((sum, d) => sum + Math.log(d), 0),
            10,
          );
        },
      ),
    );
  });

  it('gives the log-determinant of a matrix whose determinant overflows', () => {
    const n = 300;
    const a = matrix(n, n);
    for (let i = 0; i < n; i++) a.data[i * n + i] = 1e10;
    expect(logDeterminant(cholesky(a)) / (n * Math.log(1e10))).toBeCloseTo(1, 13);
  });

  it('inverts an ill-conditioned matrix as well as its condition number allows', () => {
    for (const n of [4, 6, 8, 10]) {
      const exact = inverseHilbert(n);
      const computed = choleskyInverse(cholesky(hilbert(n)));
      // Norms of the Frobenius kind: condition * eps, times n for the factorisation.
      const condition = Math.hypot(...hilbert(n).data) * Math.hypot(...exact.data);
      const relative = Math.hypot(...add(computed, exact, -1).data) / Math.hypot(...exact.data);
      expect(relative).toBeLessThan(n * condition * EPSILON);
    }
  });
});

describe('cholesky of what is not positive definite', () => {
  const indefinite = fromRows([
    [1, 2],
    [2, 1],
  ]);
  const singular = fromRows([
    [1, 1, 0],
    [1, 1, 0],
    [0, 0, 1],
  ]);

  it('fails, saying where', () => {
    expect(() => cholesky(indefinite)).toThrow(NumericalError);
    expect(() => cholesky(indefinite)).toThrow(
      'cholesky: matrix: expected positive definite, got pivot -3 (row 1 of 2); regularise it',
    );
    expect(() => cholesky(singular)).toThrow('pivot 0 (row 1 of 3)');
    expect(() => cholesky(matrix(1, 1))).toThrow(NumericalError);
    expect(() => cholesky(hilbert(20))).toThrow(NumericalError);
  });

  it('does not take rounding noise for a positive pivot', () => {
    // The Gram matrix of (1, x) for three points x = 0.7: singular, but for what rounding leaves of the last
    // pivot.
    const noise = gram(fromRows(Array.from({ length: 3 }, () => [1, 0.7])));
    const column = noise.data[1]! / Math.sqrt(noise.data[0]!);
    expect(noise.data[3]! - column * column).toBeGreaterThan(0);
    expect(() => cholesky(noise)).toThrow(NumericalError);
  });

  it('rejects what is not square, not symmetric, not finite', () => {
    expect(() => cholesky(matrix(2, 3))).toThrow(ShapeError);
    expect(() =>
      cholesky(
        fromRows([
          [1, 0.5],
          [0, 1],
        ]),
      ),
    ).toThrow('expected symmetric, got 0 and 0.5');
    expect(() =>
      cholesky(
        fromRows([
          [1, 0],
          [0, NaN],
        ]),
      ),
    ).toThrow('expected finite elements, got NaN (row 1, column 1)');
    expect(() => cholesky(fromRows([[Infinity]]))).toThrow(NumericalError);
  });

  it('adds a jitter by policy only, and reports it', () => {
    const { lower, jitter } = cholesky(singular, { jitter: { initial: 1e-10 } });
    expect(jitter).toBe(1e-10);
    const back = multiply(lower, transpose(lower));
    expect(largest(add(add(back, singular, -1), identity(3), -jitter).data)).toBeLessThan(10 * EPSILON);
  });

  it('takes the smallest amount that works, relative to the diagonal', () => {
    // Eigenvalues -1 and 3: an amount over 1 is needed.
    expect(cholesky(indefinite, { jitter: { initial: 0.3, growth: 2 } }).jitter).toBe(1.2);
    const scaled = matrix(
      2,
      2,
      indefinite.data.map((value) => 8 * value),
    );
    expect(cholesky(scaled, { jitter: { initial: 0.3, growth: 2 } }).jitter).toBe(8 * 1.2);
    expect(cholesky(matrix(2, 2), { jitter: { initial: 0.5 } }).jitter).toBe(0.5);
  });

  it('leaves a positive definite matrix as it is under a policy', () => {
    fc.assert(
      fc.property(sizes.chain(positiveDefinite), (a) => {
        expect(cholesky(a, { jitter: { initial: 1e-3 } })).toEqual(cholesky(a));
      }),
    );
  });

  it('fails when no amount of the policy is enough, and rejects a policy without sense', () => {
    expect(() => cholesky(indefinite, { jitter: { initial: 1e-8, attempts: 3 } })).toThrow(NumericalError);
    for (const jitter of [
      { initial: 0 },
      { initial: NaN },
      { initial: 1, growth: 1 },
      { initial: 1, attempts: 0 },
    ]) {
      expect(() => cholesky(indefinite, { jitter })).toThrow(ConfigurationError);
    }
  });
});

describe('triangular solves', () => {
  it('are inverse to the products, for vectors and matrices', () => {
    fc.assert(
      fc.property(
        sizes.chain((n) => fc.tuple(positiveDefinite(n), vectors(n), matrices(n, 2))),
        ([a, x, wide]) => {
          const { lower } = cholesky(a);
          const tolerance = 65 * 100 * EPSILON;
          const forward = solveLower(lower, multiplyVector(lower, x));
          expect(largest(forward.map((value, i) => value - x[i]!))).toBeLessThan(tolerance);
          const backward = solveLowerTransposed(lower, multiplyVector(transpose(lower), x));
          expect(largest(backward.map((value, i) => value - x[i]!))).toBeLessThan(tolerance);
          expect(largest(add(solveLower(lower, multiply(lower, wide)), wide, -1).data)).toBeLessThan(
            tolerance,
          );
          expect(
            largest(add(solveLowerTransposed(lower, multiply(transpose(lower), wide)), wide, -1).data),
          ).toBeLessThan(tolerance);
        },
      ),
    );
  });

  it('do not read what stands above the diagonal, nor write to their input', () => {
    const b = Float64Array.of(2, 5);
    expect(
      solveLower(
        fromRows([
          [2, 99],
          [1, 4],
        ]),
        b,
      ),
    ).toEqual(Float64Array.of(1, 1));
    expect(
      solveLowerTransposed(
        fromRows([
          [2, 99],
          [1, 4],
        ]),
        Float64Array.of(3, 4),
      ),
    ).toEqual(Float64Array.of(1, 1));
    expect(b).toEqual(Float64Array.of(2, 5));
  });

  it('reject misshapen and singular factors', () => {
    expect(() => solveLower(matrix(2, 3), new Float64Array(2))).toThrow(ShapeError);
    expect(() => solveLower(identity(2), new Float64Array(3))).toThrow(ShapeError);
    expect(() => solveLower(matrix(2, 2), new Float64Array(2))).toThrow(NumericalError);
    expect(() =>
      solveLowerTransposed(
        fromRows([
          [1, 0],
          [0, NaN],
        ]),
        new Float64Array(2),
      ),
    ).toThrow(NumericalError);
  });
});
