import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ConfigurationError, FileError, FormatError } from '#credence/errors/index';
import { Trust } from '#credence/export/index';
import type { TrustParts } from '#credence/export/index';
import { loadTrust, saveTrust } from '#credence/export/node/index';
import { encodeOnnx } from '#credence/graph/index';
import type { Classifier } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { convnetOnNoise, fitAll, noiseImages, PROVENANCE, SMALL_SCORES } from './classifiers.js';

// The slowest fit says nothing that another Laplace does not.
const SCORES = SMALL_SCORES.filter(({ name }) => name !== 'laplace.full');
const CLASSES = Array.from({ length: 10 }, (_, k) => `digit ${k}`);
const certificate = { risk: 0.05, confidence: 0.9, examples: 75, accepted: 40, errors: 1 };

let classifier: Classifier;
let parts: TrustParts;
let batch: Tensor<'float32'>;
let folder: string;

beforeAll(async () => {
  const own = await convnetOnNoise();
  ({ classifier } = own);
  parts = {
    scores: await fitAll(SCORES, classifier, own.examples),
    calibration: { temperature: 0.5 },
    accept: { score: 'mcp', threshold: 0.89, certificate },
    classNames: CLASSES,
  };
  const { shape, data } = noiseImages(4, 300);
  batch = tensor('float32', shape, Float32Array.from(data));
  folder = await mkdtemp(join(tmpdir(), 'credence-trust-'));
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

const sessionOf = (opened: unknown): ort.InferenceSession => opened as ort.InferenceSession;

describe('Trust', () => {
  test('saved and loaded it scores the same to the last bit, and says what it said', async () => {
    await using fresh = Trust.of(classifier, parts);
    const bytes = fresh.toBytes(PROVENANCE);
    await using loaded = Trust.fromBytes(bytes);
    const [before, after] = [await fresh.score(batch), await loaded.score(batch)];
    expect(after).toEqual(before);
    expect(Object.keys(before.scores)).toEqual(SCORES.map(({ name }) => name));
    // Decisions of both kinds, or equal ones would say little.
    expect(new Set(before.accept)).toEqual(new Set([true, false]));
    expect(loaded.description).toEqual(fresh.description);
    expect(loaded.scores.map(({ score }) => score)).toEqual(SCORES.map(({ name }) => name));
    expect([loaded.temperature, loaded.accept, loaded.classNames]).toEqual([
      0.5,
      { score: 'mcp', threshold: 0.89 },
      CLASSES,
    ]);
    const rule = loaded.description.outputs.find(({ kind }) => kind === 'accept');
    expect(rule!.settings).toEqual(certificate);
    expect([fresh.provenance, loaded.provenance]).toEqual([undefined, PROVENANCE]);
    expect(Buffer.compare(loaded.toBytes(), bytes)).toBe(0);
  });

  test('is what ONNX Runtime computes by itself from its file', async () => {
    await using trust = Trust.of(classifier, parts);
    const scored = await trust.score(batch);
    const session = await ort.InferenceSession.create(trust.toBytes(PROVENANCE));
    const image = Uint8Array.from(batch.data);
    const results = await session.run({ image: new ort.Tensor('uint8', image, batch.shape) });
    await session.release();
    const decisions = [...(results['accept']!.data as Uint8Array)].map((value) => value === 1);
    expect(scored.accept).toEqual(decisions);
    const probabilities = results['calibrated_probabilities']!.data as Float32Array;
    // Float32 softmax of ten against float64: some units in the last place of 1.
    scored.probabilities.forEach((p, i) => expect(Math.abs(p - probabilities[i]!)).toBeLessThan(2 ** -20));
    const classOf = (i: number): number => {
      const row = [...probabilities.subarray(10 * i, 10 * i + 10)];
      return row.indexOf(Math.max(...row));
    };
    expect([...scored.predictions]).toEqual(Array.from({ length: 300 }, (_, i) => classOf(i)));
  });

  test('opens one session for all its calls, and gives it back', async () => {
    const open = vi.spyOn(ort.InferenceSession, 'create');
    const trust = Trust.of(classifier, parts);
    const one = tensor('float32', [1, ...batch.shape.slice(1)], batch.data.subarray(0, 784));
    // Two at once, before there is a session.
    const [first, second] = await Promise.all([trust.score(one), trust.score(one)]);
    expect(second).toEqual(first);
    for (let call = 0; call < 200; call++) expect(await trust.score(one)).toEqual(first);
    expect(open).toHaveBeenCalledTimes(1);
    const release = vi.spyOn(sessionOf(open.mock.settledResults[0]!.value), 'release');
    await trust.close();
    await trust[Symbol.asyncDispose]();
    expect(release).toHaveBeenCalledTimes(1);
    await expect(trust.score(one)).rejects.toThrow(/expected an open one, got a closed one/);
    expect(open).toHaveBeenCalledTimes(1);
    expect(trust.toBytes(PROVENANCE).length).toBeGreaterThan(1000);
    open.mockRestore();
  });

  test('does not make up of what it was made', () => {
    const trust = Trust.of(classifier, parts);
    expect(() => trust.toBytes()).toThrow(ConfigurationError);
    expect(() => trust.toBytes()).toThrow(/of what it was made/);
    expect(() => trust.toBytes({ ...PROVENANCE, date: 'today' })).toThrow(/provenance: date/);
  });

  test('is not read from what is no export', () => {
    expect(() => Trust.fromBytes(encodeOnnx(classifier.graph))).toThrow(FormatError);
    const bytes = Trust.of(classifier, parts).toBytes(PROVENANCE);
    expect(() => Trust.fromBytes(bytes.subarray(0, bytes.length - 1000))).toThrow(FormatError);
  });

  test('is a file in Node, written whole or not at all', async () => {
    const trust = Trust.of(classifier, parts);
    const path = join(folder, 'm.trust.onnx');
    await saveTrust(trust, path, PROVENANCE);
    await using loaded = await loadTrust(path);
    expect(Buffer.compare(loaded.toBytes(), trust.toBytes(PROVENANCE))).toBe(0);
    await saveTrust(loaded, path);
    expect(await readdir(folder)).toEqual(['m.trust.onnx']);
    await expect(saveTrust(trust, join(folder, 'no.onnx'))).rejects.toThrow(ConfigurationError);
    await expect(saveTrust(loaded, join(path, 'inside.onnx'))).rejects.toThrow(FileError);
    expect(await readdir(folder)).toEqual(['m.trust.onnx']);
    await expect(loadTrust(join(folder, 'none.onnx'))).rejects.toThrow(FileError);
    await writeFile(join(folder, 'text.onnx'), 'no model');
    await expect(loadTrust(join(folder, 'text.onnx'))).rejects.toThrow(FormatError);
  });
});
