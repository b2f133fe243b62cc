import { inverse, Matrix as Oracle } from 'ml-matrix';
import { describe, expect, it } from 'vitest';

import { fitScore, mahalanobis, relativeMahalanobis } from '#credence/scores/index';
import type { Examples, FittedScore } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';

import {
  blobs,
  examplesOf,
  fitAndScore,
  linearClassifier,
  matrixOf,
  relativeError,
  rowsOf,
  scoresOf,
  tensorOf,
} from './classifiers.js';

const [n, d, classes] = [400, 5, 3];
const classifier = linearClassifier(d, classes);
const { x, labels } = blobs(n, d, classes);
const examples = await examplesOf(classifier, x, labels);
const inputs = matrixOf(9, 60, d, 3);

const fitted = (score = mahalanobis(), own: Examples = examples): Promise<FittedScore> =>
  fitScore(score, classifier, { examples: own });
const lambdaOf = ({ fitted: { settings } }: FittedScore): number => settings['shrinkage'] as number;

/** The plain definitions, by inverse matrices in float64. */
const rows = rowsOf(x);
const mean = (of: number[][]): number[] =>
  of[0]!.map((_, j) => of.reduce((s, row) => s + row[j]!, 0) / of.length);
const minus = (a: number[], b: number[]): number[] => a.map((value, j) => value - b[j]!);
const means = [0, 1, 2].map((c) => mean(rows.filter((_, i) => labels.data[i] === c)));
const own = rows.map((row, i) => minus(row, means[labels.data[i]!]!));
const centred = rows.map((row) => minus(row, mean(rows)));

function covariance(of: number[][], lambda: number): Oracle {
  const a = new Oracle(of);
  const s = a.transpose().mmul(a).div(of.length);
  const level = s.trace() / s.rows;
  return Oracle.mul(s, 1 - lambda).add(Oracle.eye(s.rows).mul(lambda * level));
}

function quadratic(inverted: Oracle, v: number[]): number {
  return new Oracle([v])
    .mmul(inverted)
    .mmul(new Oracle([v]).transpose())
    .get(0, 0);
}

function nearest(inverted: Oracle, row: number[]): number {
  return Math.min(...means.map((m) => quadratic(inverted, minus(row, m))));
}

// A whitened feature is a sum of d float32 products: relative errors of (d + 1) 2^-24 times |W||f| / |z|, about 10 here.
const TOLERANCE = 10 * 2 * (d + 1) * 2 ** -24;

