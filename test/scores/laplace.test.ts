import { CholeskyDecomposition, Matrix as Oracle, QrDecomposition } from 'ml-matrix';
import { describe, expect, it } from 'vitest';

import { gemm, GraphBuilder } from '#credence/graph/index';
import { categoricalLikelihood, laplace, laplacePredictive, mapObjective } from '#credence/laplace/index';
import { key } from '#credence/random/index';
import { fitScore, joinExamples, lastLayerLaplace, mcp } from '#credence/scores/index';
import type { Classifier, Examples, FittedScore, LastLayerLaplaceSettings } from '#credence/scores/index';
import { effectiveParameters, evidencePriorPrecision } from '#credence/scores/laplace/evidence';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

import {
  blobs,
  examplesOf,
  linearClassifier,
  matrixOf,
  relativeError,
  rowsOf,
  scoresOf,
  tensorOf,
} from './classifiers.js';

const [n, d] = [80, 3];
const problem = async (
  classes: number,
): Promise<{ classifier: Classifier; examples: Examples; data: ReturnType<typeof blobs> }> => {
  const classifier = linearClassifier(d, classes);
  const data = blobs(n, d, classes, { spread: 1 });
  return { classifier, data, examples: await examplesOf(classifier, data.x, data.labels) };
};
const inputs = matrixOf(5, 30, d, 2);
const fitted = (
  classifier: Classifier,
  examples: Examples,
  settings: LastLayerLaplaceSettings,
): Promise<FittedScore> => fitScore(lastLayerLaplace(settings), classifier, { examples });
const run = async (
  classifier: Classifier,
  examples: Examples,
  settings: LastLayerLaplaceSettings,
  x: Tensor = inputs,
): Promise<number[]> => scoresOf(classifier, await fitted(classifier, examples, settings), x);

const softmax = (row: number[]): number[] => {
  const shifted = row.map((f) => Math.exp(f - Math.max(...row)));
  return shifted.map((p) => p / shifted.reduce((a, b) => a + b));
};
const withOne = (row: number[]): number[] => [...row, 1];

/** The mean-field form of the score from the variance of each difference of logits. */
async function meanField(
  classifier: Classifier,
  x: Tensor<'float32'>,
  variance: (phi: number[], k: number, y: number) => number,
): Promise<number[]> {
  const labels = tensor('int32', [x.shape[0]!], new Int32Array(x.shape[0]!));
  const { logits } = await examplesOf(classifier, x, labels);
  return rowsOf(logits).map((f, i) => {
    const y = f.indexOf(Math.max(...f));
    const phi = withOne(rowsOf(x)[i]!);
    const odds = f.map((own, k) =>
      k === y ? 0 : Math.exp(-(f[y]! - own) / Math.sqrt(1 + (Math.PI / 8) * variance(phi, k, y))),
    );
    const sum = odds.reduce((a, b) => a + b);
    return sum / (1 + sum);
  });
}

/** Variances under 100 by float32 products: relative errors of some 10 D 2^-24, times a logit gap of under 20. */
const TOLERANCE = 20 * 10 * (d + 1) * 2 ** -24;

