import { ConfigurationError } from '../errors/index.js';
import { matrix } from '../linalg/index.js';
import type { Matrix } from '../linalg/index.js';

/** A feature map phi from numbers to d features. Any object of this shape serves as one. */
export interface Basis {
  /** d. */
  readonly dimension: number;
  /** The design matrix of inputs (n): row i holds the features of x_i, (n, d). */
  features(x: Float64Array): Matrix;
}

/** phi(x) = (1, x): a straight line. */
export const linearBasis: Basis = polynomialBasis(1);

/**
 * phi(x) = (1, x, ..., x^degree).
 * @throws ConfigurationError when the degree is not an integer of at least 0.
 */
export function polynomialBasis(degree: number): Basis {
  if (!Number.isInteger(degree) || degree < 0) {
    throw new ConfigurationError({
      what: 'polynomialBasis: degree',
      expected: 'an integer of at least 0',
      got: `${degree}`,
    });
  }
  return basisOf(degree + 1, (x, row) => {
    let power = 1;
    for (let k = 0; k <= degree; k++, power *= x) row[k] = power;
  });
}

/**
 * phi_j(x) = exp(-(x - centre_j)^2 / (2 width^2)), without a constant feature.
 * @throws ConfigurationError when there are no centres, one is not finite, or the width is not over 0.
 */
export function gaussianBasis({ centres, width }: { centres: ArrayLike<number>; width: number }): Basis {
  const own = Float64Array.from(centres);
  if (own.length === 0 || !own.every(Number.isFinite)) {
    throw new ConfigurationError({
      what: 'gaussianBasis: centres',
      expected: 'one finite number or more',
      got: `[${own.join(', ')}]`,
    });
  }
  if (!(width > 0 && width < Infinity)) {
    throw new ConfigurationError({
      what: 'gaussianBasis: width',
      expected: 'a finite number over 0',
      got: `${width}`,
    });
  }
  return basisOf(own.length, (x, row) => {
    for (let j = 0; j < own.length; j++) row[j] = Math.exp(-0.5 * ((x - own[j]!) / width) ** 2);
  });
}

function basisOf(dimension: number, write: (x: number, row: Float64Array) => void): Basis {
  return Object.freeze({
    dimension,
    features(x: Float64Array): Matrix {
      const design = matrix(x.length, dimension);
      for (let i = 0; i < x.length; i++)
        write(x[i]!, design.data.subarray(i * dimension, (i + 1) * dimension));
      return design;
    },
  });
}
