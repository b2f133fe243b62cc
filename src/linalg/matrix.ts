import { NumericalError, ShapeError } from '../errors/index.js';

/** A dense float64 matrix in row-major order: element (i, j) is `data[i * cols + j]`. Treat it as a value. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array;
}

/**
 * A matrix over existing data, not copied; zeros where no data is given.
 * @throws ShapeError when the data's length is not `rows * cols`.
 */
export function matrix(rows: number, cols: number, data?: Float64Array): Matrix {
  if (!Number.isInteger(rows) || !Number.isInteger(cols) || rows < 0 || cols < 0) {
    throw new ShapeError({
      what: 'matrix: shape',
      expected: 'integers of at least 0',
      got: `(${rows}, ${cols})`,
    });
  }
  if (data !== undefined && data.length !== rows * cols) {
    throw new ShapeError({
      what: 'matrix: data',
      expected: `${rows * cols} elements for shape (${rows}, ${cols})`,
      got: `${data.length}`,
    });
  }
  return { rows, cols, data: data ?? new Float64Array(rows * cols) };
}

/**
 * A matrix from its rows; (0, 0) from none.
 * @throws ShapeError when the rows differ in length.
 */
export function fromRows(rows: readonly ArrayLike<number>[]): Matrix {
  const cols = rows[0]?.length ?? 0;
  const out = matrix(rows.length, cols);
  rows.forEach((row, i) => {
    if (row.length !== cols) {
      throw new ShapeError({
        what: 'fromRows: rows',
        expected: `${cols} elements each`,
        got: `${row.length}`,
        where: `row ${i}`,
      });
    }
    out.data.set(row, i * cols);
  });
  return out;
}

/** The identity (n, n). */
export function identity(n: number): Matrix {
  const out = matrix(n, n);
  for (let i = 0; i < n; i++) out.data[i * n + i] = 1;
  return out;
}

/** A' (cols, rows). */
export function transpose({ rows, cols, data }: Matrix): Matrix {
  const out = matrix(cols, rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out.data[j * rows + i] = data[i * cols + j]!;
  return out;
}

/**
 * A B: (n, k) times (k, m) is (n, m).
 * @throws ShapeError when the inner dimensions differ.
 */
export function multiply(a: Matrix, b: Matrix): Matrix {
  if (a.cols !== b.rows) throw innerMismatch('multiply', a, `(${b.rows}, ${b.cols})`);
  const out = matrix(a.rows, b.cols);
  for (let i = 0; i < a.rows; i++) {
    const row = out.data.subarray(i * b.cols, (i + 1) * b.cols);
    for (let k = 0; k < a.cols; k++) {
      const scale = a.data[i * a.cols + k]!;
      const start = k * b.cols;
      for (let j = 0; j < b.cols; j++) row[j]! += scale * b.data[start + j]!;
    }
  }
  return out;
}

/**
 * A x: (n, k) times (k) is (n).
 * @throws ShapeError when x is not of k elements.
 */
export function multiplyVector(a: Matrix, x: Float64Array): Float64Array {
  if (a.cols !== x.length) throw innerMismatch('multiplyVector', a, `(${x.length})`);
  const out = new Float64Array(a.rows);
  for (let i = 0; i < a.rows; i++) {
    let sum = 0;
    const start = i * a.cols;
    for (let k = 0; k < a.cols; k++) sum += a.data[start + k]! * x[k]!;
    out[i] = sum;
  }
  return out;
}

/** A'A (d, d) of A (n, d), exactly symmetric. */
export function gram({ rows, cols, data }: Matrix): Matrix {
  const out = matrix(cols, cols);
  for (let r = 0; r < rows; r++) {
    const start = r * cols;
    for (let i = 0; i < cols; i++) {
      const scale = data[start + i]!;
      for (let j = 0; j <= i; j++) out.data[i * cols + j]! += scale * data[start + j]!;
    }
  }
  return mirrorLower(out);
}

/** Copies the lower triangle over the upper one, in place. */
function mirrorLower(a: Matrix): Matrix {
  const { rows: n, data } = a;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) data[j * n + i] = data[i * n + j]!;
  return a;
}

/**
 * The largest asymmetry that rounding explains, relative to the largest element: half of float64's digits.
 */
const SYMMETRY_TOLERANCE = 2 ** -26;

/**
 * What every factorisation of a symmetric matrix asks of it.
 * @throws ShapeError when it is not square, NumericalError when it is not finite or not symmetric.
 */
export function assertSymmetric(where: string, { rows: n, cols, data }: Matrix): void {
  if (n !== cols)
    throw new ShapeError({ what: `${where}: matrix`, expected: 'square', got: `(${n}, ${cols})` });
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const magnitude = Math.abs(data[i]!);
    if (!(magnitude < Infinity)) {
      throw new NumericalError({
        what: `${where}: matrix`,
        expected: 'finite elements',
        got: `${data[i]}`,
        where: `row ${Math.floor(i / n)}, column ${i % n}`,
      });
    }
    if (magnitude > largest) largest = magnitude;
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      if (Math.abs(data[i * n + j]! - data[j * n + i]!) > SYMMETRY_TOLERANCE * largest) {
        throw new NumericalError({
          what: `${where}: matrix`,
          expected: 'symmetric',
          got: `${data[i * n + j]} and ${data[j * n + i]}`,
          where: `row ${i}, column ${j} and its mirror`,
          hint: 'average it with its transpose if the difference is only rounding',
        });
      }
    }
  }
}

function innerMismatch(what: string, a: Matrix, got: string): ShapeError {
  return new ShapeError({
    what: `${what}: right side`,
    expected: `${a.cols} rows for a left side (${a.rows}, ${a.cols})`,
    got,
  });
}
