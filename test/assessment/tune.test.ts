import { beforeAll, describe, expect, test } from 'vitest';
import { assess, fitClassifier, fitTrust } from '#credence/assessment/index';
import type { Fit, FitOptions } from '#credence/assessment/index';
import { draw, halves } from '#credence/assessment/split';
import { inspectClassifier } from '#credence/inspection/index';
import { fold, key } from '#credence/random/index';
import { predict } from '#credence/runtime/index';
import { fitScore, knn, mcp, odin, scoreGraph, scoreNamed, vim } from '#credence/scores/index';
import type { Score, TuningCall } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { memorySource, points, pointsClassifier } from './sources.js';

const N = 900;
const data = points(1, N);
const far = points(3, 150, 6);
const model = inspectClassifier(pointsClassifier());
const base: FitOptions = {
  model,
  validation: memorySource('validation', data.inputs, data.labels),
  scores: [mcp, knn(), vim(), odin()],
  key: key(1),
};
const PROVENANCE = { date: '2026-01-02', model: { name: 'm', sha256: 'a'.repeat(64) }, data: [] };

/** The places that `fitClassifier` fits and tunes on, drawn again. */
const [fitRows] = halves(fold(base.key, 'halves'), N);
const [tuneRows] = draw(fold(base.key, 'tune'), fitRows, fitRows.length >> 1);

function rowsAt(rows: Uint32Array): Tensor<'float32'> {
  const values = [...rows].flatMap((row) => [...data.inputs.data.subarray(2 * row, 2 * row + 2)]);
  return tensor('float32', [rows.length, 2], Float32Array.from(values));
}

async function scoresOf(score: Score, x: Tensor<'float32'>): Promise<Float32Array> {
  const fitted = await fitScore(score, model);
  const values = await predict(scoreGraph(model, [fitted]), { x }, { workers: 0 });
  return values[`score/${score.name}`]!.data as Float32Array;
}

describe('without foreign inputs', () => {
  let fit: Fit;
  beforeAll(async () => {
    fit = await fitClassifier(base, { holdOut: true });
  });

  test('ODIN takes the step with the smallest mean score of known inputs, at the temperature of the practical', async () => {
    expect(fit.tuned.map(({ score }) => score)).toEqual(['odin']);
    const [tuned] = fit.tuned;
    expect(tuned).toMatchObject({ criterion: 'mean score', known: tuneRows.length, outliers: [] });
    expect(tuned!.candidates).toHaveLength(7);
    const known = rowsAt(tuneRows);
    let best = Infinity;
    for (const { settings, value } of tuned!.candidates) {
      const [temperature, epsilon] = [Number(settings['temperature']), Number(settings['epsilon'])];
      expect(temperature).toBe(5);
      const values = await scoresOf(odin({ temperature, epsilon }), known);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      expect(Math.abs(value - mean)).toBeLessThan(1e-6 * mean);
      best = Math.min(best, value);
    }
    const chosen = tuned!.candidates.find(({ settings }) => settings['epsilon'] === tuned!.chosen['epsilon']);
    expect(chosen!.value).toBe(best);
    expect(fit.fitted.at(-1)!.fitted.settings).toMatchObject(tuned!.chosen);
  });

  test('steps are in standard deviations of the inputs', () => {
    const fitted = [...fitRows].flatMap((row) => [...data.inputs.data.subarray(2 * row, 2 * row + 2)]);
    const mean = fitted.reduce((a, b) => a + b, 0) / fitted.length;
    const deviation = Math.sqrt(fitted.reduce((a, b) => a + (b - mean) ** 2, 0) / fitted.length);
    // Four digits are kept.
    expect(Number(fit.tuned[0]!.candidates.at(-1)!.settings['epsilon'])).toBeCloseTo(0.08 * deviation, 3);
  });

  test('what was given is not chosen', async () => {
    const given = [scoreNamed('odin', { temperature: 10, epsilon: 0.1 }), scoreNamed('knn', { k: 7 })];
    const { tuned, fitted } = await fitClassifier({ ...base, scores: given }, { holdOut: true });
    expect(tuned).toEqual([]);
    expect(fitted.map(({ fitted: { settings } }) => settings)).toMatchObject([
      { temperature: 10, epsilon: 0.1 },
      { k: 7 },
    ]);
    const half = await fitClassifier(
      { ...base, scores: [scoreNamed('odin', { epsilon: '0.1' })] },
      { holdOut: true },
    );
    expect(half.tuned[0]).toMatchObject({ chosen: { temperature: 5 } });
    expect(half.tuned[0]!.candidates).toHaveLength(1);
  });
});

