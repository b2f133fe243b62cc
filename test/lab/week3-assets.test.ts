import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageSet } from '#credence/data/index';
import { decodePng, decodeSafetensors } from '#credence/formats/index';
import { decodeOnnx, dropoutLayers, parametersOf, removeDropout } from '#credence/graph/index';
import { FEATURES, mnistConvnet } from '#credence/models/convnet';
import { evaluateNetworks } from '#credence/practical/week3/evaluate';
import type { Evaluation } from '#credence/practical/week3/evaluate';
import { seedResult } from '#credence/practical/week3/results';
import type { Week3Settings } from '#credence/practical/week3/settings';
import { bits, key } from '#credence/random/index';
import { predict } from '#credence/runtime/index';
import { confidnetGraph } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import { encodeParameters } from '#credence/training/index';
import { week3Assets } from '../../lab/scripts/week3-assets.mjs';

const SETTINGS: Week3Settings = {
  trainingDigits: 30,
  batchSize: 10,
  shards: 1,
  classifier: { epochs: 1, learningRate: 1e-3 },
  confidnet: { epochs: 1, learningRate: 1e-4, hidden: [8] },
  passes: { measures: 5, figures: 5 },
  odin: { temperature: 5, gradientTemperature: 5, epsilon: 0.0014 },
  bootstrap: { resamples: 10, level: 0.95 },
};
const SEED = 7;
const reporter = {
  phase: <T>(_: string, work: (progress: () => void) => Promise<T>): Promise<T> => work(() => {}),
  note: (): void => {},
};

function noiseSet(name: string, count: number, trained: boolean): ImageSet {
  const split = (seed: number) => ({
    images: tensor(
      'uint8',
      [count, 28, 28],
      Uint8Array.from(bits(key(seed), count * 784), (word) => word & 255),
    ),
    labels: tensor(
      'uint8',
      [count],
      Uint8Array.from({ length: count }, (_, i) => i % 10),
    ),
  });
  return {
    name,
    title: name.toUpperCase(),
    classes: Array.from({ length: 10 }, (_, k) => `${k}`),
    test: split(1),
    ...(trained && { train: split(2) }),
    source: 'made for the test',
    sha256: { images: 'abc' },
  };
}

