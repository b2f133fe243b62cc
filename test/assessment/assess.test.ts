import { beforeAll, describe, expect, test } from 'vitest';
import { assess, Trust } from '#credence/assessment/index';
import type { AssessedTrust, AssessOptions } from '#credence/assessment/index';
import { ConfigurationError, DataError } from '#credence/errors/index';
import { inspectClassifier } from '#credence/inspection/index';
import { key } from '#credence/random/index';
import { energy, entropy, knn, mcDropout, mcp, scoreNamed } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import { memorySource, points, pointsClassifier } from './sources.js';

const validation = points(1, 1200);
const held = points(2, 1500);
const far = points(3, 200, 8);
const base: AssessOptions = {
  model: inspectClassifier(pointsClassifier()),
  validation: memorySource('validation', validation.inputs, validation.labels),
  test: memorySource('test', held.inputs, held.labels),
  ood: { far: memorySource('far', far.inputs) },
  scores: [mcp, entropy, energy(), knn(), mcDropout()],
  risk: 0.03,
  confidence: 0.9,
  key: key(1),
  resamples: 50,
};

/** log p(x | c) up to a constant, twice: as the classifier has it. */
function logitsOf([x, y]: readonly [number, number]): number[] {
  return [4 * x - 4, -4 * x - 4, 6 * y - 9];
}

const expected = Array.from({ length: 1500 }, (_, i) => {
  const z = logitsOf([held.inputs.data[2 * i]!, held.inputs.data[2 * i + 1]!]);
  const sum = z.reduce((total, value) => total + Math.exp(value), 0);
  const prediction = z.indexOf(Math.max(...z));
  return { wrong: prediction !== held.labels[i], mcp: 1 - Math.exp(z[prediction]!) / sum };
});

