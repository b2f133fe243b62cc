import { ConfigurationError, NumericalError } from '../errors/index.js';
import { assertSymmetric, identity, matrix } from './matrix.js';
import type { Matrix } from './matrix.js';
import { solveLower, solveLowerTransposed } from './triangular.js';

/** A = L L', less the jitter that was added to A's diagonal to get there. */
export interface Cholesky {
  /** L (n, n), lower triangular with a positive diagonal; zeros above it. */
  readonly lower: Matrix;
  /**
   * What was added to every element of A's diagonal, in A's units: L L' = A + jitter I. 0 when nothing was.
   */
  readonly jitter: number;
}

/** How much may be added to the diagonal of a matrix that is not positive definite, and in which steps. */
export interface JitterPolicy {
  /** The first amount, relative to the mean magnitude of the diagonal (to 1 where that is 0); over 0. */
  readonly initial: number;
  /** Each amount relative to the one before it; over 1. Default 10. */
  readonly growth?: number;
  /** How many amounts are tried after none at all; at least 1. Default 6. */
  readonly attempts?: number;
}

/**
 * The Cholesky factor of a symmetric positive definite matrix (n, n).
 *
 * A pivot counts as positive when it exceeds its own rounding error, n 2^-52 times the diagonal's element:
 * what is below has no correct digit. Without a `jitter` policy nothing is ever added to the matrix; with
 * one, the smallest amount that works is, and the result says how much.
 * @throws ShapeError when it is not square; NumericalError when it is not finite, not symmetric or not
 *   positive definite; ConfigurationError when the policy makes no sense.
 */
export function cholesky(a: Matrix, { jitter: policy }: { readonly jitter?: JitterPolicy } = {}): Cholesky {
  assertSymmetric('cholesky', a);
  const amounts = policy === undefined ? [0] : [0, ...jitterAmounts(a, policy)];
  let failure: Failure | undefined;
  for (const jitter of amounts) {
    const outcome = factorise(a, jitter);
    if ('lower' in outcome) return outcome;
    failure ??= outcome;
  }
  const { pivot, row } = failure!;
  const tried = policy === undefined ? '' : `, with a jitter of up to ${amounts.at(-1)}`;
  throw new NumericalError({
    what: 'cholesky: matrix',
    expected: 'positive definite',
    got: `pivot ${pivot}`,
    where: `row ${row} of ${a.rows}${tried}`,
    hint:
      policy === undefined
        ? 'regularise it (a prior precision over 0), or pass a jitter policy'
        : 'regularise it',
  });
}

/** X of A X = B; B is a vector (n) or a matrix (n, m). */
export function choleskySolve(factor: Cholesky, b: Float64Array): Float64Array;
export function choleskySolve(factor: Cholesky, b: Matrix): Matrix;
export function choleskySolve({ lower }: Cholesky, b: Float64Array | Matrix): Float64Array | Matrix {
  return b instanceof Float64Array
    ? solveLowerTransposed(lower, solveLower(lower, b))
    : solveLowerTransposed(lower, solveLower(lower, b));
}

/** A^-1 (n, n), exactly symmetric. */
export function choleskyInverse({ lower }: Cholesky): Matrix {
  const n = lower.rows;
  const { data: inverted } = solveLower(lower, identity(n));
  const out = matrix(n, n);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i <= k; i++) {
      const scale = inverted[k * n + i]!;
      for (let j = 0; j <= k; j++) out.data[i * n + j]! += scale * inverted[k * n + j]!;
    }
  }
  return out;
}

/** log |A|, in nats; 0 for (0, 0). */
export function logDeterminant({ lower }: Cholesky): number {
  let sum = 0;
  for (let i = 0; i < lower.rows; i++) sum += Math.log(lower.data[i * lower.cols + i]!);
  return 2 * sum;
}

interface Failure {
  readonly pivot: number;
  readonly row: number;
}

function factorise({ rows: n, data }: Matrix, jitter: number): Cholesky | Failure {
  const lower = matrix(n, n);
  const l = lower.data;
  const precision = n * Number.EPSILON;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = data[i * n + j]!;
      if (i === j) sum += jitter;
      const diagonal = sum;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      if (i !== j) l[i * n + j] = sum / l[j * n + j]!;
      else if (sum > precision * diagonal) l[i * n + i] = Math.sqrt(sum);
      else return { pivot: sum, row: i };
    }
  }
  return { lower, jitter };
}

function jitterAmounts(
  { rows: n, data }: Matrix,
  { initial, growth = 10, attempts = 6 }: JitterPolicy,
): number[] {
  if (
    !(initial > 0 && initial < Infinity) ||
    !(growth > 1 && growth < Infinity) ||
    !(Number.isInteger(attempts) && attempts > 0)
  ) {
    throw new ConfigurationError({
      what: 'cholesky: jitter',
      expected: 'initial over 0, growth over 1, attempts of at least 1',
      got: `initial ${initial}, growth ${growth}, attempts ${attempts}`,
    });
  }
  let mean = 0;
  for (let i = 0; i < n; i++) mean += Math.abs(data[i * n + i]!) / n;
  return Array.from({ length: attempts }, (_, k) => initial * (mean || 1) * growth ** k);
}
