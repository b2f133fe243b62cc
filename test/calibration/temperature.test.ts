import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { appendTemperature, fitTemperature } from '#credence/calibration/index';
import { evaluateReference, GraphBuilder, toReference } from '#credence/graph/index';
import { negativeLogLikelihood } from '#credence/metrics/index';
import { key, normal, uniform } from '#credence/random/index';
import { softmaxRows } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

const logitsOf = (rows: number[][]): Tensor<'float64'> =>
  tensor('float64', [rows.length, rows[0]!.length], Float64Array.from(rows.flat()));

/** Labels drawn from softmax(f), and logits that are `scale` f. */
function drawn(
  n: number,
  classes: number,
  scale: number,
  seed: number,
): { logits: Tensor<'float64'>; labels: number[] } {
  const truth = tensor(
    'float64',
    [n, classes],
    normal(key(seed), n * classes).map((z) => 2 * z),
  );
  const p = softmaxRows(truth);
  const labels = Array.from(uniform(key(seed + 1), n), (u, i) => {
    let [k, sum] = [0, p[i * classes]!];
    while (sum < u && k < classes - 1) sum += p[i * classes + ++k]!;
    return k;
  });
  return { logits: { ...truth, data: truth.data.map((f) => scale * f) }, labels };
}

const lossAt = ({ shape, data }: Tensor<'float64'>, labels: number[], temperature: number): number =>
  negativeLogLikelihood(
    softmaxRows({ dtype: 'float64', shape, data: data.map((f) => f / temperature) }),
    labels,
  );

describe('fitTemperature', () => {
  it('is a / log(q / (1 - q)) where the one logit difference a is right with frequency q', () => {
    // d/dbeta log(1 + e^(-beta a)) = ..., so sigmoid(a / T) = q.
    const [a, n, right] = [3, 40, 32];
    const rows = Array.from({ length: n }, () => [a, 0]);
    const labels = Array.from({ length: n }, (_, i) => (i < right ? 0 : 1));
    const q = right / n;
    const { temperature, before, after } = fitTemperature(logitsOf(rows), labels);
    expect(temperature).toBeCloseTo(a / Math.log(q / (1 - q)), 10);
    expect(after).toBeCloseTo(-q * Math.log(q) - (1 - q) * Math.log(1 - q), 12);
    expect(before).toBeCloseTo(Math.log(1 + Math.exp(-a)) + (1 - q) * a, 12);
  });

  it('finds the scale of logits whose labels were drawn from their softmax', () => {
    const { logits, labels } = drawn(4000, 5, 3, 1);
    const { temperature } = fitTemperature(logits, labels);
    // The estimate's relative deviation is 1 / sqrt(n Var[f]), the logits' variance under p about 1:
    // 0.016 at most; 5 deviations, false-alarm rate 6e-7.
    expect(Math.abs(temperature / 3 - 1)).toBeLessThan(0.08);
  });

  it('is at the minimum of the negative log likelihood, whatever it starts from', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: -6, max: 6, noNaN: true }),
        (seed, exponent) => {
          const { logits, labels } = drawn(60, 4, 10 ** exponent, seed);
          const { temperature, before, after } = fitTemperature(logits, labels);
          const here = lossAt(logits, labels, temperature);
          expect(here).toBeLessThanOrEqual(lossAt(logits, labels, 1.001 * temperature));
          expect(here).toBeLessThanOrEqual(lossAt(logits, labels, temperature / 1.001));
          expect(after).toBeCloseTo(here, 10);
          expect(after).toBeLessThanOrEqual(before);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('scales with the logits and ignores what is added to all of them', () => {
    const { logits, labels } = drawn(100, 3, 1, 7);
    const own = fitTemperature(logits, labels).temperature;
    const other = { ...logits, data: logits.data.map((f, i) => 8 * f + Math.floor(i / 3)) };
    expect(fitTemperature(other, labels).temperature / own).toBeCloseTo(8, 9);
  });

  it('refuses examples that no temperature is the best for', () => {
    expect(() =>
      fitTemperature(
        logitsOf([
          [2, 0],
          [0, 1],
        ]),
        [0, 1],
      ),
    ).toThrow(/temperature scaling: expected at least one example that is predicted wrong, got none of 2/);
    expect(() =>
      fitTemperature(
        logitsOf([
          [2, 0],
          [0, 1],
          [1, 0],
        ]),
        [1, 0, 0],
      ),
    ).toThrow(/order of the classes/);
    // Right as often as wrong: beta = 0 is best.
    expect(() =>
      fitTemperature(
        logitsOf([
          [1, 0],
          [1, 0],
        ]),
        [0, 1],
      ),
    ).toThrow(/on average/);
  });

  it('refuses bad input', () => {
    expect(() => fitTemperature(logitsOf([[2, 0]]), [0, 1])).toThrow(/logits: expected \(2, K\)/);
    expect(() => fitTemperature(logitsOf([[2, 0]]), [2])).toThrow(
      /labels: expected classes of \[0, 2\), got 2/,
    );
    expect(() => fitTemperature(logitsOf([[NaN, 0]]), [1])).toThrow(/finite/);
    expect(() => fitTemperature(tensor('float32', [0, 2], new Float32Array(0)), [])).toThrow(/at least one/);
    expect(() => fitTemperature(tensor('float32', [2], new Float32Array(2)), [0, 0])).toThrow(/logits/);
  });
});

describe('appendTemperature', () => {
  it('is softmax(logits / T)', () => {
    const b = new GraphBuilder('t');
    const graph = b.build({ p: appendTemperature(b.input('x', 'float32', ['N', 3]), 2.5) });
    const x = tensor('float32', [2, 3], Float32Array.of(1, 2, 5, -1, 0, 1));
    const { data } = evaluateReference(graph, { x: toReference(x) }).get('p')!;
    const plain = softmaxRows({ ...x, data: x.data.map((f) => f / 2.5) });
    data.forEach((p, i) => expect(p).toBeCloseTo(plain[i]!, 6));
    expect(() => appendTemperature(new GraphBuilder('t').input('x', 'float32', ['N', 3]), 0)).toThrow(
      /over 0/,
    );
  });
});
