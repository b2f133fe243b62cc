import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigurationError, FormatError, GraphError } from '#credence/errors/index';
import {
  ACCEPT,
  CALIBRATED,
  float32AtMost,
  isTrustGraph,
  readTrust,
  trustGraph,
} from '#credence/export/index';
import type { TrustSettings } from '#credence/export/index';
import { decodeOnnx, encodeOnnx, GraphBuilder, named } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { predict } from '#credence/runtime/index';
import { fitScore, knn, mcp, scoreGraph, scoreOutput } from '#credence/scores/index';
import type { Classifier, Examples, FittedScore } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import { convnetOnNoise, fitAll, noiseImages, PROVENANCE, SMALL_SCORES } from './classifiers.js';

const ROWS = 20;
const images = noiseImages(2, ROWS);

let classifier: Classifier;
let examples: Examples;
let fitted: FittedScore[];
let settings: TrustSettings;
let graph: Graph;

beforeAll(async () => {
  ({ classifier, examples } = await convnetOnNoise());
  fitted = await fitAll(SMALL_SCORES, classifier, examples);
  const accept = { score: 'mcp', threshold: 0.89 };
  settings = { scores: fitted, calibration: { temperature: 0.5 }, accept, provenance: PROVENANCE };
  graph = trustGraph(classifier, settings);
}, 60_000);

/** By ONNX Runtime alone. */
async function runPlainly(bytes: Uint8Array): Promise<Record<string, ort.Tensor>> {
  const session = await ort.InferenceSession.create(bytes);
  const results = await session.run({ image: new ort.Tensor('uint8', images.data, images.shape) });
  await session.release();
  return { ...results };
}

describe('trustGraph', () => {
  test('of the convnet with every score: ONNX Runtime by itself gives what the library gives', async () => {
    const results = await runPlainly(encodeOnnx(graph));
    expect(Object.keys(results).toSorted()).toEqual(
      ['logits', CALIBRATED, ACCEPT, ...SMALL_SCORES.map((score) => `score/${score.name}`)].toSorted(),
    );
    for (const own of fitted) {
      const name = scoreOutput(own.score);
      const alone = scoreGraph(classifier, [own]);
      const expected = (await predict(alone, { image: images }, { workers: 0 }))[name]!;
      expect([...results[name]!.dims], name).toEqual([ROWS]);
      // The same kernels on the same values: only other fusions could change a bit.
      const values = [...(expected.data as Float32Array)];
      const scale = Math.max(...values.map(Math.abs));
      values.forEach((value, i) =>
        expect(Math.abs(Number(results[name]!.data[i]) - value), name).toBeLessThanOrEqual(scale * 2 ** -20),
      );
      // A score that is the same for all would pass for any other.
      expect(new Set(values).size, name).toBeGreaterThan(1);
    }
  });

  test('leaves inputs and outputs as they were, in their order', async () => {
    expect(graph.inputs).toEqual(classifier.graph.inputs);
    expect(graph.outputs.slice(0, 1)).toEqual(classifier.graph.outputs);
    const original = await runPlainly(encodeOnnx(classifier.graph));
    const exported = await runPlainly(encodeOnnx(graph));
    expect(exported['logits']!.data).toEqual(original['logits']!.data);
  });

  test('calibrated probabilities are the softmax of logits / T; accept compares with the threshold', async () => {
    const results = await runPlainly(encodeOnnx(graph));
    const logits = results['logits']!.data as Float32Array;
    const probabilities = results[CALIBRATED]!.data as Float32Array;
    for (let i = 0; i < ROWS; i++) {
      const weights = [...logits.subarray(10 * i, 10 * i + 10)].map((logit) => Math.exp(logit / 0.5));
      const sum = weights.reduce((a, b) => a + b, 0);
      weights.forEach((weight, k) => expect(probabilities[10 * i + k]!).toBeCloseTo(weight / sum, 6));
    }
    const scores = [...(results['score/mcp']!.data as Float32Array)];
    const threshold = scores.toSorted((a, b) => a - b)[7]!;
    const at = trustGraph(classifier, { ...settings, accept: { score: 'mcp', threshold } });
    const accepted = (await runPlainly(encodeOnnx(at)))[ACCEPT]!;
    expect(accepted.type).toBe('bool');
    expect([...(accepted.data as Uint8Array)].map(Boolean)).toEqual(
      scores.map((score) => score <= threshold),
    );
    expect([...(accepted.data as Uint8Array)].filter(Boolean)).toHaveLength(8);
  });

  test('adds standard operations of opset 18 only, no parameters, no random inputs', () => {
    expect(graph.opset).toBe(18);
    expect(graph.domains).toEqual({});
    expect(new Set(graph.nodes.map(({ domain }) => domain))).toEqual(new Set(['']));
    expect(graph.parameters).toEqual([]);
    expect(graph.nodes.filter(({ op }) => /Dropout|Random|Bernoulli/.test(op))).toEqual([]);
  });

  test('gives the same bytes again, and its metadata come back from them', async () => {
    // Laplace's fits take the longest; their own tests repeat them.
    const quick = SMALL_SCORES.filter(({ name }) => !name.startsWith('laplace'));
    const make = async (): Promise<Uint8Array> => {
      const own = await convnetOnNoise();
      const scores = await fitAll(quick, own.classifier, own.examples);
      return encodeOnnx(trustGraph(own.classifier, { ...settings, scores }));
    };
    expect(Buffer.compare(await make(), await make())).toBe(0);
    const trust = readTrust(decodeOnnx(encodeOnnx(graph)));
    expect(trust).toEqual(readTrust(graph));
    expect(trust).toMatchObject({ ...PROVENANCE, format: 1, classifier: { logits: 'logits' } });
    expect(trust.outputs.map(({ name }) => name)).toEqual(graph.outputs.slice(1));
    const { settings: chosen, ...knnOutput } = trust.outputs.find(({ name }) => name === 'score/knn')!;
    expect(chosen).toMatchObject({ k: 5, bankSize: 50, kOfBank: 1, examples: 200 });
    expect(knnOutput).toEqual({
      name: 'score/knn',
      kind: 'score',
      score: 'knn',
      title: 'KNN',
      unit: 'distance',
      direction: 'larger: more suspicious',
      fittedOn: 'training',
    });
    expect(trust.outputs.at(-1)).toMatchObject({
      kind: 'accept',
      score: 'mcp',
      threshold: 0.89,
      unit: 'bool',
    });
  });

  test('a score that is not a number is not accepted', async () => {
    const b = new GraphBuilder('identity');
    const own = b.build([named(b.input('x', 'float32', ['N', 3]), 'logits')]);
    const plain: Classifier = { graph: own, differentiableInput: 'x', features: undefined, logits: 'logits' };
    const exported = trustGraph(plain, {
      scores: [await fitScore(mcp, plain)],
      accept: { score: 'mcp', threshold: 1 },
      provenance: PROVENANCE,
    });
    const x = tensor('float32', [2, 3], Float32Array.of(1, 2, 3, NaN, 2, 3));
    const results = await predict(exported, { x }, { workers: 0 });
    expect([...(results[ACCEPT]!.data as Uint8Array)]).toEqual([1, 0]);
  });
});

