import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  bernoulliLikelihood,
  laplace,
  laplacePredictive,
  limitsAlong,
  linearMoments,
  mapObjective,
  probitProbability,
} from '#credence/laplace/index';
import { fromRows } from '#credence/linalg/index';
import { logistic } from '#credence/models/index';
import { bernoulli, key, normal } from '#credence/random/index';
import { tensor } from '#credence/tensor/index';

/**
 * E[sigmoid(a)], a ~ N(mean, sd^2), by the trapezoid rule on +-9 sd: its error is far below 1e-8 for a smooth
 * integrand.
 */
function averaged(mean: number, sd: number): number {
  const steps = 20_000;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const z = -9 + (18 * i) / steps;
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    sum += (density * (18 / steps)) / (1 + Math.exp(-(mean + sd * z)));
  }
  return sum;
}

const N = 50;
const x = tensor('float32', [N, 2], Float32Array.from(normal(key(1), 2 * N)));
const label = tensor('uint8', [N], bernoulli(key(2), 0.5, N, 1));
const model = logistic({ key: key(3) });
const objective = mapObjective(model, {
  likelihood: bernoulliLikelihood,
  trainingSetSize: N,
  priorPrecision: 1,
});
const posterior = await laplace(objective, { x, label });
const covariance = posterior.precision.covariance().data;

describe('linearMoments', () => {
  it("are m'phi and phi'S phi", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 }),
        (phi) => {
          const { mean, variance } = linearMoments(posterior, fromRows([phi, [0, 0, 1]]));
          let square = 0;
          phi.forEach((a, i) => phi.forEach((b, j) => (square += a * b * covariance[3 * i + j]!)));
          expect(mean[0]).toBeCloseTo(
            phi.reduce((sum, a, i) => sum + a * posterior.mean[i]!, 0),
            10,
          );
          expect(variance[0]).toBeCloseTo(square, 10);
          expect(mean[1]).toBe(posterior.mean[2]);
          expect(variance[1]).toBeCloseTo(covariance[8]!, 12);
        },
      ),
    );
  });

  it('refuse features of another width', () => {
    expect(() => linearMoments(posterior, fromRows([[1, 2]]))).toThrow(/expected \(n, 3\), got \(1, 2\)/);
  });
});

describe('probitProbability', () => {
  it('is within 0.02 of the integral', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -30, max: 30, noNaN: true }),
        fc.double({ min: 0.01, max: 30, noNaN: true }),
        (mean, sd) => {
          const [p] = probitProbability({ mean: Float64Array.of(mean), variance: Float64Array.of(sd * sd) });
          expect(Math.abs(p! - averaged(mean, sd))).toBeLessThan(0.02);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is the sigmoid without variance, and 1/2 at a mean of 0', () => {
    const at = (mean: number, variance: number): number =>
      probitProbability({ mean: Float64Array.of(mean), variance: Float64Array.of(variance) })[0]!;
    expect(at(1.5, 0)).toBeCloseTo(1 / (1 + Math.exp(-1.5)), 15);
    expect(at(0, 7)).toBe(0.5);
  });
});

describe('limitsAlong', () => {
  const angles = [0, 0.7, 1.9, 3, 4.4, 5.6];
  const directions = angles.map((angle) => [Math.cos(angle), Math.sin(angle), 0]);
  const limits = limitsAlong(posterior, fromRows(directions));

  it('is what the averaged sigmoid tends to, as 1 / t', () => {
    directions.forEach((u, k) => {
      const errors = [1e3, 1e4].map((t) => {
        const { mean, variance } = linearMoments(posterior, fromRows([[t * u[0]!, t * u[1]!, 1]]));
        return Math.abs(averaged(mean[0]!, Math.sqrt(variance[0]!)) - limits[k]!);
      });
      // The bias moves the mean of a / t by m_b / t and its deviation by as much: over sd of 0.2 at least.
      expect(errors[0]).toBeLessThan(10 / 1e3);
      expect(errors[1]).toBeLessThan(10 / 1e4);
    });
  });

  it('is strictly between 0 and 1, and not 1/2 but where the mean is 0', () => {
    for (const limit of limits) {
      expect(limit).toBeGreaterThan(0);
      expect(limit).toBeLessThan(1);
    }
    const [w0, w1] = posterior.mean;
    const [along] = limitsAlong(posterior, fromRows([[w0!, w1!, 0]]));
    const [across] = limitsAlong(posterior, fromRows([[-w1!, w0!, 0]]));
    expect(along).toBeGreaterThan(0.9);
    expect(across).toBeCloseTo(0.5, 12);
  });

  it('is the mean prediction of draws far away', async () => {
    const far = tensor(
      'float32',
      [6, 2],
      Float32Array.from(directions.flatMap(([a, b]) => [1e5 * a!, 1e5 * b!])),
    );
    const samples = 4000;
    const { data } = await laplacePredictive(posterior, model, { x: far }, { samples, key: key(4) });
    limits.forEach((limit, k) => {
      let mean = 0;
      for (let s = 0; s < samples; s++) mean += data[6 * s + k]! / samples;
      // Five standard errors of a mean of zeros and ones; false-alarm rate 6e-7 each; 1e-4 for what is left
      // of 1 / t.
      expect(Math.abs(mean - limit)).toBeLessThan(5 * Math.sqrt((limit * (1 - limit)) / samples) + 1e-4);
    });
  });
});
