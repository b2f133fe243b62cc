import { describe, expect, it } from 'vitest';

import { ConfigurationError } from '#credence/errors/index';
import {
  fitLinear,
  linearBasis,
  linearPrior,
  polynomialBasis,
  sampleWeights,
  weightDensity,
} from '#credence/linear/index';
import { fold, key, normal, uniform } from '#credence/random/index';

const x = uniform(fold(key(3), 'x'), 12);
const y = normal(fold(key(3), 'y'), 12);
const line = fitLinear({ x, y, basis: linearBasis, alpha: 2, beta: 4 });
const cubic = fitLinear({ x, y, basis: polynomialBasis(3), alpha: 2, beta: 4 });

const axis = (centre: number, deviation: number, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => centre + deviation * (-8 + (16 * i) / (count - 1)));

describe('weightDensity', () => {
  it('is Bayes rule: proportional to prior times likelihood', () => {
    const first = Float64Array.of(-1, -0.2, 0.4);
    const second = Float64Array.of(-0.5, 0.3, 0.9, 1.4);
    const density = weightDensity(line, { first, second });
    const unnormalised = [...first].flatMap((w0) =>
      [...second].map((w1) => {
        const squares = x.reduce((sum, value, i) => sum + (y[i]! - w0 - w1 * value) ** 2, 0);
        return Math.exp(-0.5 * (2 * (w0 * w0 + w1 * w1) + 4 * squares));
      }),
    );
    const ratio = density[0]! / unnormalised[0]!;
    density.forEach((value, i) => expect(value / (ratio * unnormalised[i]!)).toBeCloseTo(1, 11));
  });

  // The trapezoidal rule of a Gaussian is exact but for the ends: 8 deviations leave 1e-15, the step's error
  // is far below.
  it('integrates to one, with the marginal mean and covariance, for any two weights', () => {
    for (const [posterior, p, q] of [
      [line, 0, 1],
      [line, 1, 0],
      [cubic, 0, 1],
      [cubic, 3, 1],
    ] as const) {
      const d = posterior.mean.length;
      const at = (i: number, j: number): number => posterior.covariance.data[i * d + j]!;
      const first = axis(posterior.mean[p]!, Math.sqrt(at(p, p)), 161);
      const second = axis(posterior.mean[q]!, Math.sqrt(at(q, q)), 161);
      const density = weightDensity(posterior, { first, second, weights: [p, q] });
      const cell = (first[1]! - first[0]!) * (second[1]! - second[0]!);
      let total = 0;
      let meanFirst = 0;
      let cross = 0;
      density.forEach((value, index) => {
        const a = first[Math.floor(index / 161)]!;
        const b = second[index % 161]!;
        total += value * cell;
        meanFirst += a * value * cell;
        cross += (a - posterior.mean[p]!) * (b - posterior.mean[q]!) * value * cell;
      });
      expect(total).toBeCloseTo(1, 10);
      expect(meanFirst).toBeCloseTo(posterior.mean[p]!, 10);
      expect(cross).toBeCloseTo(at(p, q), 10);
    }
  });

  it('is the prior before any observation', () => {
    const density = weightDensity(linearPrior(2, { alpha: 2, beta: 1 }), {
      first: Float64Array.of(0, 1),
      second: Float64Array.of(0),
    });
    expect(density[0]).toBeCloseTo(1 / Math.PI, 14);
    expect(density[1]).toBeCloseTo(Math.exp(-1) / Math.PI, 14);
  });

  it('rejects weights that the posterior does not have', () => {
    const grid = { first: Float64Array.of(0), second: Float64Array.of(0) };
    expect(() => weightDensity(linearPrior(1, { alpha: 1, beta: 1 }), grid)).toThrow(ConfigurationError);
    for (const weights of [
      [0, 0],
      [0, 2],
      [-1, 0],
      [0, 0.5],
    ] as const) {
      expect(() => weightDensity(line, { ...grid, weights })).toThrow(ConfigurationError);
    }
    expect(weightDensity(line, { first: new Float64Array(0), second: Float64Array.of(1) })).toHaveLength(0);
  });
});

describe('sampleWeights', () => {
  // False-alarm rate, were the key drawn anew: 4 means and 10 elements of the covariance beyond 5.5
  // deviations, 14 * 3.8e-8 = 5e-7.
  it('has the posterior mean and covariance', () => {
    const count = 40_000;
    const d = cubic.mean.length;
    const { rows, cols, data } = sampleWeights(cubic, key(7), count);
    expect([rows, cols]).toEqual([count, d]);
    for (let i = 0; i < d; i++) {
      const variance = cubic.covariance.data[i * d + i]!;
      let sum = 0;
      for (let s = 0; s < count; s++) sum += data[s * d + i]!;
      expect(Math.abs(sum / count - cubic.mean[i]!)).toBeLessThan(5.5 * Math.sqrt(variance / count));
      for (let j = 0; j <= i; j++) {
        let product = 0;
        for (let s = 0; s < count; s++)
          product += (data[s * d + i]! - cubic.mean[i]!) * (data[s * d + j]! - cubic.mean[j]!);
        const covariance = cubic.covariance.data[i * d + j]!;
        const deviation = Math.sqrt((covariance ** 2 + variance * cubic.covariance.data[j * d + j]!) / count);
        expect(Math.abs(product / count - covariance)).toBeLessThan(5.5 * deviation);
      }
    }
  });

  it('gives each draw whatever the count, and others for another key', () => {
    const many = sampleWeights(line, key(1), 10);
    const few = sampleWeights(line, key(1), 3);
    expect(few.data).toEqual(many.data.slice(0, 6));
    expect(sampleWeights(line, key(2), 3)).not.toEqual(few);
    expect(sampleWeights(line, key(1), 0)).toEqual({ rows: 0, cols: 2, data: new Float64Array(0) });
    expect(() => sampleWeights(line, key(1), -1)).toThrow(ConfigurationError);
    expect(() => sampleWeights(line, key(1), 1.5)).toThrow(ConfigurationError);
  });
});
