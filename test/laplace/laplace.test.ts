import { describe, expect, it } from 'vitest';

import {
  bindParameters,
  flatLayout,
  GraphBuilder,
  neg,
  packParameters,
  parametersOf,
  unpackParameters,
} from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import {
  bernoulliLikelihood,
  gaussianLikelihood,
  laplace,
  laplacePredictive,
  mapObjective,
  sampleLaplace,
  secondOrder,
} from '#credence/laplace/index';
import type { LaplacePosterior } from '#credence/laplace/index';
import { cholesky, choleskySolve, fromRows, gram, matrix } from '#credence/linalg/index';
import { logistic, mlp } from '#credence/models/index';
import { bernoulli, key, normal } from '#credence/random/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

const N = 60;
const x = tensor('float32', [N, 2], Float32Array.from(normal(key(1), 2 * N)));
const twice = <T extends Tensor>(value: T): T => {
  const data = value.data.constructor as new (values: ArrayLike<number>) => Float32Array;
  const numbers = Array.from(value.data as Float32Array);
  return { ...value, shape: [2 * N, ...value.shape.slice(1)], data: new data([...numbers, ...numbers]) };
};
const deviations = ({ precision }: LaplacePosterior): number[] => {
  const { data, rows } = precision.covariance();
  return Array.from({ length: rows }, (_, i) => Math.sqrt(data[i * rows + i]!));
};

describe('of linear regression, whose posterior is normal', () => {
  const [alpha, beta] = [2, 25];
  const y = Float32Array.from({ length: N }, (_, i) => 0.5 * x.data[2 * i]! - 0.3 + 0.1 * Math.sin(i));
  const target = tensor('float32', [N], y);
  const design = fromRows(Array.from({ length: N }, (_, i) => [x.data[2 * i]!, x.data[2 * i + 1]!, 1]));
  const exact = matrix(
    3,
    3,
    gram(design).data.map((value) => beta * value),
  );
  for (let i = 0; i < 3; i++) exact.data[4 * i]! += alpha;
  const moment = new Float64Array(3);
  design.data.forEach((value, i) => (moment[i % 3]! += beta * value * y[Math.floor(i / 3)]!));
  const mean = choleskySolve(cholesky(exact), moment);
  const objective = mapObjective(logistic({ key: key(0) }), {
    likelihood: gaussianLikelihood({ noisePrecision: beta }),
    trainingSetSize: N,
    priorPrecision: alpha,
  });
  const at = (w: Float64Array): Promise<LaplacePosterior> =>
    laplace(objective, { x, target }, { parameters: named(objective, w) });

  it('is the exact posterior', async () => {
    const posterior = await at(mean);
    const covariance = posterior.precision.covariance();
    const columns = [0, 1, 2].map((j) =>
      choleskySolve(
        cholesky(exact),
        Float64Array.from([0, 1, 2], (i) => +(i === j)),
      ),
    );
    // Float32 sums of N terms: relative errors of at most N 2^-24, times the condition of the matrix, about
    // 2.
    columns.forEach((column, j) =>
      column.forEach((value, i) =>
        expect(Math.abs(covariance.data[3 * i + j]! - value)).toBeLessThan(3 * N * 2 ** -24 * column[j]!),
      ),
    );
    expect(posterior.distanceToMode).toBeLessThan(1e-3);
  });

  it('says how far the weights are from the mode, in posterior deviations', async () => {
    const shift = [0.02, -0.01, 0.03];
    const posterior = await at(mean.map((value, i) => value + shift[i]!));
    let square = 0;
    shift.forEach((a, i) => shift.forEach((b, j) => (square += a * b * exact.data[3 * i + j]!)));
    expect(posterior.distanceToMode).toBeCloseTo(Math.sqrt(square), 3);
  });

  it('draws weights with its mean and covariance', async () => {
    const posterior = await at(mean);
    const samples = 20_000;
    const draws = sampleLaplace(posterior, { samples, key: key(7) }).data;
    const covariance = posterior.precision.covariance();
    // Five standard errors each; false-alarm rate 6e-7 for each of 12 numbers.
    for (let i = 0; i < 3; i++) {
      const own = (s: number, k: number): number => draws[3 * s + k]! - posterior.mean[k]!;
      let first = 0;
      for (let s = 0; s < samples; s++) first += own(s, i) / samples;
      const sd = Math.sqrt(covariance.data[4 * i]!);
      expect(Math.abs(first)).toBeLessThan((5 * sd) / Math.sqrt(samples));
      for (let j = 0; j < 3; j++) {
        let product = 0;
        for (let s = 0; s < samples; s++) product += (own(s, i) * own(s, j)) / samples;
        const [cij, cii, cjj] = [3 * i + j, 4 * i, 4 * j].map((k) => covariance.data[k]!);
        const error = Math.sqrt((cii! * cjj! + cij! ** 2) / samples);
        expect(Math.abs(product - cij!)).toBeLessThan(5 * error);
      }
    }
  });
});

