import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { evaluateReference, GraphBuilder, matmul, referenceArray } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { logistic, mlp } from '#credence/models/index';
import {
  bernoulliLikelihood,
  categoricalLikelihood,
  gaussianLikelihood,
  mapObjective,
} from '#credence/posterior/index';
import type { Likelihood } from '#credence/posterior/index';
import { key } from '#credence/random/index';
import { tensor } from '#credence/tensor/index';

const number = fc.double({ min: -8, max: 8, noNaN: true });
/** Constants of a float32 graph are rounded once, to 6e-8 of their size. */
const DIGITS = 5;

function nllOf(
  likelihood: Likelihood,
  output: readonly (readonly number[])[],
  target: number[],
): Float64Array {
  const builder = new GraphBuilder('likelihood');
  const columns = output[0]!.length;
  const value = builder.input('output', 'float32', ['N', columns]);
  const wanted = builder.input('target', likelihood.target.dtype, ['N']);
  const graph = builder.build({ nll: likelihood.negativeLogLikelihood(value, wanted) });
  const feeds = {
    output: referenceArray('float32', [output.length, columns], output.flat()),
    target: referenceArray(likelihood.target.dtype, [target.length], target),
  };
  return evaluateReference(graph, feeds).get('nll')!.data;
}

describe('likelihoods', () => {
  it('bernoulli: -log sigmoid(logit) of label 1, and of -logit for label 0', () => {
    fc.assert(
      fc.property(number, (logit) => {
        const [zero, one] = nllOf(bernoulliLikelihood, [[logit], [logit]], [0, 1]);
        expect(one).toBeCloseTo(Math.log1p(Math.exp(-logit)), 10);
        expect(zero).toBeCloseTo(Math.log1p(Math.exp(logit)), 10);
      }),
    );
  });

  it('categorical: -log softmax(logits)[label]', () => {
    fc.assert(
      fc.property(number, number, number, (a, b, c) => {
        const values = nllOf(
          categoricalLikelihood,
          [
            [a, b, c],
            [a, b, c],
            [a, b, c],
          ],
          [0, 1, 2],
        );
        const total = Math.log(Math.exp(a) + Math.exp(b) + Math.exp(c));
        [a, b, c].forEach((logit, k) => expect(values[k]).toBeCloseTo(total - logit, 10));
      }),
    );
  });

  it('gaussian: minus the log density', () => {
    const noisePrecision = 12.5;
    fc.assert(
      fc.property(number, number, (mean, y) => {
        const [value] = nllOf(gaussianLikelihood({ noisePrecision }), [[mean]], [y]);
        const density =
          Math.sqrt(noisePrecision / (2 * Math.PI)) * Math.exp((-noisePrecision / 2) * (y - mean) ** 2);
        // Far away the density underflows.
        fc.pre(density > 1e-300);
        expect(value).toBeCloseTo(-Math.log(density), DIGITS);
      }),
    );
  });

  it.each([0, -1, NaN, Infinity])('gaussian refuses the precision %s', (noisePrecision) => {
    expect(() => gaussianLikelihood({ noisePrecision })).toThrow(/noisePrecision: expected a number over 0/);
  });
});

describe('mapObjective', () => {
  const likelihood = bernoulliLikelihood;
  const x = [0.5, -1, 2, 0.25, -3, 1.5];
  const label = [1, 0, 1];
  const sum = (graph: Graph): number =>
    evaluateReference(graph, {
      x: referenceArray('float32', [3, 2], x),
      label: referenceArray('uint8', [3], label),
    })
      .get('loss')!
      .data.reduce((total, value) => total + value, 0);

  it('sums over the training set to minus the log joint density', () => {
    const model = logistic({ key: key(1) });
    const [w0, w1] = model.constants.get('fc.weight')!.data as Float32Array;
    const [b] = model.constants.get('fc.bias')!.data as Float32Array;
    const priorPrecision = 4;
    let expected = 0;
    label.forEach((y, i) => {
      const logit = w0! * x[2 * i]! + w1! * x[2 * i + 1]! + b!;
      expected += Math.log1p(Math.exp(y === 1 ? -logit : logit));
    });
    for (const w of [w0!, w1!, b!]) {
      expected -= Math.log(
        Math.sqrt(priorPrecision / (2 * Math.PI)) * Math.exp((-priorPrecision / 2) * w * w),
      );
    }
    const objective = mapObjective(model, { likelihood, trainingSetSize: 3, priorPrecision });
    expect(sum(objective)).toBeCloseTo(expected, DIGITS);
  });

  it('has the prior on every parameter, of all layers', () => {
    const model = mlp({ hidden: [4, 3], key: key(2) });
    const values = model.parameters.flatMap((name) => [...(model.constants.get(name)!.data as Float32Array)]);
    const length = values.reduce((total, w) => total + w * w, 0);
    const at = (priorPrecision: number): number =>
      sum(mapObjective(model, { likelihood, trainingSetSize: 3, priorPrecision }));
    const expected = 1.5 * length - (values.length / 2) * Math.log(4);
    expect(at(4) - at(1)).toBeCloseTo(expected, 3);
  });

  it('takes another output, and a model whose output is a vector', () => {
    const builder = new GraphBuilder('vector');
    const input = builder.input('x', 'float32', ['N', 2]);
    const weight = builder.parameter('w', tensor('float32', [2], Float32Array.of(1, -1)));
    const model = builder.build({ score: matmul(input, weight) });
    const objective = mapObjective(model, {
      likelihood,
      trainingSetSize: 3,
      priorPrecision: 1,
      output: 'score',
    });
    expect(sum(objective)).toBeGreaterThan(0);
    expect(() => mapObjective(model, { likelihood, trainingSetSize: 3, priorPrecision: 1 })).toThrow(
      /expected a typed value, got 'logits'/,
    );
  });

  it.each([
    [{ trainingSetSize: 0, priorPrecision: 1 }, /mapObjective: trainingSetSize: expected a number over 0/],
    [{ trainingSetSize: 3, priorPrecision: 0 }, /priorPrecision: expected a number over 0/],
    [{ trainingSetSize: 3, priorPrecision: NaN }, /priorPrecision/],
  ])('refuses %j', (options, message) => {
    expect(() => mapObjective(logistic({ key: key(0) }), { likelihood, ...options })).toThrow(message);
  });
});
