import { NumericalError } from '../errors/index.js';
import { maximum, reflectionOf } from './householder.js';
import { assertSymmetric, identity, matrix, transpose } from './matrix.js';
import type { Matrix } from './matrix.js';

/** A = V diag(values) V'. */
export interface SymmetricEigen {
  /** (n), ascending. */
  readonly values: Float64Array;
  /** V (n, n): column j belongs to value j; orthonormal, the largest element of each column positive. */
  readonly vectors: Matrix;
}

/**
 * What couples nothing in a matrix of magnitude 1, whatever stands beside it: products of two such still are
 * normal.
 */
const NEGLIGIBLE = 2 ** -480;
/** Sweeps of QL for one eigenvalue; two are usual. */
const MAX_SWEEPS = 50;
/**
 * After so many, what couples is held against the magnitude of the matrix: of a matrix of low rank the rounding of its large
 * eigenvalues keeps those near 0 from coming apart.
 */
const PATIENCE = 10;

/**
 * The eigendecomposition of a symmetric matrix (n, n): Householder reflections to tridiagonal form, then
 * implicit QL steps with Wilkinson's shift. Each eigenvalue is right to a small multiple of n 2^-52 times the
 * largest magnitude.
 *
 * Source: Golub & Van Loan, Matrix Computations, 4th ed., sections 8.3.1 and 8.3.3.
 * @throws ShapeError when it is not square; NumericalError when it is not finite or not symmetric.
 */
export function symmetricEigen(a: Matrix): SymmetricEigen {
  assertSymmetric('symmetricEigen', a);
  const n = a.rows;
  // Scaled by a power of 2, which is exact, to magnitudes of [1, 2): far from overflow and from subnormal
  // numbers.
  const largest = maximum(a.data);
  const scale = largest === 0 ? 1 : 2 ** Math.max(-1022, Math.floor(Math.log2(largest)));
  // Rows are the vectors until the end, so that rotating two of them runs over consecutive memory.
  const { diagonal, offDiagonal, basis } = tridiagonalise(
    matrix(
      n,
      n,
      a.data.map((value) => value / scale),
    ),
  );
  for (let first = 0; first < n; first++) isolate(first, diagonal, offDiagonal, basis);

  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[i]! - diagonal[j]!);
  const rows = matrix(n, n);
  order.forEach((from, to) => {
    const row = basis.data.subarray(from * n, (from + 1) * n);
    let dominant = 0;
    for (const value of row) if (Math.abs(value) > Math.abs(dominant)) dominant = value;
    rows.data.set(dominant < 0 ? row.map((value) => -value) : row, to * n);
  });
  return { values: Float64Array.from(order, (i) => scale * diagonal[i]!), vectors: transpose(rows) };
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Element i couples i and i + 1; the last is 0. */
  readonly offDiagonal: Float64Array;
  /** Q' with A = Q T Q'. */
  readonly basis: Matrix;
}

function tridiagonalise(a: Matrix): Tridiagonal {
  const n = a.rows;
  const work = a.data.slice();
  const basis = identity(n);
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(n);
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    diagonal[k] = work[k * n + k]!;
    if (k === n - 1) break;
    const reflection = reflectionOf(
      Float64Array.from({ length: n - k - 1 }, (_, i) => work[(k + 1 + i) * n + k]!),
    );
    if (reflection === undefined) continue;
    offDiagonal[k] = reflection.image;
    v.set(reflection.v, k + 1);
    const scale = 1 / Math.abs(v[k + 1]!);

    // A <- H A H for H = I - scale v v', as the rank-two update A - v w' - w v'.
    let curvature = 0;
    for (let i = k + 1; i < n; i++) {
      let product = 0;
      for (let j = k + 1; j < n; j++) product += work[i * n + j]! * v[j]!;
      w[i] = scale * product;
      curvature += v[i]! * w[i]!;
    }
    for (let i = k + 1; i < n; i++) w[i]! -= 0.5 * scale * curvature * v[i]!;
    for (let i = k + 1; i < n; i++) {
      for (let j = k + 1; j < n; j++) work[i * n + j]! -= v[i]! * w[j]! + w[i]! * v[j]!;
    }

    w.fill(0);
    for (let i = k + 1; i < n; i++) for (let j = 0; j < n; j++) w[j]! += v[i]! * basis.data[i * n + j]!;
    for (let i = k + 1; i < n; i++)
      for (let j = 0; j < n; j++) basis.data[i * n + j]! -= scale * v[i]! * w[j]!;
  }
  return { diagonal, offDiagonal, basis };
}

/** QL steps on the block that starts at `first` until `diagonal[first]` stands alone. */
function isolate(first: number, diagonal: Float64Array, offDiagonal: Float64Array, basis: Matrix): void {
  const n = diagonal.length;
  for (let sweep = 0; ; sweep++) {
    const least = sweep < PATIENCE ? NEGLIGIBLE : Number.EPSILON;
    let last = first;
    while (last < n - 1) {
      const size = Math.abs(diagonal[last]!) + Math.abs(diagonal[last + 1]!);
      if (Math.abs(offDiagonal[last]!) <= Math.max(Number.EPSILON * size, least)) break;
      last++;
    }
    if (last === first) return;
    if (sweep === MAX_SWEEPS) {
      throw new NumericalError({
        what: 'symmetricEigen: matrix',
        expected: `an eigenvalue within ${MAX_SWEEPS} sweeps`,
        where: `eigenvalue ${first} of ${n}`,
      });
    }
    qlStep(first, last, diagonal, offDiagonal, basis);
  }
}

function qlStep(
  first: number,
  last: number,
  diagonal: Float64Array,
  offDiagonal: Float64Array,
  { rows: n, data: basis }: Matrix,
): void {
  const half = (diagonal[first + 1]! - diagonal[first]!) / (2 * offDiagonal[first]!);
  const shift = diagonal[first]! - offDiagonal[first]! / (half + (half >= 0 ? 1 : -1) * Math.hypot(half, 1));
  // The bulge: a rotation on (last - 1, last) chosen by the shift leaves one element outside the band, which
  // the next rotations push towards `first`.
  let x = diagonal[last]! - shift;
  let z = offDiagonal[last - 1]!;
  for (let k = last - 1; k >= first; k--) {
    const length = Math.hypot(x, z);
    const c = length === 0 ? 1 : x / length;
    const s = length === 0 ? 0 : z / length;
    const upper = diagonal[k]!;
    const lower = diagonal[k + 1]!;
    const coupling = offDiagonal[k]!;
    if (k + 1 < last) offDiagonal[k + 1] = length;
    diagonal[k] = c * c * upper - 2 * c * s * coupling + s * s * lower;
    diagonal[k + 1] = s * s * upper + 2 * c * s * coupling + c * c * lower;
    offDiagonal[k] = c * s * (upper - lower) + (c * c - s * s) * coupling;
    for (let j = 0; j < n; j++) {
      const below = basis[(k + 1) * n + j]!;
      const above = basis[k * n + j]!;
      basis[(k + 1) * n + j] = s * above + c * below;
      basis[k * n + j] = c * above - s * below;
    }
    if (k > first) {
      x = offDiagonal[k]!;
      z = s * offDiagonal[k - 1]!;
      offDiagonal[k - 1]! *= c;
    }
  }
}
