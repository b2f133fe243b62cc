import { describe, expect, test } from 'vitest';
import { averagePrecision, bootstrapRankingDifference } from '#credence/metrics/index';
import { fold, key } from '#credence/random/index';
import { runTiny, SETS } from './tiny.js';

// The runs here take about a second each on an idle machine.

describe('a tiny run of the third week', () => {
  test('measures what its evaluation holds', async () => {
    const { evaluation, seeds, summary, orders } = await runTiny();
    const [seed] = seeds;
    const { errors, predicted, test: scores, ood } = evaluation;
    const labels = SETS.mnist.test.labels.data;
    const n = labels.length;

    expect(predicted).toHaveLength(n);
    expect([...errors]).toEqual(Array.from(predicted, (k, i) => Number(k !== labels[i])));
    const wrong = errors.reduce((sum, error) => sum + error, 0);
    // The tiny network must err and be right often enough for the rest of this file to mean something.
    expect(wrong).toBeGreaterThan(5);
    expect(wrong).toBeLessThan(n - 100);
    expect(seed!.errors).toBe(wrong);
    expect(seed!.accuracy).toBe((n - wrong) / n);
    expect(seed!.confidnetAccuracy).toBe(seed!.accuracy);

    expect(Object.keys(scores).toSorted()).toEqual([
      'confidnet',
      'mcDropout.entropy',
      'mcDropout.mutualInformation',
      'mcDropout.variationRatio',
      'mcp',
      'odin',
    ]);
    for (const values of Object.values(scores)) expect(values).toHaveLength(n);
    for (const values of Object.values(ood)) expect(values).toHaveLength(SETS.ood.test.labels.data.length);

    // Positive: an error; positive: a strange image.
    const failure = seed!.failure;
    expect(failure.mcp.averagePrecision).toBe(averagePrecision(scores.mcp!, errors));
    expect(failure.confidnet.averagePrecision).toBe(averagePrecision(scores.confidnet!, errors));
    expect(failure.mcDropout.entropy.averagePrecision).toBe(
      averagePrecision(scores['mcDropout.entropy']!, errors),
    );
    const both = [...scores.odin!, ...ood.odin!];
    const isStrange = both.map((_, i) => i >= n);
    expect(seed!.ood['noise']!.odin.averagePrecision).toBe(averagePrecision(both, isStrange));

    expect(summary['failure']!['mcp']).toEqual({
      seeds: 1,
      mean: failure.mcp.averagePrecision,
      standardDeviation: null,
      interval: null,
    });
    for (const { order, pairs, wholeOrder } of orders) {
      const value = (name: string): number =>
        summary[order.includes('odin') ? 'noise' : 'failure']![name]!.mean;
      const [a, b, c] = order.map(value) as [number, number, number];
      expect(wholeOrder).toBe(Number(a > b && b > c));
      for (const { first, second, wins, ties, losses } of pairs) {
        const [x, y] = [value(first), value(second)];
        expect([wins, ties, losses]).toEqual([x > y, x === y, x < y].map(Number));
      }
    }
  });

  test('pairs of scores: their differences, with the intervals of a paired bootstrap', async () => {
    const { seeds, evaluation, settings } = await runTiny();
    const { differences, failure, ood } = seeds[0]!;
    expect(differences.map(({ task, first, second }) => [task, first, second].join(' '))).toEqual([
      'failure confidnet mcp',
      'failure mcp mcDropout.variationRatio',
      'failure mcp mcDropout.entropy',
      'noise odin mcp',
      'noise mcp mcDropout.variationRatio',
      'noise mcp mcDropout.entropy',
    ]);
    const values = [
      failure.confidnet.averagePrecision - failure.mcp.averagePrecision,
      failure.mcp.averagePrecision - failure.mcDropout.variationRatio.averagePrecision,
      failure.mcp.averagePrecision - failure.mcDropout.entropy.averagePrecision,
      ood['noise']!.odin.averagePrecision - ood['noise']!.mcp.averagePrecision,
    ];
    values.forEach((value, i) => expect(differences[i]!.value).toBe(value));
    const { test: scores, errors } = evaluation;
    const { averagePrecision: alone } = bootstrapRankingDifference(scores.confidnet!, scores.mcp!, errors, {
      key: fold(key(1), 'bootstrap', 'failure'),
      ...settings.bootstrap,
    });
    expect(differences[0]!.interval).toEqual({ low: alone.low, high: alone.high });
  });

  test("ODIN's two gradients keep their names whichever is the run's own", async () => {
    const corrected = (await runTiny()).evaluation;
    const odin = { temperature: 5, gradientTemperature: 1, epsilon: 0.0014 };
    const published = (await runTiny({ settings: { odin } })).evaluation;
    expect(published.odin.gradientAtTemperature).toEqual(corrected.odin.gradientAtTemperature);
    expect(published.odin.gradientAtOne).toEqual(corrected.odin.gradientAtOne);
    expect(corrected.odin.gradientAtTemperature.test).toEqual(corrected.test.odin);
    expect(published.odin.gradientAtOne.test).toEqual(published.test.odin);
    expect(published.test.odin).not.toEqual(corrected.test.odin);
    // The classifier inside ConfidNet is the classifier.
    expect(corrected.mcpChange).toBeLessThan(1e-6);
  });

  test('an interval lies around its value, and all numbers are finite', async () => {
    const { seeds } = await runTiny({ settings: { bootstrap: { resamples: 200, level: 0.95 } } });
    const numbers: number[] = [];
    const visit = (value: unknown): void => {
      if (typeof value === 'number') numbers.push(value);
      else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
    };
    visit(seeds);
    expect(numbers.filter((value) => !Number.isFinite(value))).toEqual([]);
    const { mcp, mcDropout, confidnet } = seeds[0]!.failure;
    for (const { averagePrecision: value, intervals } of [mcp, mcDropout.entropy, confidnet]) {
      expect(intervals.averagePrecision.low).toBeLessThan(value);
      expect(intervals.averagePrecision.high).toBeGreaterThan(value);
    }
  });

  test('ranks the digits by their variation ratio', async () => {
    const { digits } = await runTiny();
    const ratios = (samples: typeof digits.confident): number[] =>
      samples.map((digit) => digit.variationRatio);
    expect(digits.confident).toHaveLength(25);
    expect(digits.uncertain).toHaveLength(25);
    expect(ratios(digits.confident)).toEqual(ratios(digits.confident).toSorted((a, b) => a - b));
    expect(ratios(digits.uncertain)).toEqual(ratios(digits.uncertain).toSorted((a, b) => b - a));
    expect(Math.max(...ratios(digits.confident))).toBeLessThanOrEqual(Math.min(...ratios(digits.uncertain)));

    const { confident, uncertain, wrong } = digits.examples;
    for (const digit of [confident, uncertain]) expect(digit.predicted).toBe(digit.label);
    expect(wrong.predicted).not.toBe(wrong.label);
    expect(confident.variationRatio).toBeLessThanOrEqual(uncertain.variationRatio);
    for (const digit of [confident, uncertain, wrong, ...digits.uncertain]) {
      const { index, image, label, votes, probabilities, meanProbability, variationRatio } = digit;
      expect(label).toBe(SETS.mnist.test.labels.data[index]);
      expect(image).toEqual(SETS.mnist.test.images.data.slice(index * 784, (index + 1) * 784));
      expect(votes.reduce((sum, count) => sum + count, 0)).toBe(digits.passes);
      expect(variationRatio).toBe(1 - Math.max(...votes) / digits.passes);
      expect(probabilities).toHaveLength(digits.passes * 10);
      meanProbability.forEach((p, k) => {
        const own = Array.from({ length: digits.passes }, (_, s) => probabilities[s * 10 + k]!);
        // 6 float32 numbers below 1, summed in float64.
        expect(Math.abs(p - own.reduce((sum, q) => sum + q, 0) / own.length)).toBeLessThan(2 ** -48);
      });
    }
  });
});

