import fc from 'fast-check';
import { inverse, Matrix as Oracle } from 'ml-matrix';
import { describe, expect, it } from 'vitest';

import { ConfigurationError, DataError, NumericalError, ShapeError } from '#credence/errors/index';
import { fromRows, matrix } from '#credence/linalg/index';
import {
  fitLinear,
  gaussianBasis,
  linearBasis,
  linearPrior,
  polynomialBasis,
  predictLinear,
  updateLinear,
} from '#credence/linear/index';
import type { Basis, Precisions } from '#credence/linear/index';
import { key, normal, uniform } from '#credence/random/index';

const bases = fc.constantFrom(
  linearBasis,
  polynomialBasis(3),
  gaussianBasis({ centres: [-1, -0.3, 0.4, 1], width: 0.6 }),
);
const precision = fc.double({ min: 0.01, max: 30, noNaN: true });
const points = (n: number): fc.Arbitrary<Float64Array> =>
  fc
    .array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: n, maxLength: n })
    .map((values) => Float64Array.from(values));
const problem = fc
  .integer({ min: 1, max: 12 })
  .chain((n) => fc.record({ x: points(n), y: points(n), basis: bases, alpha: precision, beta: precision }));

interface Problem extends Precisions {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly basis: Basis;
}

/** The textbook's formulas, by the inverse of another library. */
function normalEquations({ x, y, basis, alpha, beta }: Problem): { mean: number[]; covariance: number[] } {
  const { rows, cols, data } = basis.features(x);
  const phi = Oracle.from1DArray(rows, cols, [...data]);
  const covariance = inverse(Oracle.eye(cols).mul(alpha).add(phi.transpose().mmul(phi).mul(beta)));
  const mean = covariance
    .mmul(phi.transpose())
    .mmul(Oracle.columnVector([...y]))
    .mul(beta);
  return { mean: mean.to1DArray(), covariance: covariance.to1DArray() };
}

/** Elementwise, relative to the largest element. */
function expectClose(computed: ArrayLike<number>, exact: ArrayLike<number>, tolerance: number): void {
  expect(computed).toHaveLength(exact.length);
  let scale = 0;
  let error = 0;
  for (let i = 0; i < exact.length; i++) {
    scale = Math.max(scale, Math.abs(exact[i]!));
    error = Math.max(error, Math.abs(computed[i]! - exact[i]!));
  }
  expect(error).toBeLessThanOrEqual(tolerance * scale);
}

// The largest precision matrix here: alpha 0.01, beta 30, 12 rows of powers up to 8: condition number under
// 30 * 12 * 85 / 0.01 = 3.1e6. With d <= 4 the oracle's error is a small multiple of 3.1e6 * 2^-52 = 6.9e-10.
const TOLERANCE = 1e-8;

