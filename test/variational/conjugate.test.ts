import { describe, expect, it } from 'vitest';

import { bindParameters, unpackParameters, flatLayout } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { cholesky, choleskySolve, fromRows, gram, logDeterminant, matrix } from '#credence/linalg/index';
import { logistic } from '#credence/models/index';
import { key, normal } from '#credence/random/index';
import { openSession } from '#credence/runtime/index';
import { tensor } from '#credence/tensor/index';
import { adam, gradientGraph, train } from '#credence/training/index';
import {
  evidenceLowerBound,
  gaussianLikelihood,
  meanFieldPosterior,
  variationalObjective,
} from '#credence/variational/index';

// Linear regression with normal noise: the posterior is N(m, A^-1), A = alpha I + beta Phi'Phi, and the best
// diagonal normal distribution in KL(q || p) has the mean m and the variances 1 / A_jj (Bishop, PRML, section
// 10.1.2).
const [N, P, alpha, beta] = [40, 3, 2, 5];

interface Problem {
  readonly data: {
    readonly x: ReturnType<typeof tensor<'float32'>>;
    readonly target: ReturnType<typeof tensor<'float32'>>;
  };
  readonly mean: Float64Array;
  /** A. */
  readonly precision: Float64Array;
  /** log p(y). */
  readonly evidence: number;
}

function problem(inputs: Float32Array): Problem {
  const noise = normal(key(9), N);
  const y = Float32Array.from(
    { length: N },
    (_, i) => 0.8 * inputs[2 * i]! - 0.5 * inputs[2 * i + 1]! + 0.3 + 0.4 * noise[i]!,
  );
  const design = fromRows(Array.from({ length: N }, (_, i) => [inputs[2 * i]!, inputs[2 * i + 1]!, 1]));
  const a = matrix(
    P,
    P,
    gram(design).data.map((value) => beta * value),
  );
  for (let j = 0; j < P; j++) a.data[(P + 1) * j]! += alpha;
  const moment = new Float64Array(P);
  design.data.forEach((value, i) => (moment[i % P]! += beta * value * y[Math.floor(i / P)]!));
  const factor = cholesky(a);
  const mean = choleskySolve(factor, moment);
  const misfit = y.reduce(
    (sum, value, i) => sum + (value - dot(design.data.subarray(P * i, P * i + P), mean)) ** 2,
    0,
  );
  const length = dot(mean, mean);
  const evidence =
    (P / 2) * Math.log(alpha) +
    (N / 2) * Math.log(beta / (2 * Math.PI)) -
    (beta * misfit + alpha * length) / 2 -
    logDeterminant(factor) / 2;
  return {
    data: { x: tensor('float32', [N, 2], inputs), target: tensor('float32', [N], y) },
    mean,
    precision: a.data,
    evidence,
  };
}

const oblique = problem(
  Float32Array.from(
    { length: 2 * N },
    (_, i) => normal(key(3), N)[i >> 1]! + (i % 2 ? 0.5 * normal(key(4), N)[i >> 1]! : 0.2),
  ),
);
// (1, 1), (1, -1), (-1, 1), (-1, -1), ...: columns that are orthogonal to each other and to the bias.
const orthogonal = problem(
  Float32Array.from({ length: 2 * N }, (_, i) => ((i % 2 === 0 ? i >> 2 : i >> 1) % 2 === 0 ? 1 : -1)),
);

const objectiveOf = (temperature = 1): Graph =>
  variationalObjective(logistic({ key: key(0) }), {
    likelihood: gaussianLikelihood({ noisePrecision: beta }),
    trainingSetSize: N,
    priorDeviation: 1 / Math.sqrt(alpha),
    temperature,
  });

/** Mean and deviations as the flat parameters (mean, rho). */
function parametersAt(mean: ArrayLike<number>, deviation: ArrayLike<number>): Float32Array {
  return Float32Array.from([...Array.from(mean), ...Array.from(deviation, (s) => Math.log(Math.expm1(s)))]);
}

/**
 * E over the noise of the summed loss and of its gradient in (mean, rho), exactly: the loss is quadratic in
 * the weights, for which the mean over the 2 P points +-sqrt(P) e_j is that of standard normal noise.
 */
async function expected(
  graph: Graph,
  { data }: Problem,
  flat: Float32Array,
): Promise<{ loss: number; gradient: Float64Array }> {
  const gradient = new Float64Array(2 * P);
  let loss = 0;
  await using session = await openSession(gradientGraph(graph));
  for (let point = 0; point < 2 * P; point++) {
    const noise = new Float32Array(P);
    noise[point >> 1] = (point % 2 === 0 ? 1 : -1) * Math.sqrt(P);
    const outputs = await session.run({
      ...data,
      parameters: tensor('float32', [2 * P], flat),
      scale: tensor('float32', [], Float32Array.of(1)),
      'variational.noise': tensor('float32', [P], noise),
    });
    loss += (outputs['meanLoss']!.data[0] as number) / (2 * P);
    (outputs['gradient']!.data as Float32Array).forEach((value, i) => (gradient[i]! += value / (2 * P)));
  }
  return { loss, gradient };
}

