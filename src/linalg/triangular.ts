import { NumericalError, ShapeError } from '../errors/index.js';
import { matrix } from './matrix.js';
import type { Matrix } from './matrix.js';

/**
 * X of L X = B by forward substitution; L (n, n) is lower triangular, what stands above its diagonal is not
 * read. B is a vector (n) or a matrix (n, m).
 * @throws ShapeError when the shapes do not fit, NumericalError when an element of the diagonal is 0 or not
 *   finite.
 */
export function solveLower(lower: Matrix, b: Float64Array): Float64Array;
export function solveLower(lower: Matrix, b: Matrix): Matrix;
export function solveLower(lower: Matrix, b: Float64Array | Matrix): Float64Array | Matrix {
  return substitute('solveLower', lower, b, forward);
}

/**
 * X of L' X = B by back substitution, for the same L as `solveLower`.
 * @throws ShapeError when the shapes do not fit, NumericalError when an element of the diagonal is 0 or not
 *   finite.
 */
export function solveLowerTransposed(lower: Matrix, b: Float64Array): Float64Array;
export function solveLowerTransposed(lower: Matrix, b: Matrix): Matrix;
export function solveLowerTransposed(lower: Matrix, b: Float64Array | Matrix): Float64Array | Matrix {
  return substitute('solveLowerTransposed', lower, b, backward);
}

type Substitution = (lower: Float64Array, n: number, x: Float64Array, m: number) => void;

function substitute(
  what: string,
  { rows: n, cols, data: lower }: Matrix,
  b: Float64Array | Matrix,
  substitution: Substitution,
): Float64Array | Matrix {
  if (n !== cols)
    throw new ShapeError({ what: `${what}: factor`, expected: 'square', got: `(${n}, ${cols})` });
  const rows = b instanceof Float64Array ? b.length : b.rows;
  if (rows !== n)
    throw new ShapeError({ what: `${what}: right side`, expected: `${n} rows`, got: `${rows}` });
  for (let i = 0; i < n; i++) {
    const pivot = lower[i * n + i]!;
    if (pivot === 0 || !Number.isFinite(pivot)) {
      throw new NumericalError({
        what: `${what}: factor`,
        expected: 'a finite diagonal without zeros',
        got: `${pivot}`,
        where: `row ${i}`,
      });
    }
  }
  if (b instanceof Float64Array) {
    const x = b.slice();
    substitution(lower, n, x, 1);
    return x;
  }
  const x = matrix(n, b.cols, b.data.slice());
  substitution(lower, n, x.data, b.cols);
  return x;
}

function forward(lower: Float64Array, n: number, x: Float64Array, m: number): void {
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) {
      const scale = lower[i * n + k]!;
      for (let j = 0; j < m; j++) x[i * m + j]! -= scale * x[k * m + j]!;
    }
    const pivot = lower[i * n + i]!;
    for (let j = 0; j < m; j++) x[i * m + j]! /= pivot;
  }
}

function backward(lower: Float64Array, n: number, x: Float64Array, m: number): void {
  for (let i = n - 1; i >= 0; i--) {
    const pivot = lower[i * n + i]!;
    for (let j = 0; j < m; j++) x[i * m + j]! /= pivot;
    for (let k = 0; k < i; k++) {
      const scale = lower[i * n + k]!;
      for (let j = 0; j < m; j++) x[k * m + j]! -= scale * x[i * m + j]!;
    }
  }
}