describe('fitLinear', () => {
  it('solves the textbook formulas', () => {
    fc.assert(
      fc.property(problem, (given) => {
        const posterior = fitLinear(given);
        const oracle = normalEquations(given);
        expectClose(posterior.covariance.data, oracle.covariance, TOLERANCE);
        // |mu| may be far below |beta S| |Phi'y| by cancellation, so the scale is that of the summands.
        const scale = given.beta * Math.max(...oracle.covariance.map(Math.abs)) * 12 * 8 * 2;
        posterior.mean.forEach((value, k) =>
          expect(Math.abs(value - oracle.mean[k]!)).toBeLessThan(TOLERANCE * Math.max(scale, 1e-300)),
        );
        expect(posterior.observations).toBe(given.y.length);
        expect(fitLinear({ ...given, design: given.basis.features(given.x) })).toEqual(posterior);
      }),
    );
  });

  it('is least squares under a flat prior', () => {
    // Anscombe's first set (Anscombe, 1973): its published line is 3.0001 + 0.5001 x, sum of squares 110
    // about the mean.
    const x = Float64Array.of(10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5);
    const y = Float64Array.of(8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68);
    const { mean, covariance } = fitLinear({ x, y, basis: linearBasis, alpha: 0, beta: 1 });
    expect(mean[0]).toBeCloseTo(3.0001, 4);
    expect(mean[1]).toBeCloseTo(0.5001, 4);
    expectClose(covariance.data, [1 / 11 + 81 / 110, -9 / 110, -9 / 110, 1 / 110], 1e-13);
  });

  it('keeps the digits of a polynomial of degree 9 that it must reproduce', () => {
    const x = Float64Array.from({ length: 50 }, (_, i) => i / 49);
    const y = x.map((value) => value ** 9 - value);
    const { mean } = fitLinear({ x, y, basis: polynomialBasis(9), alpha: 0, beta: 25 });
    // The design's condition number is about 4e6, so its QR keeps about 1e-9; the normal equations would keep
    // 1e-3.
    mean.forEach((value, k) => expect(value).toBeCloseTo(k === 9 ? 1 : k === 1 ? -1 : 0, 7));
  });

  it('needs as many distinct inputs as features under a flat prior', () => {
    const y = Float64Array.of(1, 2, 3);
    const flat = { basis: linearBasis, alpha: 0, beta: 1 };
    expect(() => fitLinear({ ...flat, x: Float64Array.of(0.1, 0.1, 0.1), y })).toThrow(NumericalError);
    expect(() => fitLinear({ ...flat, x: Float64Array.of(0.1, 0.1, 0.1), y })).toThrow(
      'fitLinear: posterior: expected a design of rank 2, since alpha is 0, got features that depend on ' +
        'each other; ' +
        'give at least 2 distinct inputs',
    );
    expect(() => fitLinear({ ...flat, x: Float64Array.of(3), y: Float64Array.of(1) })).toThrow(
      NumericalError,
    );
    expect(fitLinear({ ...flat, x: Float64Array.of(0.1, 0.1, 0.2), y }).mean[1]).toBeCloseTo(15, 11);
    expect(() => fitLinear({ ...flat, alpha: 1e-40, x: Float64Array.of(1, 1, 1), y })).toThrow(
      NumericalError,
    );
    expect(() => fitLinear({ ...flat, alpha: 1e-6, x: Float64Array.of(0.1, 0.1, 0.1), y })).not.toThrow();
  });

  it('rejects what is empty, not finite, of different lengths, out of range', () => {
    const x = Float64Array.of(0, 1);
    const y = Float64Array.of(1, 2);
    const good = { basis: linearBasis, alpha: 1, beta: 1 };
    const none = new Float64Array(0);
    expect(() => fitLinear({ ...good, x: none, y: none })).toThrow(DataError);
    expect(() => fitLinear({ ...good, x: none, y: none })).toThrow('linearPrior');
    expect(() => fitLinear({ ...good, x, y: Float64Array.of(1, NaN) })).toThrow(
      'fitLinear: y: expected finite numbers, got NaN (element 1)',
    );
    expect(() => fitLinear({ ...good, x: Float64Array.of(Infinity, 1), y })).toThrow(DataError);
    expect(() => fitLinear({ ...good, x, y: Float64Array.of(1) })).toThrow(ShapeError);
    expect(() => fitLinear({ design: matrix(3, 2), y, alpha: 1, beta: 1 })).toThrow(ShapeError);
    expect(() => fitLinear({ design: matrix(2, 0), y, alpha: 1, beta: 1 })).toThrow(ShapeError);
    expect(() => fitLinear({ design: fromRows([[1], [NaN]]), y, alpha: 1, beta: 1 })).toThrow(DataError);
    expect(() => fitLinear({ ...good, basis: polynomialBasis(9), x: Float64Array.of(1e40, 1), y })).toThrow(
      DataError,
    );
    for (const alpha of [-1, NaN, Infinity]) {
      expect(() => fitLinear({ ...good, x, y, alpha })).toThrow(ConfigurationError);
    }
    for (const beta of [0, -1, NaN, Infinity]) {
      expect(() => fitLinear({ ...good, x, y, beta })).toThrow(ConfigurationError);
    }
  });
});

describe('linearPrior and updateLinear', () => {
  it('is N(0, I / alpha)', () => {
    const prior = linearPrior(2, { alpha: 4, beta: 1 });
    expect(prior.mean).toEqual(new Float64Array(2));
    expect(prior.covariance).toEqual(
      fromRows([
        [0.25, 0],
        [0, 0.25],
      ]),
    );
    expect(prior.precision.lower).toEqual(
      fromRows([
        [2, 0],
        [0, 2],
      ]),
    );
    expect(() => linearPrior(2, { alpha: 0, beta: 1 })).toThrow(ConfigurationError);
    expect(() => linearPrior(0, { alpha: 1, beta: 1 })).toThrow(ConfigurationError);
    expect(() => linearPrior(2, { alpha: 1, beta: 0 })).toThrow(ConfigurationError);
  });

  it('gives the same posterior in any number of steps as at once', () => {
    fc.assert(
      fc.property(problem, fc.array(fc.nat(11)), ({ x, y, basis, alpha, beta }, cuts) => {
        const batch = fitLinear({ x, y, basis, alpha, beta });
        const ends = [...new Set([...cuts.filter((cut) => cut > 0 && cut < x.length), x.length])].sort(
          (a, b) => a - b,
        );
        let posterior = linearPrior(basis.dimension, { alpha, beta });
        let start = 0;
        for (const end of ends) {
          posterior = updateLinear(posterior, {
            basis,
            x: x.subarray(start, end),
            y: y.subarray(start, end),
          });
          start = end;
        }
        expect(posterior.observations).toBe(x.length);
        expectClose(posterior.covariance.data, batch.covariance.data, TOLERANCE);
        const scale = beta * Math.max(...batch.covariance.data.map(Math.abs)) * 12 * 8 * 2;
        posterior.mean.forEach((value, k) =>
          expect(Math.abs(value - batch.mean[k]!)).toBeLessThan(TOLERANCE * scale),
        );
      }),
    );
  });

  it('goes on from a flat prior', () => {
    const x = uniform(key(1), 8);
    const y = normal(key(2), 8);
    const flat = { alpha: 0, beta: 3 };
    const first = fitLinear({ x: x.subarray(0, 3), y: y.subarray(0, 3), basis: linearBasis, ...flat });
    const both = updateLinear(first, { x: x.subarray(3), y: y.subarray(3), basis: linearBasis });
    const batch = fitLinear({ x, y, basis: linearBasis, ...flat });
    expectClose(both.mean, batch.mean, 1e-12);
    expectClose(both.covariance.data, batch.covariance.data, 1e-12);
  });

  it('rejects observations of other features', () => {
    const prior = linearPrior(2, { alpha: 1, beta: 1 });
    expect(() => updateLinear(prior, { design: matrix(1, 3), y: Float64Array.of(1) })).toThrow(ShapeError);
    expect(() => updateLinear(prior, { design: matrix(1, 2), y: Float64Array.of(NaN) })).toThrow(DataError);
    expect(() => updateLinear(prior, { design: matrix(0, 2), y: new Float64Array(0) })).toThrow(DataError);
  });
});

