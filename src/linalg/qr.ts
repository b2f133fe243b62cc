import { NumericalError, ShapeError } from '../errors/index.js';
import type { Cholesky } from './cholesky.js';
import { maximum, reflect, reflectionOf } from './householder.js';
import { identity, matrix } from './matrix.js';
import type { Matrix } from './matrix.js';
import { solveLower } from './triangular.js';

/** What least squares needs of A (n, d) and b (n). */
export interface GramFactor {
  /** The Cholesky factor of A'A (d, d). */
  readonly factor: Cholesky;
  /** L^-1 A'b (d): the solution of min |A w - b| is w = L'^-1 `projected`. */
  readonly projected: Float64Array;
}

/**
 * The Cholesky factor of A'A and L^-1 A'b, without forming A'A, whose condition number is the square of A's:
 * L' is R of A = Q R with a positive diagonal, by Householder reflections, and the vector is Q'b.
 *
 * The columns count as independent when the reciprocal condition number of A (Frobenius, columns scaled to
 * length 1) exceeds its rounding error, max(n, d) 2^-52.
 * Source: Golub & Van Loan, Matrix Computations, 4th ed., algorithms 5.1.1 and 5.2.1.
 * @throws ShapeError when b is not of n elements; NumericalError when an element is not finite, or the
 *   columns are not linearly independent (always so for n < d).
 */
export function gramFactor(a: Matrix, b: Float64Array): GramFactor {
  const { rows: n, cols: d } = a;
  if (b.length !== n)
    throw new ShapeError({ what: 'gramFactor: right side', expected: `${n} elements`, got: `${b.length}` });
  for (const { data, what } of [
    { data: a.data, what: 'matrix' },
    { data: b, what: 'right side' },
  ]) {
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new NumericalError({
        what: `gramFactor: ${what}`,
        expected: 'finite elements',
        got: `${data[bad]}`,
        where: `element ${bad}`,
      });
    }
  }
  if (n < d) throw dependent(a, `${n} rows`);

  // One column an array, so that every inner loop runs over consecutive memory.
  const columns = Array.from({ length: d }, (_, j) =>
    Float64Array.from({ length: n }, (_, i) => a.data[i * d + j]!),
  );
  const rotated = b.slice();
  const lower = matrix(d, d);
  for (const [k, column] of columns.entries()) {
    const reflection = reflectionOf(column.subarray(k));
    if (reflection === undefined) throw dependent(a, `column ${k} in the span of those before it`);
    const { v, image } = reflection;
    // A sign that makes R's diagonal positive flips R's whole row, which is this column of L, and Q'b's
    // element.
    const sign = Math.sign(image);
    lower.data[k * d + k] = Math.abs(image);
    for (let j = k + 1; j < d; j++) {
      reflect(columns[j]!, v, k);
      lower.data[j * d + k] = sign * columns[j]![k]!;
    }
    reflect(rotated, v, k);
    rotated[k]! *= sign;
  }
  const rounding = Math.max(n, d) * Number.EPSILON;
  const condition = d === 0 ? 1 : reciprocalCondition(lower);
  if (!(condition > rounding)) throw dependent(a, `a reciprocal condition number of ${condition}`);
  return { factor: { lower, jitter: 0 }, projected: rotated.slice(0, d) };
}

/**
 * 1 / (|R| |R^-1|) in the Frobenius norm, for R' = `lower` with its rows (R's columns) scaled to length 1.
 */
function reciprocalCondition({ rows: d, data }: Matrix): number {
  const scaled = matrix(d, d);
  for (let i = 0; i < d; i++) {
    const row = data.subarray(i * d, (i + 1) * d);
    const largest = maximum(row);
    const scaledRow = row.map((value) => value / largest);
    const length = euclidean(scaledRow);
    scaled.data.set(
      scaledRow.map((value) => value / length),
      i * d,
    );
  }
  return 1 / (Math.sqrt(d) * euclidean(solveLower(scaled, identity(d)).data));
}

function euclidean(x: Float64Array): number {
  return Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
}

function dependent({ rows, cols }: Matrix, got: string): NumericalError {
  return new NumericalError({
    what: 'gramFactor: columns',
    expected: 'linearly independent',
    got,
    where: `matrix (${rows}, ${cols})`,
  });
}
