import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix as Oracle } from 'ml-matrix';
import { describe, expect, it } from 'vitest';

import { NumericalError, ShapeError } from '#credence/errors/index';
import {
  cholesky,
  fromRows,
  identity,
  logDeterminant,
  matrix,
  multiply,
  symmetricEigen,
  transpose,
} from '#credence/linalg/index';
import type { Matrix } from '#credence/linalg/index';
import { fold, key, normal } from '#credence/random/index';
import { add, EPSILON, hilbert, largest, matrices, positiveDefinite, symmetric } from './arbitrary.js';

const symmetricMatrices = fc
  .integer({ min: 0, max: 12 })
  .chain((n) => matrices(n, n))
  .map(symmetric);

function rebuild(values: Float64Array, vectors: Matrix): Matrix {
  const n = values.length;
  const scaled = matrix(
    n,
    n,
    vectors.data.map((value, i) => value * values[i % n]!),
  );
  return multiply(scaled, transpose(vectors));
}

/** Backward stable: an error of a small multiple of n eps |A|, and |A| <= n for elements of [-1, 1]. */
const tolerance = (n: number): number => 10 * (n + 1) ** 2 * EPSILON;

describe('symmetricEigen', () => {
  // As second moments of features with idle units are; these did not converge while only neighbours were compared.
  it.each([
    [200, 20, 3],
    [200, 150, 0],
    [200, 150, 1],
  ])('of size %i and rank %i, seed %i', (n, rank, seed) => {
    const rows = normal(fold(key(seed), 'z', n, rank), rank * n);
    const factor: Matrix = { ...matrix(rank, n), data: rows };
    const a = symmetric(multiply(transpose(factor), factor));
    const { values, vectors } = symmetricEigen(a);
    const size = largest(a.data);
    const bound = size * tolerance(n);
    expect(largest(add(rebuild(values, vectors), a, -1).data)).toBeLessThan(bound);
    expect(largest(values.subarray(0, n - rank))).toBeLessThan(bound);
    expect(values[n - rank]!).toBeGreaterThan(bound);
  });

  it('rebuilds the matrix from orthonormal vectors and ascending values', () => {
    fc.assert(
      fc.property(symmetricMatrices, (a) => {
        const { values, vectors } = symmetricEigen(a);
        const n = a.rows;
        expect(largest(add(rebuild(values, vectors), a, -1).data)).toBeLessThan(tolerance(n));
        expect(largest(add(multiply(transpose(vectors), vectors), identity(n), -1).data)).toBeLessThan(
          tolerance(n),
        );
        expect(values).toEqual(values.slice().sort());
      }),
    );
  });

  it('gives the values of ml-matrix', () => {
    fc.assert(
      fc.property(symmetricMatrices, (a) => {
        if (a.rows === 0) return;
        const oracle = new EigenvalueDecomposition(Oracle.from1DArray(a.rows, a.cols, [...a.data]), {
          assumeSymmetric: true,
        }).realEigenvalues.sort((x, y) => x - y);
        expect(largest(symmetricEigen(a).values.map((value, i) => value - oracle[i]!))).toBeLessThan(
          2 * tolerance(a.rows),
        );
      }),
    );
  });

  it('agrees with the determinant of Cholesky', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }).chain(positiveDefinite), (a) => {
        const sum = symmetricEigen(a).values.reduce((total, value) => total + Math.log(value), 0);
        expect(sum).toBeCloseTo(logDeterminant(cholesky(a)), 11);
      }),
    );
  });

  it('gives the closed form of the second-difference matrix', () => {
    for (const n of [1, 2, 5, 40, 120]) {
      const a = matrix(n, n);
      for (let i = 0; i < n; i++) {
        a.data[i * n + i] = 2;
        if (i > 0) a.data[i * n + i - 1] = a.data[(i - 1) * n + i] = -1;
      }
      const { values } = symmetricEigen(a);
      const error = values.map((value, k) => value - (2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1))));
      expect(largest(error)).toBeLessThan(10 * n * 4 * EPSILON);
    }
  });

  it('handles repeated values, diagonal, zero, rank-one and ill-conditioned matrices', () => {
    expect(symmetricEigen(identity(4)).values).toEqual(Float64Array.of(1, 1, 1, 1));
    expect(
      symmetricEigen(
        fromRows([
          [3, 0, 0],
          [0, -1, 0],
          [0, 0, 2],
        ]),
      ),
    ).toEqual({
      values: Float64Array.of(-1, 2, 3),
      vectors: fromRows([
        [0, 0, 1],
        [1, 0, 0],
        [0, 1, 0],
      ]),
    });
    expect(symmetricEigen(matrix(3, 3)).values).toEqual(new Float64Array(3));
    const ones = matrix(5, 5, new Float64Array(25).fill(1));
    const { values, vectors } = symmetricEigen(ones);
    expect(values[4]).toBeCloseTo(5, 13);
    expect(largest(values.subarray(0, 4))).toBeLessThan(10 * 5 * 5 * EPSILON);
    for (let i = 0; i < 5; i++) expect(vectors.data[i * 5 + 4]).toBeCloseTo(1 / Math.sqrt(5), 13);
    const h = symmetricEigen(hilbert(10));
    expect(largest(add(rebuild(h.values, h.vectors), hilbert(10), -1).data)).toBeLessThan(100 * EPSILON);
    // The smallest eigenvalue of Hilbert's matrix of order 10 is 1.0931538e-13 (Todd, J. Res. NBS 65B, 1961).
    expect(Math.abs(h.values[0]! - 1.0931538e-13)).toBeLessThan(10 * 2 * EPSILON);
  });

  it('does not overflow or underflow', () => {
    for (const scale of [1e-150, 1e150]) {
      const { values } = symmetricEigen(
        fromRows([
          [2 * scale, scale, 0],
          [scale, 2 * scale, scale],
          [0, scale, 2 * scale],
        ]),
      );
      expect(values[0]! / scale).toBeCloseTo(2 - Math.SQRT2, 13);
      expect(values[2]! / scale).toBeCloseTo(2 + Math.SQRT2, 13);
    }
  });

  // Found by fast-check: a reflection of a subnormal column, and a coupling that no rotation can make smaller.
  it('stands subnormal elements beside ordinary and tiny ones', () => {
    const tiny = 2 ** -1074;
    const mixed = symmetricEigen(
      fromRows([
        [1, -tiny, tiny],
        [-tiny, 1.25, 0],
        [tiny, 0, 1.25],
      ]),
    );
    expect(mixed.values).toEqual(Float64Array.of(1, 1.25, 1.25));
    const path = [
      [0, 1e-96, 0, 0],
      [1e-96, 0, tiny, 0],
      [0, tiny, 0, tiny],
      [0, 0, tiny, 0],
    ];
    const { values } = symmetricEigen(fromRows(path));
    [-1, 0, 0, 1].forEach((exact, i) =>
      expect(Math.abs(values[i]! / 1e-96 - exact)).toBeLessThan(10 * EPSILON),
    );
    expect(
      symmetricEigen(
        fromRows([
          [tiny, 0],
          [0, -tiny],
        ]),
      ).values,
    ).toEqual(Float64Array.of(-tiny, tiny));
  });

  it('takes an empty matrix; rejects what is not square, symmetric or finite', () => {
    expect(symmetricEigen(matrix(0, 0))).toEqual({ values: new Float64Array(0), vectors: matrix(0, 0) });
    expect(() => symmetricEigen(matrix(2, 3))).toThrow(ShapeError);
    expect(() =>
      symmetricEigen(
        fromRows([
          [1, 2],
          [3, 1],
        ]),
      ),
    ).toThrow(NumericalError);
    expect(() => symmetricEigen(fromRows([[NaN]]))).toThrow(NumericalError);
  });
});
