import { describe, expect, it } from 'vitest';

import { blobs } from '#credence/data/toy';
import { flatLayout, unpackParameters } from '#credence/graph/index';
import { logistic } from '#credence/models/index';
import { key } from '#credence/random/index';
import { adam, train } from '#credence/training/index';
import {
  bernoulliLikelihood,
  divergenceFromPrior,
  evidenceLowerBound,
  meanFieldPosterior,
  variationalObjective,
} from '#credence/variational/index';

// An independent fit: each logit of a normal distribution of weights is itself normal, so that the expected
// likelihood is an integral over one variable, done by quadrature in float64; its minimum by gradient descent
// on (mean, log deviation).
const NODES = Array.from({ length: 25 }, (_, i) => -6 + i / 2);
const WEIGHTS = NODES.map((z) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / 2);

interface Fit {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

function boundAndSlope(
  x: Float32Array,
  label: Uint8Array,
  { mean, deviation }: Fit,
): { bound: number; slope: number[] } {
  let nll = 0;
  const slope = [0, 0, 0, 0, 0, 0];
  label.forEach((y, i) => {
    const phi = [x[2 * i]!, x[2 * i + 1]!, 1];
    const m = phi.reduce((sum, value, j) => sum + value * mean[j]!, 0);
    const v = phi.reduce((sum, value, j) => sum + (value * deviation[j]!) ** 2, 0);
    let [first, second] = [0, 0];
    NODES.forEach((z, k) => {
      const a = m + Math.sqrt(v) * z;
      const p = 1 / (1 + Math.exp(-a));
      nll += WEIGHTS[k]! * (Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))) - y * a);
      first += WEIGHTS[k]! * (p - y);
      second += WEIGHTS[k]! * p * (1 - p);
    });
    // d/dm E[f] = E[f'], d/dv E[f] = E[f''] / 2 (Bonnet, Price).
    phi.forEach((value, j) => {
      slope[j]! += first * value;
      slope[3 + j]! += second * (value * deviation[j]!) ** 2;
    });
  });
  for (let j = 0; j < 3; j++) {
    slope[j]! += mean[j]!;
    slope[3 + j]! += deviation[j]! ** 2 - 1;
  }
  return { bound: -(nll + divergenceFromPrior({ mean, deviation }, 1)), slope };
}

function fit(x: Float32Array, label: Uint8Array): Fit & { readonly bound: number } {
  const mean = Float64Array.of(1, 1, 0);
  const log = Float64Array.of(-1, -1, -1);
  const deviation = (): Float64Array => log.map(Math.exp);
  for (let step = 0; step < 200; step++) {
    const { slope } = boundAndSlope(x, label, { mean, deviation: deviation() });
    for (let j = 0; j < 3; j++) {
      mean[j]! -= 0.08 * slope[j]!;
      log[j]! -= 0.08 * slope[3 + j]!;
    }
  }
  const own = { mean, deviation: deviation() };
  const { bound, slope } = boundAndSlope(x, label, own);
  expect(Math.max(...slope.map(Math.abs))).toBeLessThan(1e-3);
  return { ...own, bound };
}

describe('mean-field logistic regression on the blobs', () => {
  const { points, labels } = blobs(key(20));
  const data = { x: points, label: labels };
  const objective = variationalObjective(logistic({ key: key(0) }), {
    likelihood: bernoulliLikelihood,
    trainingSetSize: labels.data.length,
  });

  it('ends where quadrature in float64 does', async () => {
    const exact = fit(points.data, labels.data);
    const [epochs, from] = [3000, 1500];
    const averages = new Float64Array(6);
    await train(objective, data, {
      optimiser: adam({ learningRate: 0.02 }),
      epochs,
      key: key(1),
      onEpoch: (epoch, { parameters }) => {
        if (epoch > from) parameters.forEach((value, i) => (averages[i]! += value / (epochs - from)));
      },
    });
    const parameters = unpackParameters(flatLayout(objective), Float32Array.from(averages));
    const posterior = meanFieldPosterior(parameters);
    // The average of a stochastic run's second half wanders by a few hundredths; the width of the bound's top
    // is 0.5.
    for (let j = 0; j < 3; j++) {
      expect(Math.abs(posterior.mean[j]! - exact.mean[j]!)).toBeLessThan(0.1);
      expect(Math.abs(posterior.deviation[j]! - exact.deviation[j]!)).toBeLessThan(0.05);
    }
    const estimate = await evidenceLowerBound(objective, data, {
      parameters,
      samples: 400,
      key: key(2),
      workers: 0,
    });
    const own = boundAndSlope(points.data, labels.data, posterior).bound;
    // False-alarm rate 6e-7.
    expect(Math.abs(estimate.value - own)).toBeLessThan(5 * estimate.standardError);
    expect(own).toBeLessThan(exact.bound);
    expect(own).toBeGreaterThan(exact.bound - 0.1);
  });

  it('has the specified widths: the two slopes have deviations of about 0.48, over data sets', () => {
    const fits = Array.from({ length: 6 }, (_, seed) => {
      const set = blobs(key(100 + seed));
      return fit(set.points.data, set.labels.data);
    });
    const widths = fits.flatMap(({ deviation: [first, second] }) => [first!, second!]);
    const mean = widths.reduce((sum, s) => sum + s / widths.length, 0);
    // 'About': two units of the last digit that the specification gives.
    expect(Math.abs(mean - 0.48)).toBeLessThan(0.02);
  });
});