describe('the full Laplace of the last layer', () => {
  it.each([2, 3, 5])(
    'has the posterior of src/laplace over the same weights, %d classes',
    async (classes) => {
      const { classifier, examples, data } = await problem(classes);
      const alpha = 0.7;
      const objective = mapObjective(classifier.graph, {
        likelihood: categoricalLikelihood,
        trainingSetSize: n,
        priorPrecision: alpha,
      });
      const label = tensor('uint8', [n], Uint8Array.from(data.labels.data));
      const posterior = await laplace(objective, { x: data.x, label });
      const covariance = posterior.precision.covariance();
      // Flat parameters: weight (K, d), then bias (K).
      const place = (k: number, j: number): number => (j < d ? k * d + j : classes * d + k);
      const variance = (phi: number[], k: number, y: number): number => {
        const g = new Float64Array(classes * (d + 1));
        phi.forEach((value, j) => {
          g[place(y, j)] = value;
          g[place(k, j)] = -value;
        });
        let sum = 0;
        g.forEach((a, i) => g.forEach((b, j) => (sum += a * b * covariance.data[i * g.length + j]!)));
        return sum;
      };
      const values = await run(classifier, examples, { curvature: 'full', priorPrecision: alpha });
      // src/laplace differentiates in float32: its Hessian is right to n 2^-24 times its condition of about 100.
      expect(relativeError(values, await meanField(classifier, inputs, variance))).toBeLessThan(
        100 * n * 2 ** -24,
      );
    },
  );

  it('is within 0.02 of the exact average for two classes, as the probit approximation is', async () => {
    const { classifier, examples, data } = await problem(2);
    const objective = mapObjective(classifier.graph, {
      likelihood: categoricalLikelihood,
      trainingSetSize: n,
      priorPrecision: 1,
    });
    const label = tensor('uint8', [n], Uint8Array.from(data.labels.data));
    const posterior = await laplace(objective, { x: data.x, label });
    const samples = 4000;
    const draws = await laplacePredictive(
      posterior,
      classifier.graph,
      { x: inputs },
      { samples, key: key(3) },
    );
    const values = await run(classifier, examples, { curvature: 'full', priorPrecision: 1 });
    values.forEach((value, i) => {
      let mean = 0;
      for (let s = 0; s < samples; s++) mean += draws.data[(s * inputs.shape[0]! + i) * 2]! / samples;
      // Five standard errors of a mean of numbers of [0, 1], at most 0.5 / sqrt(S): false-alarm rate 6e-7 each.
      expect(Math.abs(value - Math.min(mean, 1 - mean))).toBeLessThan(0.02 + 2.5 / Math.sqrt(samples));
    });
  });

  it('takes the prior precision of the largest evidence', async () => {
    const classes = 3;
    const { classifier, examples } = await problem(classes);
    // An orthonormal basis of the contrasts of its own: the orthogonal complement of (1, 1, 1).
    const basis = new QrDecomposition(
      new Oracle([
        [1, 1, 0],
        [1, 0, 1],
        [1, 0, 0],
      ]),
    ).orthogonalMatrix.subMatrix(0, 2, 1, 2);
    const size = 2 * (d + 1);
    const hessian = Oracle.zeros(size, size);
    rowsOf(examples.features!).forEach((row, i) => {
      const p = softmax(rowsOf(examples.logits)[i]!);
      const curvature = Oracle.sub(Oracle.diag(p), Oracle.columnVector(p).mmul(Oracle.rowVector(p)));
      const phi = Oracle.columnVector(withOne(row));
      hessian.add(basis.transpose().mmul(curvature).mmul(basis).kroneckerProduct(phi.mmul(phi.transpose())));
    });
    // ml-matrix wants it exactly symmetric.
    const symmetric = Oracle.add(hessian, hessian.transpose()).div(2);
    const { constants } = classifier.graph;
    const w = rowsOf(constants.get('weight')!).map((row, k) => [
      ...row,
      (constants.get('bias')!.data as Float32Array)[k]!,
    ]);
    const square = basis.transpose().mmul(new Oracle(w)).norm('frobenius') ** 2;
    const evidence = (alpha: number): number => {
      const { lowerTriangularMatrix: l } = new CholeskyDecomposition(
        Oracle.add(symmetric, Oracle.eye(size).mul(alpha)),
      );
      const logDeterminant = 2 * l.diagonal().reduce((sum, value) => sum + Math.log(value), 0);
      return (size * Math.log(alpha) - alpha * square - logDeterminant) / 2;
    };
    const { settings } = (await fitted(classifier, examples, { curvature: 'full' })).fitted;
    const alpha = settings['priorPrecision'] as number;
    for (let exponent = -40; exponent <= 40; exponent++) {
      if (exponent !== 0) expect(evidence(alpha)).toBeGreaterThan(evidence(alpha * 1.3 ** exponent));
    }
    const slope = (evidence(alpha * 1.001) - evidence(alpha / 1.001)) / evidence(alpha);
    expect(Math.abs(slope)).toBeLessThan(1e-8);
    // gamma = alpha |w|^2 at the maximum.
    expect(settings['effectiveParameters']).toBeCloseTo(alpha * square, 6);
  });

  it('refuses more than 2,000 weights, and names the other way', async () => {
    const wide = linearClassifier(300, 9);
    const many = blobs(20, 300, 9);
    await expect(
      fitted(wide, await examplesOf(wide, many.x, many.labels), { curvature: 'full' }),
    ).rejects.toThrow(/at most 2000 weights, got 2408.*'laplace.kronecker'/);
  });
});

