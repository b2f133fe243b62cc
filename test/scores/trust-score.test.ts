import { describe, expect, it } from 'vitest';

import { fitScore, trustScore } from '#credence/scores/index';
import type { Examples, FittedScore } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

import {
  blobs,
  examplesOf,
  identityClassifier,
  linearClassifier,
  matrixOf,
  relativeError,
  rowsOf,
  scoresOf,
  splitClassifier,
  tensorOf,
} from './classifiers.js';

const [n, d, classes] = [90, 4, 3];
const classifier = linearClassifier(d, classes);
const { x, labels } = blobs(n, d, classes);
const examples = await examplesOf(classifier, x, labels);
const inputs = matrixOf(8, 50, d, 3);
const { logits } = await examplesOf(classifier, inputs, tensor('int32', [50], new Int32Array(50)));
const predicted = rowsOf(logits).map((row) => row.indexOf(Math.max(...row)));

const points = rowsOf(x);
const distance = (a: number[], b: number[]): number => Math.hypot(...a.map((value, j) => value - b[j]!));
const fitted = (
  settings?: Parameters<typeof trustScore>[0],
  own: Examples = examples,
): Promise<FittedScore> => fitScore(trustScore(settings), classifier, { examples: own });

/** 1 / (1 + trust) by trying all examples, at places `kept`. */
function plain(row: number[], label: number, kept: number[] = [...labels.data.keys()]): number {
  const nearest = (isOwn: boolean): number =>
    Math.min(
      ...kept.filter((i) => (labels.data[i] === label) === isOwn).map((i) => distance(row, points[i]!)),
    );
  return 1 / (1 + nearest(false) / nearest(true));
}

describe('trustScore', () => {
  it('compares the nearest of the predicted class with the nearest of the others', async () => {
    const values = await scoresOf(classifier, await fitted(), inputs);
    const own = rowsOf(inputs).map((row, i) => plain(row, predicted[i]!));
    // Coordinates under 20, centred: distances of at least 0.2 are right to 2^-24 20 / 0.2.
    expect(relativeError(values, own)).toBeLessThan(200 * 2 ** -24);
  });

  it('does not depend on the origin and the unit of the features, nor on the size of the logits', async () => {
    const free = splitClassifier(d, classes);
    const joined = (scale: number, shift: number): Tensor<'float32'> =>
      tensorOf(
        rowsOf(inputs).map((row, i) => [
          ...row.map((value) => scale * value + shift),
          ...rowsOf(logits)[i]!.map((value) => scale * value),
        ]),
      );
    const at = async (scale: number, shift: number): Promise<number[]> => {
      const features = tensorOf(points.map((row) => row.map((value) => scale * value + shift)));
      const score = await fitScore(trustScore(), free, {
        examples: { logits: examples.logits, features, labels },
      });
      return scoresOf(free, score, joined(scale, shift));
    };
    // Numbers near 64 in float32: distances of at least 0.2 are right to 2^-24 64 / 0.2.
    expect(relativeError(await at(2, 64), await at(1, 0))).toBeLessThan(1000 * 2 ** -24);
  });

  it('is 0 at the examples of the predicted class, 1/2 where both are equally near, over it where another is nearer', async () => {
    const b = identityClassifier(2);
    // Features are the logits: class 0 is predicted on the left of the diagonal.
    const line = { ...b, features: 'x' };
    const places = tensorOf([
      [1, 0],
      [0, 1],
    ]);
    const given = { logits: places, features: places, labels: tensor('int32', [2], Int32Array.of(0, 1)) };
    const score = await fitScore(trustScore(), line, { examples: given });
    const values = await scoresOf(
      line,
      score,
      tensorOf([
        [1, 0],
        [2, 2],
        [0.75, 0.25],
        [0, 1],
      ]),
    );
    expect(values[0]).toBe(0);
    expect(values[1]).toBe(0.5);
    expect(values[2]).toBeCloseTo(0.25, 6);
    expect(values[3]).toBe(0);
    const crossed = { ...given, labels: tensor('int32', [2], Int32Array.of(1, 0)) };
    const wrong = await fitScore(trustScore(), line, { examples: crossed });
    expect(
      await scoresOf(
        line,
        wrong,
        tensorOf([
          [1, 0],
          [0.75, 0.25],
        ]),
      ),
    ).toEqual([1, expect.closeTo(0.75, 6)]);
  });

  it('takes the same place for two classes: neither is nearer', async () => {
    const line = { ...identityClassifier(2), features: 'x' };
    const places = tensorOf([
      [1, 0],
      [1, 0],
    ]);
    const given = { logits: places, features: places, labels: tensor('int32', [2], Int32Array.of(0, 1)) };
    const score = await fitScore(trustScore(), line, { examples: given });
    expect(await scoresOf(line, score, places)).toEqual([0.5, 0.5]);
  });

  it('gives 1 where the predicted class has no examples', async () => {
    const two = labels.data.map((label) => (label === 2 ? 0 : label));
    const without = { ...examples, labels: tensor('int32', [n], two) };
    const values = await scoresOf(classifier, await fitted({}, without), inputs);
    predicted.forEach((label, i) => {
      if (label === 2) expect(values[i]).toBe(1);
      else expect(values[i]).toBeLessThan(1);
    });
    expect(predicted).toContain(2);
  });

  it('leaves out the share alpha of each class with the most distant k-th neighbour', async () => {
    const [alpha, k] = [0.2, 3];
    const kept = [0, 1, 2].flatMap((label) => {
      const own = [...labels.data.keys()].filter((i) => labels.data[i] === label);
      const radius = (i: number): number =>
        own
          .filter((j) => j !== i)
          .map((j) => distance(points[i]!, points[j]!))
          .toSorted((a, b) => a - b)[k - 1]!;
      return own.toSorted((a, b) => radius(a) - radius(b)).slice(0, Math.ceil((1 - alpha) * own.length));
    });
    const values = await scoresOf(classifier, await fitted({ alpha, k }), inputs);
    const own = rowsOf(inputs).map((row, i) => plain(row, predicted[i]!, kept));
    expect(relativeError(values, own)).toBeLessThan(200 * 2 ** -24);
  });

  it('gives every class an equal share of a smaller bank', async () => {
    const { fitted: own } = await fitted({ bankSize: 30 });
    expect(own.settings).toMatchObject({ bankSize: 30, rows: 10, examples: n });
    expect(own.tensors['bank']!.shape).toEqual([30, d]);
    expect((await fitted({ bankSize: 30 })).fitted.tensors).toEqual(own.tensors);
  });

  it('refuses examples of one class, and settings out of range', async () => {
    const one = { ...examples, labels: tensor('int32', [n], new Int32Array(n)) };
    await expect(fitted({}, one)).rejects.toThrow(/trust score: expected examples of two classes/);
    expect(() => trustScore({ alpha: 1 })).toThrow(/alpha: expected a number of \[0, 1\)/);
    expect(() => trustScore({ k: 0 })).toThrow(/trustScore: k/);
  });
});
