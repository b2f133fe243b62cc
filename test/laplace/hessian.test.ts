import { describe, expect, it } from 'vitest';

import {
  activateDropout,
  evaluateReference,
  flatLayout,
  packParameters,
  parametersOf,
  referenceArray,
} from '#credence/graph/index';
import { bernoulliLikelihood, hessianVectorGraph, mapObjective, secondOrder } from '#credence/laplace/index';
import { logistic, mlp } from '#credence/models/index';
import { bernoulli, key, normal } from '#credence/random/index';
import { tensor } from '#credence/tensor/index';

const N = 200;
const x = tensor('float32', [N, 2], Float32Array.from(normal(key(1), 2 * N)));
const label = tensor('uint8', [N], bernoulli(key(2), 0.5, N, 1));
const data = { x, label };
const options = { likelihood: bernoulliLikelihood, trainingSetSize: N, priorPrecision: 2.5 };
const weights = (objective: Parameters<typeof flatLayout>[0]): Float32Array =>
  packParameters(flatLayout(objective), parametersOf(objective));

/**
 * A float32 sum of N terms is off by at most N 2^-24 of the sum of their magnitudes; there are a handful of
 * operations a term.
 */
const SUM_ERROR = (N + 10) * 2 ** -24;

describe('secondOrder', () => {
  const objective = mapObjective(logistic({ key: key(3) }), options);
  const parameters = weights(objective);

  it('is the closed form of logistic regression: sum p (1 - p) phi phi + the prior precision', async () => {
    const expected = new Float64Array(9);
    const magnitude = new Float64Array(9);
    const slope = new Float64Array(3);
    for (let i = 0; i < N; i++) {
      const phi = [x.data[2 * i]!, x.data[2 * i + 1]!, 1];
      const p = 1 / (1 + Math.exp(-phi.reduce((sum, value, k) => sum + value * parameters[k]!, 0)));
      phi.forEach((a, j) => {
        slope[j]! += (p - label.data[i]!) * a;
        phi.forEach((b, k) => {
          expected[3 * j + k]! += p * (1 - p) * a * b;
          magnitude[3 * j + k]! += p * (1 - p) * Math.abs(a * b);
        });
      });
    }
    for (let j = 0; j < 3; j++) {
      expected[4 * j]! += options.priorPrecision;
      slope[j]! += options.priorPrecision * parameters[j]!;
    }
    const { hessian, gradient, examples } = await secondOrder(objective, data, { parameters });
    expect(examples).toBe(N);
    hessian.data.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(
        SUM_ERROR * (magnitude[i]! + options.priorPrecision),
      );
    });
    gradient.forEach((value, i) => expect(Math.abs(value - slope[i]!)).toBeLessThan(SUM_ERROR * N));
  });

  it('does not depend on the batches', async () => {
    const whole = await secondOrder(objective, data, { parameters });
    const cut = await secondOrder(objective, data, { parameters, batchSize: 7 });
    const largest = Math.max(...whole.hessian.data.map(Math.abs));
    cut.hessian.data.forEach((value, i) =>
      expect(Math.abs(value - whole.hessian.data[i]!)).toBeLessThan(SUM_ERROR * largest),
    );
  });

  it('is that of a network by finite differences of its gradient in float64', async () => {
    const network = mapObjective(mlp({ hidden: [4], key: key(5) }), options);
    const at = weights(network);
    const graph = hessianVectorGraph(network);
    const slopeAt = (w: Float64Array): Float64Array =>
      evaluateReference(graph, {
        x: referenceArray('float32', x.shape, x.data),
        label: referenceArray('uint8', label.shape, label.data),
        parameters: referenceArray('float32', [w.length], w),
        vector: referenceArray('float32', [w.length], new Float64Array(w.length)),
      }).get('gradient/parameters')!.data;
    const { hessian, gradient } = await secondOrder(network, data, { parameters: at });
    const own = slopeAt(Float64Array.from(at));
    gradient.forEach((value, i) => expect(Math.abs(value - own[i]!)).toBeLessThan(SUM_ERROR * N));
    const largest = Math.max(...hessian.data.map(Math.abs));
    // Central differences: h^2 of the third derivative, 2^-52 / h of the gradient; both far below float32's
    // sums.
    const h = 1e-5;
    for (let j = 0; j < at.length; j++) {
      const [above, below] = [h, -h].map((step) =>
        slopeAt(Float64Array.from(at, (value, i) => value + (i === j ? step : 0))),
      );
      above!.forEach((value, i) => {
        const difference = (value - below![i]!) / (2 * h);
        expect(Math.abs(hessian.data[i * at.length + j]! - difference)).toBeLessThan(SUM_ERROR * largest);
      });
    }
  });

  it('refuses random objectives, too many parameters, vectors of another length, and no data', async () => {
    const noisy = activateDropout(mapObjective(mlp({ dropout: 0.5, key: key(0) }), options));
    expect(() => hessianVectorGraph(noisy)).toThrow(
      /expected an objective without random inputs, got 'dropout1/,
    );
    const large = mapObjective(mlp({ hidden: [5000], key: key(0) }), options);
    await expect(secondOrder(large, data, { parameters: weights(large) })).rejects.toThrow(
      /1 to 5000 parameters/,
    );
    await expect(secondOrder(objective, data, { parameters: new Float32Array(2) })).rejects.toThrow(/got 2/);
    await expect(secondOrder(objective, { x }, { parameters })).rejects.toThrow(/'label'.*got nothing/);
  });
});
