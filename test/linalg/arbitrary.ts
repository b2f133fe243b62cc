import fc from 'fast-check';

import { fromRows, identity, matrix, multiply, transpose } from '#credence/linalg/index';
import type { Matrix } from '#credence/linalg/index';

export const EPSILON: number = 2 ** -52;

const element = fc.double({ min: -1, max: 1, noNaN: true, noDefaultInfinity: true });

/** Matrices of the shape with elements of [-1, 1]. */
export function matrices(rows: number, cols: number): fc.Arbitrary<Matrix> {
  return fc
    .array(element, { minLength: rows * cols, maxLength: rows * cols })
    .map((values) => matrix(rows, cols, Float64Array.from(values)));
}

export const vectors = (n: number): fc.Arbitrary<Float64Array> =>
  fc.array(element, { minLength: n, maxLength: n }).map((values) => Float64Array.from(values));

export const sizes: fc.Arbitrary<number> = fc.integer({ min: 0, max: 8 });

/** B B' + I: every eigenvalue of [1, n^2 + 1], so a condition number of at most 65 for n up to 8. */
export function positiveDefinite(n: number): fc.Arbitrary<Matrix> {
  return matrices(n, n).map((b) => add(symmetric(multiply(b, transpose(b))), identity(n)));
}

export function add(a: Matrix, b: Matrix, scale = 1): Matrix {
  return matrix(
    a.rows,
    a.cols,
    a.data.map((value, i) => value + scale * b.data[i]!),
  );
}

export function symmetric(a: Matrix): Matrix {
  const other = transpose(a);
  return matrix(
    a.rows,
    a.cols,
    a.data.map((value, i) => (value + other.data[i]!) / 2),
  );
}

export function largest(values: Iterable<number>): number {
  let out = 0;
  for (const value of values) out = Math.max(out, Math.abs(value));
  return out;
}

/** The Hilbert matrix, 1 / (i + j + 1): condition number about exp(3.5 n). */
export function hilbert(n: number): Matrix {
  return fromRows(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => 1 / (i + j + 1))));
}

/** The inverse of the Hilbert matrix, all integers: exact in float64 up to n = 12. */
export function inverseHilbert(n: number): Matrix {
  const choose = (a: number, b: number): bigint => {
    let out = 1n;
    for (let k = 1; k <= b; k++) out = (out * BigInt(a - b + k)) / BigInt(k);
    return out;
  };
  return fromRows(
    Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (__, j) => {
        const product =
          choose(n + i, n - j - 1) * choose(n + j, n - i - 1) * choose(i + j, i) ** 2n * BigInt(i + j + 1);
        return Number((i + j) % 2 === 0 ? product : -product);
      }),
    ),
  );
}
