import { beforeAll, describe, expect, test } from 'vitest';
import { compareOutputs } from '#credence/export/compare';
import { trustGraph, verifyTrust } from '#credence/export/index';
import type { PlainRuntime, TrustSettings } from '#credence/export/index';
import { plainRuntimes } from '#credence/export/node/index';
import { encodeOnnx } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { mnistConvnet } from '#credence/models/convnet';
import { key } from '#credence/random/index';
import { fitScore, knn } from '#credence/scores/index';
import type { Classifier, Examples, FittedScore } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { convnetOnNoise, fitAll, noiseImages, PROVENANCE, SMALL_SCORES } from './classifiers.js';

const batch = noiseImages(3, 8);
/** Without the one that takes longest to fit. */
const SCORES = SMALL_SCORES.filter(({ name }) => name !== 'laplace.full');

let classifier: Classifier;
let examples: Examples;
let settings: TrustSettings;
let exported: Graph;
let original: Uint8Array;
let runtimes: readonly PlainRuntime[];

beforeAll(async () => {
  ({ classifier, examples } = await convnetOnNoise());
  const scores = await fitAll(SCORES, classifier, examples);
  const accept = { score: 'mcp', threshold: 0.89 };
  settings = { scores, calibration: { temperature: 0.5 }, accept, provenance: PROVENANCE };
  exported = trustGraph(classifier, settings);
  original = encodeOnnx(classifier.graph);
  runtimes = await plainRuntimes();
}, 60_000);

describe('verifyTrust', () => {
  test('finds every score of the export as the library computes it, on both runtimes', async () => {
    expect(runtimes.map(({ name }) => name)).toEqual(['onnxruntime-node', 'onnxruntime-web']);
    const { checks, passed, rows } = await verifyTrust(original, exported, batch, {
      classifier,
      scores: settings.scores,
      runtimes,
    });
    expect(checks.filter((check) => !check.passed)).toEqual([]);
    expect(passed).toBe(true);
    expect(rows).toBe(8);
    expect(checks).toHaveLength(2 * (1 + SCORES.length + 2));
  });

  const failed = async (before: Uint8Array, scores: readonly FittedScore[]): Promise<string[]> => {
    const node = runtimes.filter(({ name }) => name === 'onnxruntime-node');
    const result = await verifyTrust(before, exported, batch, { classifier, scores, runtimes: node });
    const names = result.checks.filter(({ passed }) => !passed).map(({ output }) => output);
    expect(result.passed).toBe(names.length === 0);
    return names;
  };

  test('finds that the original is another model', async () => {
    expect(await failed(encodeOnnx(mnistConvnet(key(2))), settings.scores)).toEqual(['logits']);
  });

  test('finds a score that is not what the library computes', async () => {
    const other = await fitScore(knn({ k: 3, bankSize: 200 }), classifier, { examples });
    const scores = settings.scores.map((own) => (own.score.name === 'knn' ? other : own));
    expect(await failed(original, scores)).toEqual(['score/knn']);
  });

  test('finds decisions that do not follow the threshold', async () => {
    const accept = { score: 'mcp', threshold: 10 };
    const lax = trustGraph(classifier, { ...settings, accept });
    const metadata = exported.metadata;
    const node = runtimes.filter(({ name }) => name === 'onnxruntime-node');
    const { scores } = settings;
    const wrong = await verifyTrust(original, { ...lax, metadata }, batch, {
      classifier,
      scores,
      runtimes: node,
    });
    expect(wrong.checks.filter(({ passed }) => !passed).map(({ output }) => output)).toEqual(['accept']);
  });
});

describe('compareOutputs', () => {
  const row = (...values: number[]): Tensor => tensor('float32', [values.length], Float32Array.from(values));

  test('takes NaN for equal to NaN, and nothing else for it', () => {
    expect(compareOutputs(row(NaN, 1), row(NaN, 1), 0)).toMatchObject({ identical: true, passed: true });
    expect(compareOutputs(row(NaN, 1), row(0, 1), 1).passed).toBe(false);
    expect(compareOutputs(row(Infinity, 1), row(Infinity, 1), 0).passed).toBe(true);
    expect(compareOutputs(row(Infinity, 1), row(-Infinity, 1), 1).passed).toBe(false);
    expect(compareOutputs(row(Infinity, 1), row(5, 1), 1).passed).toBe(false);
  });

  test('measures against the largest magnitude', () => {
    expect(compareOutputs(row(4, 1.5), row(4, 1), 0.125)).toEqual({
      identical: false,
      difference: 0.5,
      tolerance: 0.5,
      passed: true,
    });
    expect(compareOutputs(row(4, 1.5), row(4, 1), 0.12).passed).toBe(false);
  });

  test('fails where there is nothing, or another shape or type', () => {
    expect(compareOutputs(undefined, row(1), 1).passed).toBe(false);
    expect(compareOutputs(row(1, 2), row(1), 1).passed).toBe(false);
    expect(compareOutputs(tensor('bool', [1], Uint8Array.of(1)), row(1), 1).passed).toBe(false);
  });
});