describe('the files of week 3, from a practical of noise', () => {
  const classifier = mnistConvnet(key(SEED));
  const confidnet = confidnetGraph(classifier, { features: FEATURES, hidden: [8], key: key(8) });
  const mnist = noiseSet('mnist', 45, true);
  const ood = noiseSet('strange', 20, false);
  let folder: string;
  let evaluation: Evaluation;
  let files: Map<string, Uint8Array>;
  let results: { week3: { seeds: { failure: { mcp: { averagePrecision: number } } }[] } };

  const make = () => week3Assets({ folder, mnist, ood, workers: 0, reporter });
  const writeResults = (value: unknown) => writeFile(join(folder, 'results.json'), JSON.stringify(value));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'credence-week3-'));
    const checkpoints = join(folder, 'checkpoints', `seed-${SEED}`);
    await mkdir(checkpoints, { recursive: true });
    const slots = new Map([
      ['losses', tensor('float32', [1], Float32Array.of(1))],
      ['slot/m/fc2.bias', tensor('float32', [10], new Float32Array(10))],
    ]);
    for (const [name, graph] of Object.entries({ classifier, confidnet })) {
      const parameters = new Map([...parametersOf(graph), ...slots]);
      await writeFile(join(checkpoints, `${name}.safetensors`), encodeParameters(parameters));
    }
    const networks = { classifier, confidnet, epochLosses: { classifier: [1], confidnet: [1] } };
    evaluation = await evaluateNetworks(
      {
        folder,
        seed: SEED,
        key: key(SEED),
        workers: 0,
        provider: 'cpu',
        resume: false,
        reporter,
        signal: new AbortController().signal,
      },
      networks,
      { test: mnist.test, ood: ood.test },
      SETTINGS,
    );
    const seed = seedResult(evaluation, networks.epochLosses, ood.name, SETTINGS, key(1));
    results = {
      schema: 'credence/practical',
      version: 1,
      command:
        'credence practical --weeks 3 --data "/some where" --seed 7 --out /tmp/x --threads 3 --ood strange',
      settings: {
        weeks: [3],
        seeds: [SEED],
        quick: false,
        shortened: [],
        published: false,
        threads: 1,
        provider: 'cpu',
        ood: { name: 'strange', title: 'STRANGE', source: '', reason: '' },
        week1: null,
        week2: null,
        week3: SETTINGS,
      },
      versions: { credence: '0' },
      week3: { seeds: [seed], summary: {}, orders: [] },
      claims: [],
      figures: [],
      timings: {},
    } as never;
    await writeResults(results);
    files = await make();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('hold one network that is the classifier, dropout in place, and ConfidNet on it', async () => {
    const model = decodeOnnx(files.get('model.onnx')!);
    expect(dropoutLayers(model)).toHaveLength(2);
    const images = { image: mnist.test.images };
    const shipped = await predict(removeDropout(model), images, { workers: 0 });
    const own = await predict(confidnet, images, { workers: 0 });
    expect(shipped['logits']!.data).toEqual(own['logits']!.data);
    expect(shipped['confidence']!.data).toEqual(own['confidence']!.data);
  });

  it('hold the scores of all images, and no image of the strangers', () => {
    const { tensors } = decodeSafetensors(files.get('scores.safetensors')!);
    for (const [name, scores] of Object.entries(evaluation.test)) {
      expect(tensors.get(`test/${name}`)!.data).toEqual(Float32Array.from(scores));
    }
    expect(tensors.get('ood/odin')!.data).toEqual(Float32Array.from(evaluation.ood.odin!));
    expect(tensors.get('label')!.data).toEqual(mnist.test.labels.data);
    expect(tensors.get('predicted')!.data).toEqual(Uint8Array.from(evaluation.predicted));
    expect(Math.max(...Array.from(tensors.values(), ({ shape }) => shape.length))).toBe(1);
  });

  it('hold digits side by side, which the manifest names', () => {
    const manifest = JSON.parse(Buffer.from(files.get('manifest.json')!).toString()) as {
      command: string;
      digits: number[];
      columns: number;
      start: number;
      averagePrecisions: { failure: Record<string, number> };
      files: Record<string, { bytes: number }>;
    };
    // Of 45 digits all are among the first 600.
    expect(manifest.digits).toEqual(Array.from({ length: 45 }, (_, i) => i));
    const { width, data } = decodePng(files.get('digits.png')!);
    for (const [place, index] of [
      [0, 0],
      [39, 39],
      [44, 44],
    ] as const) {
      const at = Math.floor(place / manifest.columns) * 28 * width + (place % manifest.columns) * 28;
      const rows = Array.from({ length: 28 }, (_, y) => [
        ...data.subarray(at + y * width, at + y * width + 28),
      ]);
      expect(rows.flat()).toEqual([...mnist.test.images.data.subarray(index * 784, (index + 1) * 784)]);
    }
    expect(manifest.command).toBe('credence practical --weeks 3 --seed 7 --ood strange');
    expect(evaluation.errors[manifest.start]).toBe(1);
    expect(manifest.averagePrecisions.failure['mcp']).toBe(
      results.week3.seeds[0]!.failure.mcp.averagePrecision,
    );
    expect(manifest.files['model.onnx']!.bytes).toBe(files.get('model.onnx')!.length);
    expect(JSON.stringify(manifest)).not.toMatch(/\/tmp|some where/);
  });

  it('are the same bytes each time', async () => {
    expect(await make()).toEqual(files);
  });

  it('are not made of networks that are not those of results.json', async () => {
    const other = structuredClone(results);
    other.week3.seeds[0]!.failure.mcp.averagePrecision += 0.01;
    await writeResults(other);
    await expect(make()).rejects.toThrow(/average precision of mcp.*as in results.json/);
    await writeResults(results);
  });

  it('are not made of a run without week 3, nor of another set', async () => {
    await writeResults({ ...results, week3: null });
    await expect(make()).rejects.toThrow(/expected a run of week 3/);
    await writeResults(results);
    await expect(
      week3Assets({ folder, mnist, ood: { ...ood, name: 'other' }, workers: 0, reporter }),
    ).rejects.toThrow(/expected a run of week 3/);
  });
});