describe('assess', () => {
  let found: AssessedTrust;
  beforeAll(async () => {
    found = await assess(base);
  });

  test('measures the classifier on the test set, and its overconfidence', () => {
    const { classifier, examples } = found.findings;
    expect(examples).toEqual({
      fit: 600,
      threshold: 600,
      measured: 1500,
      measuredOn: 'test',
      train: null,
      ood: { far: 200 },
    });
    expect(classifier.errors).toBe(expected.filter(({ wrong }) => wrong).length);
    expect(classifier.accuracy).toBeCloseTo(1 - classifier.errors / 1500, 12);
    // The true posterior has half of these logits. T of 600 examples: standard error about 0.15.
    expect(classifier.temperature).toBeGreaterThan(1.4);
    expect(classifier.temperature).toBeLessThan(2.6);
    expect(classifier.after!.nll).toBeLessThan(classifier.before.nll);
    expect(classifier.after!.ece).toBeLessThan(classifier.before.ece);
    const inBins = classifier.before.bins.reduce((sum, { count }) => sum + count, 0);
    expect(inBins).toBe(1500);
  });

  test('ranks as the definitions say', () => {
    const [first] = found.findings.scores;
    expect(first!.name).toBe('mcp');
    const [wrong, right] = [true, false].map((flag) =>
      expected.filter((each) => each.wrong === flag).map((each) => each.mcp),
    );
    let above = 0;
    for (const a of wrong!) for (const b of right!) above += a > b ? 1 : a === b ? 0.5 : 0;
    // A float32 probability near 1 may tie or swap pairs that float64 tells apart.
    expect(Math.abs(first!.failure!.auroc - above / wrong!.length / right!.length)).toBeLessThan(1e-3);
    const knnResult = found.findings.scores.find(({ name }) => name === 'knn')!;
    const [near, outside] = [found.measured.scores, found.measured.ood['far']!].map((each) =>
      each.get('knn')!,
    );
    let over = 0;
    for (const a of outside!) for (const b of near!) over += a > b ? 1 : a === b ? 0.5 : 0;
    expect(knnResult.ood['far']!.auroc).toBeCloseTo(over / near!.length / outside!.length, 12);
    expect(knnResult.ood['far']!.auroc).toBeGreaterThan(0.8);
    expect(knnResult.fittedOn).toMatch(/validation/);
  });

  test('lists what cannot be computed, with the reason', () => {
    expect(found.findings.unavailable).toMatchObject([{ name: mcDropout().name }]);
    expect(found.findings.unavailable[0]!.reason).toMatch(/Dropout/);
  });

  test('recommends a certified threshold that the test set bears out', () => {
    const { recommendation, scores } = found.findings;
    const chosen = scores.find(({ name }) => name === recommendation.score)!;
    const widest = Math.max(...scores.map(({ certificate }) => certificate?.coverage ?? 0));
    expect(chosen.certificate!.coverage).toBe(widest);
    expect(chosen.certificate!.confidence).toBeCloseTo(1 - 0.1 / 4, 12);
    expect(recommendation.threshold).toBe(chosen.certificate!.threshold);
    // A promise kept with confidence 0.9, measured on 1500: 0.03 and 4 of its standard errors, 0.0044.
    expect(chosen.selected!.risk!).toBeLessThan(0.03 + 4 * 0.0044);
    expect(recommendation.sentence).toContain(chosen.title);
    expect(recommendation.sentence).toContain('3 %');
  });

  test('shows the most suspicious examples, and errors that look safe', () => {
    const { suspicious, overconfident } = found.findings.samples;
    const values = found.measured.scores.get(found.findings.recommendation.score)!;
    expect(suspicious[0]!.score).toBe(Math.max(...values.filter(Number.isFinite)));
    expect(suspicious.map(({ score }) => score)).toEqual(
      suspicious.map(({ score }) => score).toSorted((a, b) => b - a),
    );
    expect(overconfident.every(({ label, prediction }) => label !== prediction)).toBe(true);
    expect(overconfident[0]!.score).toBe(Math.min(...values.filter((_, i) => found.measured.errors[i])));
    expect(overconfident[0]!.label).toBe(held.labels[overconfident[0]!.index]);
  });

  test('leaves a classifier that scores and accepts as it was measured', async () => {
    expect(found).toBeInstanceOf(Trust);
    await using trust = found;
    const got = await trust.score(held.inputs);
    for (const [name, values] of found.measured.scores) expect(got.scores[name]).toEqual(values);
    const accepted = got.accept!.filter(Boolean).length / 1500;
    const { score } = found.findings.recommendation;
    expect(accepted).toBe(found.findings.scores.find(({ name }) => name === score)!.selected!.coverage);
    expect([...got.probabilities.subarray(0, 3)].reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });
});

test('without a test set it measures on the half that it did not fit on', async () => {
  const scores = [mcp, knn()];
  const { findings, measured } = await assess({ ...base, test: undefined, ood: {}, scores });
  expect(findings.examples).toMatchObject({
    fit: 600,
    threshold: 600,
    measured: 600,
    measuredOn: 'validation',
  });
  expect(findings.notes[0]).toMatch(/No test set/);
  expect(measured.errors.length).toBe(600);
  for (const { index, label } of findings.samples.suspicious) expect(label).toBe(validation.labels[index]);
  // An example of a KNN bank is at distance 0 of itself: none of those that it was fitted on is measured.
  expect(Math.min(...measured.scores.get('knn')!)).toBeGreaterThan(0);
});

test('a model of a fixed batch gives the same', async () => {
  const short = { ...base, test: undefined, ood: {}, scores: [mcp], risk: 0.05 };
  const free = await assess(short);
  const fixed = await assess({ ...short, model: inspectClassifier(pointsClassifier(7)) });
  expect([...fixed.measured.scores.get('mcp')!]).toEqual([...free.measured.scores.get('mcp')!]);
  expect(fixed.findings.recommendation.threshold).toBe(free.findings.recommendation.threshold);
});

test('a risk that the examples cannot support gives no threshold, and says what it takes', async () => {
  const trust = await assess({ ...base, ood: {}, scores: [mcp], risk: 0.001 });
  const { findings } = trust;
  expect(findings.recommendation).toMatchObject({ score: 'mcp', threshold: null, abstained: null });
  // log 0.1 / log 0.999 = 2302 and 450 of 600 test.
  expect(findings.recommendation.sentence).toMatch(/at least 2302 accepted .* 450 are left/);
  expect(trust.accept).toBeUndefined();
});

describe('assess refuses', () => {
  const small = { ...base, ood: {}, scores: [scoreNamed('mcp')] };
  const { inputs, labels } = points(5, 60);
  const bad: Readonly<Record<string, [Partial<AssessOptions>, RegExp]>> = {
    'no labels': [{ validation: memorySource('v', inputs) }, /examples: expected labels, got none/],
    'one class': [
      {
        validation: memorySource(
          'v',
          inputs,
          labels.map(() => 1),
        ),
      },
      /two classes, got class 1 only/,
    ],
    'labels of another model': [
      {
        validation: memorySource(
          'v',
          inputs,
          labels.map((c) => c + 1),
        ),
      },
      /\[0, 3\)/,
    ],
    'too few examples': [
      { validation: memorySource('v', tensor('float32', [3, 2], inputs.data.slice(0, 6)), [0, 1, 2]) },
      /at least 40/,
    ],
    NaN: [
      {
        validation: memorySource(
          'v',
          tensor(
            'float32',
            [60, 2],
            inputs.data.map(() => NaN),
          ),
          labels,
        ),
      },
      /finite/,
    ],
    nothing: [
      { test: memorySource('t', tensor('float32', [0, 2], new Float32Array()), []) },
      /at least one example/,
    ],
  };
  test.each(Object.keys(bad))('%s', async (name) => {
    const [change, message] = bad[name]!;
    const attempt = assess({ ...small, ...change });
    await expect(attempt).rejects.toThrow(DataError);
    await expect(attempt).rejects.toThrow(message);
  });

  test('shares out of range, and scores none of which can be computed', async () => {
    await expect(assess({ ...small, risk: 1 })).rejects.toThrow(ConfigurationError);
    await expect(assess({ ...small, scores: [mcDropout()] })).rejects.toThrow(ConfigurationError);
  });
});
