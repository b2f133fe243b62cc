import fc from 'fast-check';
import { Matrix as Oracle } from 'ml-matrix';
import { describe, expect, it } from 'vitest';

import { ShapeError } from '#credence/errors/index';
import {
  fromRows,
  gram,
  identity,
  matrix,
  multiply,
  multiplyVector,
  transpose,
} from '#credence/linalg/index';
import { EPSILON, largest, matrices, sizes, vectors } from './arbitrary.js';

const shapes = fc.tuple(sizes, sizes, sizes);

describe('matrix', () => {
  it('holds rows in row-major order', () => {
    expect(
      fromRows([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ).toEqual({ rows: 2, cols: 3, data: Float64Array.of(1, 2, 3, 4, 5, 6) });
    expect(matrix(2, 0).data).toHaveLength(0);
    expect(fromRows([])).toEqual(matrix(0, 0));
  });

  it('rejects shapes that do not fit the data', () => {
    expect(() => matrix(2, 2, new Float64Array(3))).toThrow(ShapeError);
    expect(() => matrix(-1, 2)).toThrow(ShapeError);
    expect(() => matrix(1.5, 2)).toThrow(ShapeError);
    expect(() => matrix(NaN, 2)).toThrow(ShapeError);
    expect(() => fromRows([[1, 2], [3]])).toThrow('fromRows: rows: expected 2 elements each, got 1 (row 1)');
  });

  it('rejects products whose inner dimensions differ', () => {
    expect(() => multiply(matrix(2, 3), matrix(2, 3))).toThrow(ShapeError);
    expect(() => multiplyVector(matrix(2, 3), new Float64Array(2))).toThrow(ShapeError);
  });

  it('gives zeros for a product over an empty inner dimension', () => {
    expect(multiply(matrix(2, 0), matrix(0, 3))).toEqual(matrix(2, 3));
  });

  // Sums of up to 8 products of numbers of [-1, 1], in the same order or another: 8 rounding errors of at
  // most 8 eps / 2.
  it('multiplies as ml-matrix does', () => {
    fc.assert(
      fc.property(
        shapes.chain(([n, k, m]) => fc.tuple(matrices(n + 1, k + 1), matrices(k + 1, m + 1), vectors(k + 1))),
        ([a, b, x]) => {
          const to2d = ({ rows, cols, data }: typeof a): Oracle => Oracle.from1DArray(rows, cols, [...data]);
          expect(
            largest(
              to2d(multiply(a, b))
                .sub(to2d(a).mmul(to2d(b)))
                .to1DArray(),
            ),
          ).toBeLessThan(100 * EPSILON);
          const product = to2d(a)
            .mmul(Oracle.columnVector([...x]))
            .to1DArray();
          expect(largest(multiplyVector(a, x).map((value, i) => value - product[i]!))).toBeLessThan(
            100 * EPSILON,
          );
          expect(
            largest(gram(a).data.map((value, i) => value - multiply(transpose(a), a).data[i]!)),
          ).toBeLessThan(100 * EPSILON);
        },
      ),
    );
  });

  it('obeys the laws of transposition and identity', () => {
    fc.assert(
      fc.property(
        shapes.chain(([n, k, m]) => fc.tuple(matrices(n, k), matrices(k, m))),
        ([a, b]) => {
          expect(transpose(transpose(a))).toEqual(a);
          expect(transpose(multiply(a, b))).toEqual(multiply(transpose(b), transpose(a)));
          expect(multiply(a, identity(a.cols)).data.map((v) => v + 0)).toEqual(a.data.map((v) => v + 0));
          expect(gram(a)).toEqual(transpose(gram(a)));
        },
      ),
    );
  });
});