describe('the Kronecker-factored one', () => {
  it('is the full one where all examples have the same probabilities', async () => {
    const b = new GraphBuilder('constant');
    const x = b.input('x', 'float32', ['N', d]);
    const bias = b.constant(tensor('float32', [4], Float32Array.of(0, 0.5, -1, 1.5)));
    const zero = b.constant(tensor('float32', [4, d], new Float32Array(4 * d)));
    const classifier = {
      graph: b.build({ logits: gemm(x, zero, bias, { transB: true }) }),
      differentiableInput: 'x',
      features: 'x',
      logits: 'logits',
    };
    const data = blobs(n, d, 4);
    const examples = await examplesOf(classifier, data.x, data.labels);
    const settings = { priorPrecision: 0.3 };
    const [full, kronecker] = [
      await run(classifier, examples, { ...settings, curvature: 'full' }),
      await run(classifier, examples, { ...settings, curvature: 'kronecker' }),
    ];
    expect(relativeError(kronecker, full)).toBeLessThan(TOLERANCE);
    // It is not trivial: variances differ from input to input.
    expect(Math.max(...full) - Math.min(...full)).toBeGreaterThan(0.01);
  });

  it('is its definition elsewhere', async () => {
    const classes = 3;
    const { classifier, examples } = await problem(classes);
    const alpha = 0.5;
    const phi = new Oracle(rowsOf(examples.features!).map(withOne));
    const inner = phi.transpose().mmul(phi);
    const outer = Oracle.zeros(classes, classes);
    rowsOf(examples.logits).forEach((row) => {
      const p = softmax(row);
      outer.add(Oracle.sub(Oracle.diag(p), Oracle.columnVector(p).mmul(Oracle.rowVector(p))).div(n));
    });
    const size = classes * (d + 1);
    const precision = Oracle.add(outer.kroneckerProduct(inner), Oracle.eye(size).mul(alpha));
    const l = new CholeskyDecomposition(precision);
    const variance = (row: number[], k: number, y: number): number => {
      const g = Array.from({ length: size }, () => 0);
      row.forEach((value, j) => {
        g[y * (d + 1) + j] = value;
        g[k * (d + 1) + j] = -value;
      });
      const column = Oracle.columnVector(g);
      return column.transpose().mmul(l.solve(column)).get(0, 0);
    };
    const values = await run(classifier, examples, { curvature: 'kronecker', priorPrecision: alpha });
    expect(relativeError(values, await meanField(classifier, inputs, variance))).toBeLessThan(TOLERANCE);
  });
});

describe('the diagonal one', () => {
  it('is its definition', async () => {
    const { classifier, examples } = await problem(3);
    const alpha = 2;
    const probabilities = rowsOf(examples.logits).map(softmax);
    const precision = (k: number, j: number): number =>
      rowsOf(examples.features!).reduce((sum, row, i) => {
        const p = probabilities[i]![k]!;
        return sum + p * (1 - p) * withOne(row)[j]! ** 2;
      }, alpha);
    const h = [0, 1, 2].map((k) => Array.from({ length: d + 1 }, (_, j) => precision(k, j)));
    const own = (phi: number[], k: number): number =>
      phi.reduce((sum, value, j) => sum + value ** 2 / h[k]![j]!, 0);
    const values = await run(classifier, examples, { curvature: 'diagonal', priorPrecision: alpha });
    const plain = await meanField(classifier, inputs, (phi, k, y) => own(phi, k) + own(phi, y));
    expect(relativeError(values, plain)).toBeLessThan(TOLERANCE);
  });
});