describe('what makes no sense is refused', () => {
  const make = (changes: Partial<TrustSettings>) => () => trustGraph(classifier, { ...settings, ...changes });

  test.each([NaN, Infinity])('a threshold of %s', (threshold) => {
    expect(make({ accept: { score: 'mcp', threshold } })).toThrow(ConfigurationError);
    expect(make({ accept: { score: 'mcp', threshold } })).toThrow(/threshold: expected a finite number/);
  });

  test('a rule for a score that is not exported', () => {
    expect(make({ accept: { score: 'mpc', threshold: 1 } })).toThrow(/did you mean 'mcp'/);
    expect(make({ scores: [], accept: { score: 'mcp', threshold: 1 } })).toThrow(ConfigurationError);
  });

  test('nothing, or a score twice', () => {
    expect(make({ scores: [], calibration: undefined, accept: undefined })).toThrow(/got neither/);
    expect(make({ scores: [fitted[0]!, fitted[0]!] })).toThrow(/'score\/mcp' twice/);
  });

  test.each([0, -1, NaN, Infinity])('a temperature of %s', (temperature) => {
    expect(make({ calibration: { temperature } })).toThrow(ConfigurationError);
  });

  test('a provenance without a date or with a hash that is none', () => {
    expect(make({ provenance: { ...PROVENANCE, date: 'yesterday' } })).toThrow(/provenance: date/);
    const model = { name: 'm', sha256: 'abc' };
    expect(make({ provenance: { ...PROVENANCE, model } })).toThrow(/provenance: model\.sha256/);
  });

  test('names that are taken, above all by an earlier export', () => {
    expect(() => trustGraph({ ...classifier, graph }, settings)).toThrow(GraphError);
    expect(() => trustGraph({ ...classifier, graph }, settings)).toThrow(/export the original model/);
  });

  test('a score of features for a classifier without', async () => {
    const without = { ...classifier, features: undefined };
    await expect(fitScore(knn(), without, { examples })).rejects.toThrow(/no features/);
    const own = fitted.find(({ score }) => score.name === 'knn')!;
    expect(() => trustGraph(without, { ...settings, scores: [own], accept: undefined })).toThrow(GraphError);
  });

  test('metadata of no export, damaged ones, ones of other outputs', () => {
    expect(isTrustGraph(classifier.graph)).toBe(false);
    expect(() => readTrust(classifier.graph)).toThrow(FormatError);
    const damaged = (text: string): Graph => ({ ...graph, metadata: { 'credence.trust': text } });
    expect(isTrustGraph(damaged('{'))).toBe(true);
    expect(() => readTrust(damaged('{'))).toThrow(/expected JSON/);
    expect(() => readTrust(damaged('{}'))).toThrow(FormatError);
    expect(() => readTrust({ ...graph, outputs: ['logits'] })).toThrow(/an output 'calibrated/);
  });
});

test('float32AtMost is the neighbour below, or the number itself', () => {
  expect(float32AtMost(0.5)).toBe(0.5);
  expect(float32AtMost(0.1)).toBeLessThan(0.1);
  expect(float32AtMost(0.7)).toBe(Math.fround(0.7));
  expect(float32AtMost(-0.1)).toBeLessThan(-0.1);
  expect(float32AtMost(1e40)).toBe(3.4028234663852886e38);
  expect(float32AtMost(-1e-60)).toBe(-(2 ** -149));
  for (const x of [0.1, 0.3, -0.3, 1e-50, 12345.678]) {
    const below = float32AtMost(x);
    expect(below).toBeLessThanOrEqual(x);
    expect(Math.fround(x) === below || Math.fround(x) > x).toBe(true);
  }
});