describe('mahalanobis', () => {
  it.each([0, 0.3, 1])('is its definition with a shrinkage of %d', async (shrinkage) => {
    const values = await scoresOf(classifier, await fitted(mahalanobis({ shrinkage })), inputs);
    const inverted = inverse(covariance(own, shrinkage));
    expect(
      relativeError(
        values,
        rowsOf(inputs).map((row) => nearest(inverted, row)),
      ),
    ).toBeLessThan(TOLERANCE);
  });

  it('is d on average over the examples of one Gaussian, since the mean of x x is the covariance', async () => {
    const one = { ...examples, labels: tensor('int32', [n], new Int32Array(n)) };
    const values = await scoresOf(classifier, await fitted(mahalanobis({ shrinkage: 0 }), one), x);
    expect(values.reduce((a, b) => a + b) / n / d).toBeCloseTo(1, 5);
  });

  it('does not depend on the units and axes of the features', async () => {
    const mixing = new Oracle([
      [2, 1, 0, 0, 0],
      [0, 3, 0, -1, 0],
      [0, 0, 0.5, 0, 1],
      [1, 0, 0, 4, 0],
      [0, 0, -1, 0, 2],
    ]);
    const turned = (of: number[][]): ReturnType<typeof tensorOf> =>
      tensorOf(new Oracle(of).mmul(mixing).addRowVector([7, -3, 0, 1, 20]).to2DArray());
    const score = mahalanobis({ shrinkage: 0 });
    const moved = await examplesOf(classifier, turned(rows), labels);
    const values = await fitAndScore(score, classifier, moved, turned(rowsOf(inputs)));
    // Offsets of 20 and a condition of 30 in float32.
    expect(relativeError(values, await fitAndScore(score, classifier, examples, inputs))).toBeLessThan(1e-4);
  });

  it("shrinks as Ledoit and Wolf's formula says, and reports it", async () => {
    const s = covariance(own, 0);
    const level = s.trace() / d;
    const norm = (a: Oracle): number => a.norm('frobenius') ** 2;
    const delta = norm(Oracle.sub(s, Oracle.eye(d).mul(level)));
    const beta =
      own.reduce(
        (sum, v) =>
          sum +
          norm(
            new Oracle([v])
              .transpose()
              .mmul(new Oracle([v]))
              .sub(s),
          ),
        0,
      ) /
      n ** 2;
    const lambda = lambdaOf(await fitted());
    expect(lambda).toBeCloseTo(Math.min(beta, delta) / delta, 10);
    expect(lambda).toBeGreaterThan(0);
    const values = await scoresOf(classifier, await fitted(), inputs);
    expect(values).toEqual(
      await scoresOf(classifier, await fitted(mahalanobis({ shrinkage: lambda })), inputs),
    );
  });

  it('can do with fewer examples than features, by shrinking, and refuses without', async () => {
    const wide = linearClassifier(30, 2);
    const few = blobs(12, 30, 2);
    const own = await examplesOf(wide, few.x, few.labels);
    const values = await fitAndScore(mahalanobis(), wide, own, few.x);
    expect(values.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
    await expect(fitScore(mahalanobis({ shrinkage: 0 }), wide, { examples: own })).rejects.toThrow(
      /covariance of 30 features from 12 examples: expected positive definite.*shrink it more/,
    );
  });

  it('takes a feature that never varies, and classes without examples', async () => {
    const flat = rows.map((row) => row.with(2, 4));
    const some = await examplesOf(
      classifier,
      tensorOf(flat),
      tensor(
        'int32',
        [n],
        labels.data.map((y) => y % 2),
      ),
    );
    const values = await fitAndScore(mahalanobis(), classifier, some, tensorOf(flat));
    expect(values.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
    const settings = (await fitted(mahalanobis(), some)).fitted.settings;
    expect(settings['classes']).toBe(2);
  });

  it('refuses features that do not vary at all, and a shrinkage that is none', async () => {
    const constant = await examplesOf(classifier, tensorOf(rows.map(() => [1, 2, 3, 4, 5])), labels);
    await expect(fitted(mahalanobis(), constant)).rejects.toThrow(/do not vary within a class/);
    expect(() => mahalanobis({ shrinkage: 1.5 })).toThrow(/shrinkage: expected a number of \[0, 1\]/);
    expect(() => relativeMahalanobis({ shrinkage: NaN })).toThrow(/relativeMahalanobis: shrinkage/);
  });
});

describe('relativeMahalanobis', () => {
  it('is its definition', async () => {
    const values = await scoresOf(classifier, await fitted(relativeMahalanobis({ shrinkage: 0.1 })), inputs);
    const [within, total] = [inverse(covariance(own, 0.1)), inverse(covariance(centred, 0.1))];
    const plain = rowsOf(inputs).map(
      (row) => nearest(within, row) - quadratic(total, minus(row, mean(rows))),
    );
    // The difference of two distances: their rounding, relative to the larger.
    values.forEach((value, i) => {
      const size = nearest(within, rowsOf(inputs)[i]!) + Math.abs(plain[i]!);
      expect(Math.abs(value - plain[i]!)).toBeLessThan(TOLERANCE * size);
    });
  });

  it('is under 0 at the class means, and refuses examples of one class', async () => {
    const values = await scoresOf(classifier, await fitted(relativeMahalanobis()), tensorOf(means));
    expect(Math.max(...values)).toBeLessThan(0);
    const one = { ...examples, labels: tensor('int32', [n], new Int32Array(n)) };
    await expect(fitted(relativeMahalanobis(), one)).rejects.toThrow(
      /expected examples of two classes, got of one/,
    );
  });
});
