import { ConfigurationError, NumericalError } from '../errors/index.js';
import { cholesky, identity, matrix, solveLower, transpose } from '../linalg/index.js';
import type { Matrix } from '../linalg/index.js';
import { tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { meanOf, momentMatrices } from './moments.js';
import type { FitCall } from './score.js';

/**
 * How a covariance is drawn towards a multiple of the identity, so that it can be inverted: lambda of [0, 1],
 * or 'ledoitWolf', the lambda that an estimate of the error asks for. Nothing else is ever added to it.
 */
export type Shrinkage = number | 'ledoitWolf';

/** The rows of a whitened space: z = (f - centre) W, in which the covariance is the identity. */
export interface Whitening {
  /** W (d, d), float32: the inverse Cholesky factor of the covariance, transposed. */
  readonly whiten: Tensor<'float32'>;
  /** The lambda that was taken. */
  readonly shrinkage: number;
}

/** Means of the classes that have examples, and what lies within and between them. */
export interface ClassMoments {
  /** Mean of all examples, (d). */
  readonly centre: Float64Array;
  /** Means of the classes with examples, in order, (C, d). */
  readonly means: Matrix;
  /** Covariance around the class means, over n, and around the centre: (d, d). */
  readonly within: Matrix;
  readonly total: Matrix;
  /** sum_i |x_i|^4 around the class means, and around the centre. */
  readonly fourthWithin: number;
  readonly fourthTotal: number;
  readonly examples: number;
}

export async function classMoments({
  features,
  labels,
}: Pick<FitCall, 'features' | 'labels'>): Promise<ClassMoments> {
  const [n, d] = features.shape as [number, number];
  const present = [...new Set(labels.data)].toSorted((a, b) => a - b);
  const indexOf = new Map(present.map((label, i) => [label, i]));
  const own = (row: number): number => indexOf.get(labels.data[row]!)!;
  const sums = matrix(present.length, d);
  const counts = new Float64Array(present.length);
  for (let i = 0; i < n; i++) {
    counts[own(i)]!++;
    for (let j = 0; j < d; j++) sums.data[own(i) * d + j]! += features.data[i * d + j]!;
  }
  const means = matrix(
    present.length,
    d,
    sums.data.map((sum, i) => sum / counts[Math.floor(i / d)]!),
  );
  const centre = meanOf(features);
  const meanOfRow = (row: number): Float64Array => means.data.subarray(own(row) * d, (own(row) + 1) * d);
  const [scatter] = (await momentMatrices(features, { centreOf: meanOfRow })) as [Matrix];
  const total = scatter.data.slice();
  counts.forEach((count, c) => {
    const offset = means.data.subarray(c * d, (c + 1) * d).map((mean, j) => mean - centre[j]!);
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) total[i * d + j]! += count * offset[i]! * offset[j]!;
  });
  const fourth = (centreOf: (row: number) => Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const c = centreOf(i);
      let square = 0;
      for (let j = 0; j < d; j++) square += (features.data[i * d + j]! - c[j]!) ** 2;
      sum += square * square;
    }
    return sum;
  };
  const over = (data: Float64Array): Matrix =>
    matrix(
      d,
      d,
      data.map((value) => value / n),
    );
  return {
    centre,
    means,
    within: over(scatter.data),
    total: over(total),
    fourthWithin: fourth(meanOfRow),
    fourthTotal: fourth(() => centre),
    examples: n,
  };
}

/**
 * (1 - lambda) S + lambda (tr S / d) I of a covariance S (d, d) of n examples with sum_i |x_i|^4 = `fourth`,
 * by its Cholesky factor.
 *
 * 'ledoitWolf': lambda = min(beta, delta) / delta with delta = |S - (tr S / d) I|^2 and beta = sum_i |x_i
 * x_i' - S|^2 / n^2, Frobenius norms.
 *
 * Source: Ledoit & Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", J.
 * Multivariate Analysis 88, 2004.
 * @throws NumericalError where the result is not positive definite; ConfigurationError on a lambda outside
 *   [0, 1].
 */
export function whitening(
  { rows: d, data }: Matrix,
  { fourth, examples: n }: { readonly fourth: number; readonly examples: number },
  shrinkage: Shrinkage,
): Whitening {
  let trace = 0;
  for (let j = 0; j < d; j++) trace += data[j * d + j]!;
  const level = trace / d;
  const lambda = shrinkage === 'ledoitWolf' ? ledoitWolf(data, level, fourth, n) : shrinkage;
  const shrunk = matrix(
    d,
    d,
    data.map((value, i) => (1 - lambda) * value + (i % (d + 1) === 0 ? lambda * level : 0)),
  );
  try {
    const inverse = solveLower(cholesky(shrunk).lower, identity(d));
    const whiten = Float32Array.from(transpose(inverse).data);
    return { whiten: tensor('float32', [d, d], whiten), shrinkage: lambda };
  } catch (error) {
    if (!(error instanceof NumericalError)) throw error;
    throw new NumericalError({
      what: `covariance of ${d} features from ${n} examples`,
      expected: 'positive definite',
      got: `${error.message}, with a shrinkage of ${lambda}`,
      hint: level > 0 ? 'shrink it more, or take more examples' : 'the features do not vary within a class',
      cause: error,
    });
  }
}

/** @throws ConfigurationError */
export function requireShrinkage(what: string, shrinkage: Shrinkage): void {
  if (shrinkage === 'ledoitWolf' || (shrinkage >= 0 && shrinkage <= 1)) return;
  throw new ConfigurationError({
    what: `${what}: shrinkage`,
    expected: "a number of [0, 1], or 'ledoitWolf'",
    got: `${shrinkage}`,
  });
}

function ledoitWolf(data: Float64Array, level: number, fourth: number, n: number): number {
  const d = Math.sqrt(data.length);
  let [square, delta] = [0, 0];
  data.forEach((value, i) => {
    square += value * value;
    delta += (value - (i % (d + 1) === 0 ? level : 0)) ** 2;
  });
  const beta = Math.max(0, fourth / n - square) / n;
  return delta === 0 ? 0 : Math.min(beta, delta) / delta;
}