describe('predictLinear', () => {
  it('is the conditional distribution of a Gaussian process with kernel phi phi / alpha', () => {
    fc.assert(
      fc.property(problem, points(4), ({ x, y, basis, alpha, beta }, grid) => {
        const { mean, variance, epistemic, aleatoric } = predictLinear(
          fitLinear({ x, y, basis, alpha, beta }),
          basis.features(grid),
        );
        const features = (values: Float64Array): Oracle =>
          Oracle.from1DArray(values.length, basis.dimension, [...basis.features(values).data]);
        const cross = features(grid).mmul(features(x).transpose()).div(alpha);
        const joint = features(x)
          .mmul(features(x).transpose())
          .div(alpha)
          .add(Oracle.eye(x.length).div(beta));
        const weights = cross.mmul(inverse(joint));
        const expectedMean = weights.mmul(Oracle.columnVector([...y])).to1DArray();
        const prior = features(grid).mmul(features(grid).transpose()).div(alpha);
        const posterior = prior.clone().sub(weights.mmul(cross.transpose())).diagonal();
        // The oracle subtracts numbers of the prior variance's size, up to 85 / alpha, after an inverse of
        // condition 3.1e6.
        const scale = Math.max(...prior.diagonal()) + 1;
        for (let i = 0; i < grid.length; i++) {
          expect(Math.abs(mean[i]! - expectedMean[i]!)).toBeLessThan(TOLERANCE * 100 * scale);
          expect(Math.abs(epistemic[i]! - posterior[i]!)).toBeLessThan(TOLERANCE * scale);
          expect(variance[i]).toBe(1 / beta + epistemic[i]!);
          expect(epistemic[i]).toBeGreaterThanOrEqual(0);
        }
        expect(aleatoric).toBe(1 / beta);
      }),
    );
  });

  it('is the closed form of a straight line under a flat prior', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), fc.nat(1e6), (n, seed) => {
        const x = uniform(key(seed), n);
        const { variance } = predictLinear(
          fitLinear({ x, y: normal(key(seed), n), basis: linearBasis, alpha: 0, beta: 1 }),
          linearBasis.features(Float64Array.of(-3, 0, 0.5, 4)),
        );
        const mean = x.reduce((sum, value) => sum + value, 0) / n;
        const spread = x.reduce((sum, value) => sum + (value - mean) ** 2, 0);
        [-3, 0, 0.5, 4].forEach((at, i) => {
          const exact = 1 + 1 / n + (at - mean) ** 2 / spread;
          // The design's condition number is about 1 / sqrt(spread / n); S takes its square.
          expect(Math.abs(variance[i]! / exact - 1)).toBeLessThan(
            (100 * n * 2 ** -52) / Math.min(1, spread / n),
          );
        });
      }),
    );
  });

  it('never lets an observation raise the epistemic variance', () => {
    fc.assert(
      fc.property(problem, points(5), ({ x, y, basis, alpha, beta }, grid) => {
        const design = basis.features(grid);
        const before = predictLinear(linearPrior(basis.dimension, { alpha, beta }), design).epistemic;
        const after = predictLinear(fitLinear({ x, y, basis, alpha, beta }), design).epistemic;
        after.forEach((value, i) => expect(value).toBeLessThanOrEqual(before[i]! * (1 + TOLERANCE)));
      }),
    );
  });

  it('takes no inputs, rejects other features and NaN', () => {
    const prior = linearPrior(2, { alpha: 1, beta: 2 });
    expect(predictLinear(prior, matrix(0, 2)).mean).toHaveLength(0);
    expect(() => predictLinear(prior, matrix(1, 3))).toThrow(ShapeError);
    expect(() => predictLinear(prior, fromRows([[1, NaN]]))).toThrow(DataError);
  });
});
