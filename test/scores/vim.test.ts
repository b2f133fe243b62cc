import { EigenvalueDecomposition, Matrix as Oracle, pseudoInverse } from 'ml-matrix';
import { describe, expect, it } from 'vitest';

import { gemm, GraphBuilder } from '#credence/graph/index';
import { fitScore, vim } from '#credence/scores/index';
import type { Classifier, Examples, FittedScore } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

import { blobs, examplesOf, matrixOf, rowsOf, scoresOf, tensorOf } from './classifiers.js';

const [n, d, classes] = [200, 6, 3];
const { x, labels } = blobs(n, d, classes);
const inputs = matrixOf(3, 40, d, 4);
const weight = rowsOf(matrixOf(11, classes, d));
// Large enough that the largest logit is over 0 on average.
const bias = [3, 2.5, 4];

function classifierOf(w: number[][], b: number[] | undefined): Classifier {
  const builder = new GraphBuilder('linear');
  const input = builder.input('x', 'float32', ['N', w[0]!.length]);
  const offset = b && builder.constant(tensor('float32', [b.length], Float32Array.from(b)));
  const graph = builder.build({
    logits: gemm(input, builder.constant(tensorOf(w)), offset, { transB: true }),
  });
  return { graph, differentiableInput: 'x', features: 'x', logits: 'logits' };
}

const classifier = classifierOf(weight, bias);
const examples = await examplesOf(classifier, x, labels);
const fitted = (
  dimension: number | undefined,
  own: Examples = examples,
  model = classifier,
): Promise<FittedScore> =>
  fitScore(vim(dimension === undefined ? {} : { dimension }), model, { examples: own });

/** The definition, with ml-matrix's pseudo-inverse and eigenvectors and the projection that they make. */
function plain(
  dimension: number,
  own: Examples,
  w: number[][],
  b: number[],
): { alpha: number; of: (row: number[]) => number } {
  const origin = pseudoInverse(new Oracle(w)).mmul(Oracle.columnVector(b)).mul(-1).to1DArray();
  const shifted = new Oracle(rowsOf(own.features!)).subRowVector(origin);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    shifted.transpose().mmul(shifted),
    {
      assumeSymmetric: true,
    },
  );
  const order = realEigenvalues
    .map((_, i) => i)
    .toSorted((a, c) => realEigenvalues[c]! - realEigenvalues[a]!);
  const principal = eigenvectorMatrix.subMatrixColumn(order.slice(0, dimension));
  const outside = Oracle.sub(Oracle.eye(w[0]!.length), principal.mmul(principal.transpose()));
  const residual = (row: number[]): number =>
    new Oracle([row]).subRowVector(origin).mmul(outside).norm('frobenius');
  const total = (values: number[]): number => values.reduce((a, c) => a + c);
  const alpha =
    total(rowsOf(own.logits).map((row) => Math.max(...row))) / total(rowsOf(own.features!).map(residual));
  const logitsOf = (row: number[]): number[] =>
    new Oracle(w)
      .mmul(Oracle.columnVector(row))
      .to1DArray()
      .map((f, k) => f + b[k]!);
  const of = (row: number[]): number =>
    alpha * residual(row) - Math.log(total(logitsOf(row).map((f) => Math.exp(f))));
  return { alpha, of };
}

function closeTo(values: number[], own: number[]): void {
  // alpha |x_perp| and the energy are under 300, each from float32 sums of d terms and an origin rounded to float32.
  values.forEach((value, i) => expect(Math.abs(value - own[i]!)).toBeLessThan(300 * 2 * (d + 2) * 2 ** -24));
}

describe('vim', () => {
  it.each([1, 3, 5])('is its definition with %d principal directions', async (dimension) => {
    const score = await fitted(dimension);
    const own = plain(dimension, examples, weight, bias);
    expect(score.fitted.settings['alpha']).toBeCloseTo(own.alpha, 4);
    closeTo(await scoresOf(classifier, score, inputs), rowsOf(inputs).map(own.of));
  });

  it('takes half of few features, and a last layer without a bias, whose origin is 0', async () => {
    const scaled = weight.map((row) => row.map((w) => 2 * w));
    const own = classifierOf(scaled, undefined);
    const here = await examplesOf(own, x, labels);
    const score = await fitted(undefined, here, own);
    expect(score.fitted.settings['dimension']).toBe(3);
    expect([...(score.fitted.tensors['origin'] as Tensor<'float32'>).data]).toEqual(Array(d).fill(0));
    closeTo(await scoresOf(own, score, inputs), rowsOf(inputs).map(plain(3, here, scaled, [0, 0, 0]).of));
  });

  it('matches the virtual logit to the largest: their means over the examples are equal', async () => {
    const score = await fitted(3);
    const values = await scoresOf(classifier, score, x);
    const mean = (of: number[]): number => of.reduce((a, b) => a + b) / of.length;
    const energies = rowsOf(examples.logits).map((row) => Math.log(row.reduce((s, f) => s + Math.exp(f), 0)));
    const virtual = mean(values.map((value, i) => value + energies[i]!));
    expect(virtual).toBeCloseTo(mean(rowsOf(examples.logits).map((row) => Math.max(...row))), 4);
  });

  it('does not depend on the axes of the features', async () => {
    // A rotation of features and weights: the logits stay.
    const rotation = new EigenvalueDecomposition(
      new Oracle(rowsOf(matrixOf(5, d, d))).mmul(new Oracle(rowsOf(matrixOf(5, d, d))).transpose()),
      { assumeSymmetric: true },
    ).eigenvectorMatrix;
    const turned = (rows: number[][]): number[][] => new Oracle(rows).mmul(rotation).to2DArray();
    const own = classifierOf(turned(weight), bias);
    const here = await examplesOf(own, tensorOf(turned(rowsOf(x))), labels);
    const values = await scoresOf(own, await fitted(3, here, own), tensorOf(turned(rowsOf(inputs))));
    closeTo(values, await scoresOf(classifier, await fitted(3), inputs));
  });

  it('takes more classes than features, whose logits have no common zero', async () => {
    const many = rowsOf(matrixOf(21, 9, d));
    const offsets = Array.from({ length: 9 }, (_, k) => 1 + k / 4);
    const own = classifierOf(many, offsets);
    const here = await examplesOf(own, x, labels);
    closeTo(
      await scoresOf(own, await fitted(2, here, own), inputs),
      rowsOf(inputs).map(plain(2, here, many, offsets).of),
    );
  });

  it('refuses what it cannot match', async () => {
    await expect(fitted(d)).rejects.toThrow(/vim: dimension: expected under d = 6, got 6/);
    expect(() => vim({ dimension: 0 })).toThrow(/vim: dimension/);
    const low = classifierOf(weight, [-90, -90, -90]);
    await expect(fitted(3, await examplesOf(low, x, labels), low)).rejects.toThrow(
      /before the softmax as the logits/,
    );
    // The origin of a last layer without a bias is 0, and these features have one direction.
    const flat = classifierOf(weight, undefined);
    const line = tensorOf(rowsOf(x).map((_, i) => [i, 2 * i, 0, i, 0, -i]));
    await expect(fitted(3, await examplesOf(flat, line, labels), flat)).rejects.toThrow(
      /features outside the 3 principal directions/,
    );
  });
});