/**
 * Float32 sums of N losses (or their derivatives) of up to 10, each with the rounding of a dozen operations.
 */
const TOLERANCE = N * 10 * 2 ** -24 * 12;

describe('the evidence lower bound', () => {
  it('is log p(y) at the exact posterior, where that is diagonal', async () => {
    const deviation = [0, 1, 2].map((j) => 1 / Math.sqrt(orthogonal.precision[(P + 1) * j]!));
    expect(orthogonal.precision[1]).toBe(0);
    const { loss } = await expected(objectiveOf(), orthogonal, parametersAt(orthogonal.mean, deviation));
    expect(Math.abs(-loss - orthogonal.evidence)).toBeLessThan(TOLERANCE);
  });

  it('is log p(y) - KL(q || p) elsewhere', async () => {
    const { mean, precision, evidence } = oblique;
    const at = [0.2, -0.4, 0.7];
    const deviation = [0.3, 0.5, 0.2];
    let divergence = -P / 2;
    for (let i = 0; i < P; i++) {
      divergence += (precision[(P + 1) * i]! * deviation[i]! ** 2) / 2 - Math.log(deviation[i]!);
      for (let j = 0; j < P; j++)
        divergence += (precision[P * i + j]! * (at[i]! - mean[i]!) * (at[j]! - mean[j]!)) / 2;
    }
    divergence -= logDeterminant(cholesky(matrix(P, P, precision))) / 2;
    const { loss } = await expected(objectiveOf(), oblique, parametersAt(at, deviation));
    expect(divergence).toBeGreaterThan(1);
    expect(Math.abs(-loss - (evidence - divergence))).toBeLessThan(10 * TOLERANCE);
  });

  it('is estimated by draws, with its standard error', async () => {
    const deviation = [0, 1, 2].map((j) => 1 / Math.sqrt(orthogonal.precision[(P + 1) * j]!));
    const objective = objectiveOf();
    const parameters = unpackParameters(flatLayout(objective), parametersAt([0.7, -0.5, 0.2], deviation));
    const exact = -(await expected(objective, orthogonal, parametersAt([0.7, -0.5, 0.2], deviation))).loss;
    const options = { samples: 400, key: key(6), workers: 0 };
    const bound = await evidenceLowerBound(objective, orthogonal.data, { ...options, parameters });
    // False-alarm rate 6e-7; the spread of half a chi-squared variable with three degrees of freedom is about
    // 1.2.
    expect(Math.abs(bound.value - exact)).toBeLessThan(5 * bound.standardError);
    expect(bound.standardError).toBeLessThan(0.2);
    const bound2 = await evidenceLowerBound(bindParameters(objective, parameters), orthogonal.data, options);
    expect(bound2).toEqual(bound);
  });
});

describe('the optimum', () => {
  it.each([1, 0.1, 1 / N])(
    'at temperature %s is the analytic one: m, T / (beta Phi^2 + T alpha)',
    async (temperature) => {
      // Tempering the divergence makes the prior's precision T alpha: the mean moves with it, the variances
      // shrink by T.
      const tempered = matrix(P, P, oblique.precision.slice());
      for (let j = 0; j < P; j++) tempered.data[(P + 1) * j]! += (temperature - 1) * alpha;
      const a = matrix(P, P, oblique.precision);
      const moment = Float64Array.from({ length: P }, (_, i) =>
        dot(a.data.subarray(P * i, P * i + P), oblique.mean),
      );
      const mean = choleskySolve(cholesky(tempered), moment);
      const deviation = [0, 1, 2].map((j) => Math.sqrt(temperature / tempered.data[(P + 1) * j]!));
      const { gradient } = await expected(objectiveOf(temperature), oblique, parametersAt(mean, deviation));
      const away = await expected(
        objectiveOf(temperature),
        oblique,
        parametersAt(
          mean,
          deviation.map((s) => 1.1 * s),
        ),
      );
      gradient.forEach((value) => expect(Math.abs(value)).toBeLessThan(TOLERANCE));
      expect(Math.max(...away.gradient.map(Math.abs))).toBeGreaterThan(10 * TOLERANCE);
    },
  );

  it('is where training goes', async () => {
    // Iterates at a constant rate wander about the optimum: their average over 2,000 steps by under 0.05
    // deviations.
    const objective = objectiveOf();
    const rate = 0.005;
    const averages = new Float64Array(2 * P);
    const [epochs, from] = [4000, 2000];
    await train(objective, oblique.data, {
      optimiser: adam({ learningRate: rate }),
      epochs,
      key: key(12),
      onEpoch: (epoch, { parameters }) => {
        if (epoch > from) parameters.forEach((value, i) => (averages[i]! += value / (epochs - from)));
      },
    });
    const layout = flatLayout(objective);
    const posterior = meanFieldPosterior(unpackParameters(layout, Float32Array.from(averages)));
    oblique.mean.forEach((m, j) => {
      const s = 1 / Math.sqrt(oblique.precision[(P + 1) * j]!);
      expect(Math.abs(posterior.mean[j]! - m)).toBeLessThan(0.1 * s);
      expect(Math.abs(posterior.deviation[j]! - s)).toBeLessThan(0.1 * s);
    });
  });
});

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