describe.each(['full', 'kronecker', 'diagonal'] as const)('%s', (curvature) => {
  it('is MCP for a prior that fixes the weights, and never below it', async () => {
    const { classifier, examples } = await problem(4);
    const plain = await scoresOf(classifier, { score: mcp, fitted: { tensors: {}, settings: {} } }, inputs);
    const fixed = await run(classifier, examples, { curvature, priorPrecision: 1e12 });
    expect(relativeError(fixed, plain)).toBeLessThan(1e-6);
    const wide = await run(classifier, examples, { curvature, priorPrecision: 0.1 });
    wide.forEach((value, i) => expect(value).toBeGreaterThanOrEqual(plain[i]!));
  });

  it('stays doubtful far away, where MCP is certain', async () => {
    const { classifier, examples } = await problem(3);
    const at = (factor: number): Promise<number[]> =>
      run(
        classifier,
        examples,
        { curvature },
        { ...inputs, data: inputs.data.map((value) => factor * value) },
      );
    const [far, further] = [await at(1e4), await at(1e6)];
    // The bias and the 1 under the root are 1e-4 of the rest.
    expect(relativeError(further, far)).toBeLessThan(1e-2);
    expect(Math.min(...far)).toBeGreaterThan(1e-12);
  });

  it('counts each example of a sample for as many as it stands for', async () => {
    const { classifier, examples } = await problem(3);
    const twice = await fitted(classifier, joinExamples(examples, examples), { curvature });
    const sampled = await fitted(classifier, { ...examples, total: 2 * n }, { curvature });
    const alpha = (own: FittedScore): number => Number(own.fitted.settings['priorPrecision']);
    // sqrt(2) times the features is rounded to float32: 2^-23 of the curvature; alpha is about as well conditioned.
    expect(Math.abs(alpha(sampled) / alpha(twice) - 1)).toBeLessThan(2 ** -19);
    expect(sampled.fitted.settings).toMatchObject({ examples: n, standingFor: 2 * n });
    const [a, b] = [await scoresOf(classifier, sampled, inputs), await scoresOf(classifier, twice, inputs)];
    expect(relativeError(a, b, 1e-6)).toBeLessThan(2 ** -16);
    // With half of the examples it is another posterior.
    const alone = await run(classifier, examples, { curvature });
    expect(relativeError(alone, b, 1e-6)).toBeGreaterThan(1e-3);
  });

  it('ignores what all logits share', async () => {
    const { classifier, examples, data } = await problem(3);
    const shift = [4, -2, 1];
    const weight = classifier.graph.constants.get('weight')!;
    const moved = tensorOf(rowsOf(weight).map((row) => row.map((w, j) => w + shift[j]!)));
    const graph = {
      ...classifier.graph,
      constants: new Map(classifier.graph.constants).set('weight', moved),
    };
    const other = { ...classifier, graph };
    const values = await run(other, await examplesOf(other, data.x, data.labels), {
      curvature,
      priorPrecision: 1,
    });
    const own = await run(classifier, examples, { curvature, priorPrecision: 1 });
    // Logits of up to 40 in float32, whose differences are the score's exponents.
    expect(relativeError(values, own)).toBeLessThan(40 * 10 * 2 ** -24);
  });

  it('refuses to choose a prior where nothing tells, unless it is given', async () => {
    const zero = { ...linearClassifier(2, 2) };
    const constants = new Map(zero.graph.constants);
    constants.set('weight', tensor('float32', [2, 2], new Float32Array(4)));
    constants.set('bias', tensor('float32', [2], new Float32Array(2)));
    const classifier = { ...zero, graph: { ...zero.graph, constants } };
    const { x, labels } = blobs(20, 2, 2);
    const examples = await examplesOf(classifier, x, labels);
    await expect(fitted(classifier, examples, { curvature })).rejects.toThrow(
      /got weights of 0; give a prior precision/,
    );
    await expect(fitted(classifier, examples, { curvature, priorPrecision: 1 })).resolves.toBeDefined();

    const certain = new Map(zero.graph.constants);
    certain.set('weight', tensor('float32', [2, 2], Float32Array.of(1e6, 0, -1e6, 0)));
    certain.set('bias', tensor('float32', [2], new Float32Array(2)));
    const sure = { ...zero, graph: { ...zero.graph, constants: certain } };
    await expect(fitted(sure, await examplesOf(sure, x, labels), { curvature })).rejects.toThrow(
      /certain predictions/,
    );
  });

  it('refuses a prior precision that is none', () => {
    for (const priorPrecision of [0, -1, NaN]) {
      expect(() => lastLayerLaplace({ curvature, priorPrecision })).toThrow(
        /priorPrecision: expected a number over 0/,
      );
    }
  });
});

describe('evidencePriorPrecision', () => {
  it('solves the quadratic of equal eigenvalues: P h / (h + alpha) = alpha |w|^2', () => {
    for (const [count, h, square] of [
      [1, 1, 1],
      [20, 1e-6, 3],
      [7, 1e8, 1e-3],
      [1000, 5, 1e6],
    ] as const) {
      const eigenvalues = new Float64Array(count).fill(h);
      const product = square * h;
      // The positive root, in the form that does not cancel.
      const root = (2 * count * h) / (product + Math.sqrt(product * product + 4 * square * count * h));
      const alpha = evidencePriorPrecision({ eigenvalues, squaredNorm: square });
      expect(alpha / root).toBeCloseTo(1, 10);
      expect(effectiveParameters(eigenvalues, alpha) / (alpha * square)).toBeCloseTo(1, 10);
    }
  });

  it('is not changed by directions that the data say nothing of', () => {
    const some = Float64Array.of(3, 0.5, 20);
    const more = Float64Array.of(...some, 0, 0, 0, 0);
    const alpha = evidencePriorPrecision({ eigenvalues: some, squaredNorm: 2 });
    expect(evidencePriorPrecision({ eigenvalues: more, squaredNorm: 2 })).toBeCloseTo(alpha, 12);
  });
});