test('threads do not show in the results', async () => {
  const [alone, together] = [await runTiny({ workers: 0 }), await runTiny({ workers: 2 })];
  expect(together.seeds).toEqual(alone.seeds);
  expect(together.claims).toEqual(alone.claims);
  expect(together.digits).toEqual(alone.digits);
});

test('several seeds: each as it would be alone, and their means and wins', async () => {
  const both = await runTiny({ seeds: [1, 2] });
  const second = await runTiny({ seeds: [2] });
  expect(both.seeds.map(({ seed }) => seed)).toEqual([1, 2]);
  expect(both.seeds[1]).toEqual(second.seeds[0]);
  expect(both.seeds[0]).not.toEqual({ ...second.seeds[0], seed: 1 });
  const values = both.seeds.map(({ failure }) => failure.confidnet.averagePrecision);
  const { mean, interval, standardDeviation } = both.summary['failure']!['confidnet']!;
  expect(mean).toBeCloseTo((values[0]! + values[1]!) / 2, 12);
  expect(standardDeviation).toBeCloseTo(Math.abs(values[0]! - values[1]!) / Math.SQRT2, 12);
  expect(interval!.low).toBeLessThan(mean);
  expect(both.orders.map(({ seeds }) => seeds)).toEqual([2, 2, 2, 2]);
  // The figures show the first one.
  expect(both.evaluation.seed).toBe(1);
});

test('digits without a training split cannot be trained on', async () => {
  const { train: _, ...rest } = SETS.mnist;
  await expect(runTiny({ sets: { ...SETS, mnist: rest } })).rejects.toMatchObject({ code: 'E_DATA' });
});