describe('with foreign inputs', () => {
  const tuneOod = { far: memorySource('far', far.inputs) };

  test('k is the one with the largest AUROC on examples that the bank does not have', async () => {
    const { tuned } = await fitClassifier({ ...base, tuneOod }, { holdOut: true });
    expect(tuned.map(({ score, criterion }) => [score, criterion])).toEqual([
      ['knn', 'AUROC'],
      ['vim', 'AUROC'],
      ['odin', 'AUROC'],
    ]);
    const isTuned = new Set(tuneRows);
    const bank = featuresOf(rowsAt(fitRows.filter((row) => !isTuned.has(row))));
    const [inside, outside] = [featuresOf(rowsAt(tuneRows)), featuresOf(far.inputs)];
    const [{ candidates, chosen }] = tuned as [(typeof tuned)[0]];
    expect(candidates.map(({ settings }) => settings['k'])).toEqual([50, 1, 5, 10, 20, 100]);
    for (const { settings, value } of candidates) {
      const k = Number(settings['k']);
      const [near, beyond] = [inside, outside].map((set) => set.map((f) => kthDistance(f, bank, k)));
      let above = 0;
      for (const a of beyond!) for (const b of near!) above += a > b ? 1 : a === b ? 0.5 : 0;
      // Distances in float32 may turn pairs over that float64 tells apart: 1 in 1000 of 33,750 at the most.
      expect(Math.abs(value - above / near!.length / beyond!.length)).toBeLessThan(1e-3);
    }
    const best = Math.max(...candidates.map(({ value }) => value));
    expect(candidates.find(({ settings }) => settings['k'] === chosen['k'])!.value).toBe(best);
  });

  test('what is measured has no say in what is chosen and fitted', async () => {
    const bytes = async (seed: number): Promise<Uint8Array> => {
      const [test, ood] = [points(seed, 300), points(seed + 1, 60, seed)];
      const trust = await assess({
        ...base,
        tuneOod,
        test: memorySource('test', test.inputs, test.labels),
        ood: { ood: memorySource('ood', ood.inputs) },
        risk: 0.05,
        resamples: 5,
      });
      expect(trust.findings.examples.measured).toBe(300);
      expect(trust.findings.tuned).toHaveLength(3);
      return trust.toBytes(PROVENANCE);
    };
    expect(Buffer.compare(await bytes(20), await bytes(30))).toBe(0);
  });

  test('with a training set candidates are fitted on all of it', async () => {
    const train = points(7, 500);
    const fit = await fitClassifier(
      { ...base, tuneOod, train: memorySource('train', train.inputs, train.labels), scores: [knn()] },
      { holdOut: true },
    );
    expect(fit.tuned[0]!.candidates.map(({ settings }) => settings['k'])).toEqual([
      50, 1, 5, 10, 20, 100, 200,
    ]);
    expect(fit.fitted[0]!.fitted.settings).toMatchObject({ examples: 500, k: fit.tuned[0]!.chosen['k'] });
    expect(fit.fittedOn(knn())).toBe('the training set');
  });
});

test('candidates keep to what the examples allow', () => {
  const call: TuningCall = { examples: 30, features: 5, inputDeviation: 1, outliers: true };
  const settings = (score: Score, name: string): unknown[] =>
    score.tuning!.candidates(call).map((candidate) => candidate.settings[name]);
  expect(settings(knn(), 'k')).toEqual([1, 5, 10]);
  expect(settings(vim(), 'dimension')).toEqual([2, 1, 3, 4]);
  expect(new Set(settings(odin(), 'temperature'))).toEqual(new Set([1, 5, 100, 1000]));
});

test('fitTrust certifies the threshold that assess recommends', async () => {
  const options = { ...base, scores: [mcp, knn()] };
  const [risk, confidence] = [0.03, 0.9];
  const { findings } = await assess({ ...options, risk, confidence, resamples: 5 });
  const { trust, recommendation } = await fitTrust({ ...options, accept: { risk, confidence } });
  expect(recommendation).toEqual(findings.recommendation);
  expect(trust.accept).toEqual({
    score: findings.recommendation.score,
    threshold: findings.recommendation.threshold,
  });
  // One score alone, at the confidence that it had as one of two.
  const alone = await fitTrust({
    ...options,
    accept: { risk, confidence: 0.95, score: findings.recommendation.score },
  });
  expect(alone.trust.accept).toEqual(trust.accept);
  const named = fitTrust({ ...options, accept: { risk, confidence, score: 'knm' } });
  await expect(named).rejects.toThrow(/did you mean 'knn'/);
});

test('a sample of the examples is fitted on where there are more, and said', async () => {
  const { fitted, notes } = await fitClassifier(
    { ...base, scores: [knn()], fitExamples: 120 },
    { holdOut: true },
  );
  expect(fitted[0]!.fitted.settings).toMatchObject({ examples: 120 });
  expect(notes).toEqual(['Of 450 validation examples to fit on, scores see 120, drawn by the seed.']);
});

/** relu(x) and relu(-x), of length 1: what KNN compares. */
function featuresOf({ shape, data: values }: Tensor<'float32'>): number[][] {
  return Array.from({ length: shape[0]! }, (_, i) => {
    const [a, b] = [values[2 * i]!, values[2 * i + 1]!];
    const f = [a, -a, b, -b].map((value) => Math.max(0, value));
    const norm = Math.hypot(...f);
    return f.map((value) => value / norm);
  });
}

function kthDistance(f: readonly number[], bank: readonly (readonly number[])[], k: number): number {
  const distances = bank.map((other) => Math.hypot(...other.map((value, j) => value - f[j]!)));
  return distances.toSorted((a, b) => a - b)[k - 1]!;
}