describe('of a classifier', () => {
  const label = tensor('uint8', [N], bernoulli(key(2), 0.5, N, 1));
  const data = { x, label };
  const model = logistic({ key: key(3) });
  const objectiveOf = (trainingSetSize: number, graph: Graph = model): Graph =>
    mapObjective(graph, { likelihood: bernoulliLikelihood, trainingSetSize, priorPrecision: 1 });

  it('knows how much data there is; the published Hessian of the mean loss does not', async () => {
    const both = { x: twice(x), label: twice(label) };
    const unit = mapObjective(model, {
      likelihood: bernoulliLikelihood,
      trainingSetSize: 1,
      priorPrecision: 1,
    });
    const [one, two, meanOne, meanTwo] = await Promise.all([
      laplace(objectiveOf(N), data),
      laplace(objectiveOf(2 * N), both),
      laplace(unit, data, { hessianOf: 'mean' }),
      laplace(unit, both, { hessianOf: 'mean' }),
    ]);
    deviations(one).forEach((sd, i) => expect(deviations(two)[i]).toBeLessThan(0.8 * sd));
    deviations(meanOne).forEach((sd, i) => {
      expect(deviations(meanTwo)[i]).toBeCloseTo(sd, 5);
      // The prior alone has 1.
      expect(sd).toBeGreaterThan(0.8);
    });
  });

  it("is, of the mean, the sum's with 1 / N of its precision", async () => {
    const [sum, mean] = await Promise.all([
      laplace(objectiveOf(N), data),
      laplace(objectiveOf(N), data, { hessianOf: 'mean' }),
    ]);
    const noise = Float64Array.of(1, -2, 0.5);
    deviations(sum).forEach((sd, i) => expect(deviations(mean)[i]).toBeCloseTo(Math.sqrt(N) * sd, 10));
    sum.precision
      .solve(noise)
      .forEach((v, i) => expect(mean.precision.solve(noise)[i]).toBeCloseTo(N * v, 10));
    sum.precision
      .colour(noise)
      .forEach((v, i) => expect(mean.precision.colour(noise)[i]).toBeCloseTo(Math.sqrt(N) * v, 10));
    expect(mean.distanceToMode).toBeCloseTo(sum.distanceToMode / Math.sqrt(N), 10);
  });

  it('of fewer parameters is over these alone: the last layer is a block of the whole Hessian', async () => {
    const network = objectiveOf(N, mlp({ hidden: [6], key: key(4) }));
    const last = { ...network, parameters: network.parameters.filter((name) => name.startsWith('fc2')) };
    const flat = (graph: Graph): Float32Array => packParameters(flatLayout(graph), parametersOf(graph));
    const whole = await secondOrder(network, data, { parameters: flat(network) });
    const posterior = await laplace(last, data);
    expect(posterior.layout.pieces.map(({ name }) => name)).toEqual(['fc2.weight', 'fc2.bias']);
    const size = posterior.precision.size;
    const [all, first] = [whole.hessian.rows, whole.hessian.rows - size];
    const unit = (i: number): Float64Array => Float64Array.from({ length: size }, (_, k) => +(k === i));
    for (let i = 0; i < size; i++) {
      const column = Float64Array.from(
        { length: size },
        (_, k) => whole.hessian.data[(first + k) * all + first + i]!,
      );
      posterior.precision.solve(column).forEach((value, k) => expect(value).toBeCloseTo(unit(i)[k]!, 4));
    }
  });

  it('gives samples of probabilities, each draw one network', async () => {
    const posterior = await laplace(objectiveOf(N), data);
    const options = { samples: 5, key: key(8) };
    const samples = await laplacePredictive(posterior, model, { x }, options);
    expect(samples.shape).toEqual([5, N, 1]);
    const draws = sampleLaplace(posterior, options).data;
    for (let s = 0; s < 5; s++) {
      const [a, b, c] = draws.subarray(3 * s, 3 * s + 3);
      for (let i = 0; i < N; i++) {
        const p = 1 / (1 + Math.exp(-(a! * x.data[2 * i]! + b! * x.data[2 * i + 1]! + c!)));
        expect(samples.data[s * N + i]).toBeCloseTo(p, 5);
      }
    }
  });

  it('draws by key and index: more draws begin with the same ones', async () => {
    const posterior = await laplace(objectiveOf(N), data);
    const [few, many] = [3, 9].map((samples) => sampleLaplace(posterior, { samples, key: key(5) }).data);
    expect(many!.subarray(0, 9)).toEqual(few);
    expect(sampleLaplace(posterior, { samples: 3, key: key(6) }).data).not.toEqual(few);
    expect(() => sampleLaplace(posterior, { samples: 0, key: key(6) })).toThrow(
      /samples: expected an integer/,
    );
  });

  it('refuses a Hessian that is not positive definite, and says what to do', async () => {
    const builder = GraphBuilder.from(objectiveOf(N));
    const upsideDown = builder.build({ inverse: neg(builder.value('loss')) });
    await expect(laplace(upsideDown, data, { loss: 'inverse' })).rejects.toThrow(
      /Laplace approximation: Hessian: expected positive definite.*train on, or give/,
    );
  });
});

function named(objective: Graph, w: Float64Array): ReadonlyMap<string, Tensor> {
  const layout = {
    size: 3,
    pieces: [
      { name: 'fc.weight', shape: [1, 2], offset: 0 },
      { name: 'fc.bias', shape: [1], offset: 2 },
    ],
  };
  const parameters = unpackParameters(layout, Float32Array.from(w));
  // Loud, should the model's parameters be named otherwise.
  bindParameters(objective, parameters);
  return parameters;
}
