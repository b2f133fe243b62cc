import * as web from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';

import {
  activateDropout,
  decodeOnnx,
  dropout,
  encodeOnnx,
  gemm,
  GraphBuilder,
  named,
  pad,
  prune,
  removeDropout,
} from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { FEATURES, LOGITS, mnistConvnet, PIXELS } from '#credence/models/index';
import { key } from '#credence/random/index';
import { openSession, predict } from '#credence/runtime/index';
import {
  confidnet,
  energy,
  examplesOf,
  fitScore,
  knn,
  mcp,
  missing,
  scoreGraph,
  scoreNamed,
  scoreOutput,
  scores,
  valuesGraph,
} from '#credence/scores/index';
import type { Classifier, FittedScore, Score } from '#credence/scores/index';
import { tensorSource } from '#credence/sources/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

import { identityClassifier, matrixOf, quickScores, scoresOf, trainedClassifier } from './classifiers.js';

const { classifier, x: training, examples } = await trainedClassifier();
const noise = matrixOf(7, training.shape[0]!, 4, 0.3);
const x = { ...training, data: training.data.map((value, i) => value + noise.data[i]!) };
const quick = quickScores(12);
const fitted: FittedScore[] = [];
for (const score of quick) fitted.push(await fitScore(score, classifier, { examples }));
const graph = scoreGraph(classifier, fitted);
const outputs = await predict(graph, { x }, { workers: 0 });
const numbers = (value: Tensor | undefined): number[] => Array.from(value!.data as Float32Array);
const nothing = { tensors: {}, settings: {} };

describe('the registry', () => {
  it('lists every score once, under names that say what it is', () => {
    const names = scores.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(scores.map(({ title }) => title)).size).toBe(names.length);
    for (const { name, title, settings } of scores)
      expect(scoreNamed(name)).toMatchObject({ name, title, settings });
  });

  it('knows what is meant by a name that is nearly one', () => {
    expect(() => scoreNamed('mahalonobis')).toThrow(/did you mean 'mahalanobis'\?/);
    expect(() => scoreNamed('something else')).toThrow(/score: expected one of mcp, /);
  });
});

describe('scoreGraph', () => {
  it('leaves the outputs of the classifier as they are, to the last bit, and adds a float for each input', async () => {
    const [own] = Object.values(await predict(prune(removeDropout(classifier.graph)), { x }, { workers: 0 }));
    expect(graph.outputs).toEqual(['logits', ...scores.map(scoreOutput)]);
    expect(outputs['logits']).toEqual(own);
    for (const score of quick) {
      const value = outputs[scoreOutput(score)]!;
      expect([value.dtype, value.shape]).toEqual(['float32', [x.shape[0]]]);
      expect(numbers(value).every(Number.isFinite)).toBe(true);
      expect(new Set(numbers(value)).size, score.name).toBeGreaterThan(4);
    }
  });

  it('gives each score what it gives alone', async () => {
    for (const score of fitted) {
      const alone = await scoresOf(classifier, score, x);
      const together = numbers(outputs[scoreOutput(score.score)]);
      // Other graphs are fused otherwise: last bits of logits under 30.
      together.forEach((value, i) =>
        expect(Math.abs(value - alone[i]!)).toBeLessThan(1e-4 * (1 + Math.abs(alone[i]!))),
      );
    }
  });

  it('gives an input what it gives in any batch, of any or of a fixed size', async () => {
    const b = new GraphBuilder('fixed');
    const fixed = b.input('x', 'float32', [2, 4]);
    const names = b.append(classifier.graph, new Map([['x', fixed]]));
    const values = { features: names.get(classifier.features!)!, logits: names.get('logits')! };
    const own = { graph: b.build([values.logits]), differentiableInput: 'x', ...values };
    await using anySize = await openSession(graph);
    await using two = await openSession(scoreGraph(own, fitted));
    for (const session of [anySize, two]) {
      const pair = tensor('float32', [2, 4], x.data.slice(36, 44));
      const results = await session.run({ x: pair });
      for (const score of quick) {
        const whole = numbers(outputs[scoreOutput(score)]).slice(9, 11);
        numbers(results[scoreOutput(score)]).forEach((value, i) =>
          expect(Math.abs(value - whole[i]!), score.name).toBeLessThan(1e-4 * (1 + Math.abs(whole[i]!))),
        );
      }
    }
  });

  it('uses standard operations only, and survives being written and read', async () => {
    expect(graph.nodes.every(({ domain }) => domain === '')).toBe(true);
    const read = decodeOnnx(encodeOnnx(graph));
    const again = await predict(read, { x }, { workers: 0 });
    for (const name of graph.outputs) expect(again[name]).toEqual(outputs[name]);
  });

  it('gives the same in onnxruntime-web', async () => {
    const session = await web.InferenceSession.create(encodeOnnx(graph), { logSeverityLevel: 4 });
    const results = await session.run({ x: new web.Tensor('float32', x.data, x.shape) });
    for (const name of graph.outputs) {
      const other = results[name]!.data as Float32Array;
      // Kernels sum in other orders: last bits of numbers under 30; distances near 0 are roots of them.
      numbers(outputs[name]).forEach((value, i) =>
        expect(Math.abs(other[i]! - value), `${name} ${i}`).toBeLessThan(1e-3 * (1 + Math.abs(value))),
      );
    }
    await session.release();
  });

  it('appends a fit that was saved by the score of its name, whatever its settings were', async () => {
    const own = [
      energy({ temperature: 3 }),
      knn({ k: 4, bankSize: 100 }),
      confidnet({ hidden: [4, 4], epochs: 1 }),
    ];
    for (const score of own) {
      const { fitted: fit } = await fitScore(score, classifier, { examples });
      const { tensors, settings } = fit;
      const loaded = { tensors, settings: JSON.parse(JSON.stringify(settings)) as typeof settings };
      const values = await scoresOf(classifier, { score: scoreNamed(score.name), fitted: loaded }, x);
      expect(values).toEqual(await scoresOf(classifier, { score, fitted: fit }, x));
    }
  });

  it('gives NaN, not a small number, where the logits have a NaN', async () => {
    const broken = tensor('float32', [2, 4], Float32Array.of(NaN, 1, 2, 3, ...x.data.subarray(0, 4)));
    const results = await predict(graph, { x: broken }, { workers: 0 });
    for (const score of quick) {
      const [first, second] = numbers(results[scoreOutput(score)]);
      expect(first, score.name).toBe(NaN);
      expect(second, score.name).toBeCloseTo(numbers(outputs[scoreOutput(score)])[0]!, 3);
    }
  });

  it('refuses the same score twice, a fit that lacks an array or a number, and a score that is no vector', () => {
    const own = identityClassifier(3);
    const plain = { score: mcp, fitted: nothing };
    expect(() => scoreGraph(own, [plain, plain])).toThrow(/expected each once, got 'score\/mcp' twice/);
    expect(() => scoreGraph(own, [{ score: energy(), fitted: nothing }])).toThrow(
      /score 'energy': expected a fit with a number 'temperature'/,
    );
    expect(() =>
      scoreGraph(classifier, [{ score: knn(), fitted: { ...nothing, settings: { kOfBank: 1 } } }]),
    ).toThrow(/score 'knn': expected a fit with an array 'bank'/);
    const wide: Score = { ...mcp, name: 'wide', append: ({ logits }) => logits };
    expect(() => scoreGraph(own, [{ score: wide, fitted: nothing }])).toThrow(
      /score 'wide': expected float \(N\)/,
    );
    expect(() =>
      scoreGraph(own, [{ score: knn(), fitted: { ...nothing, settings: { kOfBank: 1 } } }]),
    ).toThrow(/score 'knn': expected a classifier with features/);
  });

  it('refuses an old opset and logits that are no (N, K)', () => {
    const own = identityClassifier(3);
    const plain = [{ score: mcp, fitted: nothing }];
    expect(() => scoreGraph({ ...own, graph: { ...own.graph, opset: 17 } }, plain)).toThrow(
      /opset 18 or newer, got 17/,
    );
    const flat = (shape: (string | number)[]): Classifier => {
      const b = new GraphBuilder('flat');
      return { ...own, graph: b.build([named(b.input('x', 'float32', shape), 'logits')]) };
    };
    for (const shape of [['N'], ['N', 'K'], ['N', 1], ['N', 2, 3]]) {
      expect(() => scoreGraph(flat(shape), plain)).toThrow(/\(N, K\) with a known K of at least 2/);
    }
    expect(() => scoreGraph({ ...own, logits: 'logit' }, plain)).toThrow(/'logit'/);
  });
});

describe('a classifier whose features or output are a Dropout layer', () => {
  function withDropout(): { graph: Graph; weight: Tensor<'float32'> } {
    const b = new GraphBuilder('dropped');
    const features = dropout(b.input('x', 'float32', ['N', 3]), 0.5, 'dropped');
    const weight = matrixOf(1, 3, 3);
    return { weight, graph: b.build([named(gemm(features, b.constant(weight)), 'logits'), features]) };
  }

  it('keeps their names', async () => {
    const { graph: own } = withDropout();
    expect(() => activateDropout(own)).not.toThrow();
    const dropped = { graph: own, differentiableInput: 'x', features: 'dropped', logits: 'logits' };
    const x = matrixOf(2, 5, 3);
    const values = await predict(valuesGraph(dropped), { x }, { workers: 0 });
    expect(values['features']).toEqual(x);
    const scored = scoreGraph(dropped, [{ score: mcp, fitted: nothing }]);
    expect(scored.outputs).toEqual(['logits', 'dropped', 'score/mcp']);
    expect((await predict(scored, { x }, { workers: 0 }))['dropped']).toEqual(x);
  });
});

describe('a classifier that calls other values as its logits and features are called here', () => {
  // An input 'features' (N, 3), features 'hidden' (N, 2), an output 'logits' (N, 1), and beside it what the scores read.
  const b = new GraphBuilder('taken');
  const input = b.input('features', 'float32', ['N', 3]);
  const hidden = named(dropout(gemm(input, b.constant(matrixOf(1, 3, 2))), 0.5, 'rate'), 'hidden');
  const single = named(gemm(hidden, b.constant(matrixOf(2, 2, 1))), 'logits');
  const both = named(pad(single, [0, 1], [0, 0]), 'both');
  const taken = {
    graph: b.build([single, both]),
    differentiableInput: 'features',
    features: 'hidden',
    logits: 'both',
  };
  const rows = matrixOf(3, 5, 3);

  it('gives its values under names of their own, in the same order', async () => {
    const values = valuesGraph(taken);
    expect(values.outputs).toEqual(['credence/logits', 'credence/features']);
    const found = await predict(values, { features: rows }, { workers: 0 });
    const own = await predict(
      removeDropout({ ...taken.graph, outputs: ['both'] }),
      { features: rows },
      { workers: 0 },
    );
    expect(found['credence/logits']).toEqual(own['both']);
    expect(found['credence/features']!.shape).toEqual([5, 2]);
  });

  it.each(['inactive', 'active'] as const)('is fitted on examples, with dropout %s', async (dropoutMode) => {
    const source = tensorSource(rows, { labels: [0, 1, 0, 1, 0] });
    const own = await examplesOf(taken, source, { dropout: dropoutMode });
    expect([own.logits.shape, own.features!.shape]).toEqual([
      [5, 2],
      [5, 2],
    ]);
  });
});

describe('the practical’s network', () => {
  it('has what every score needs, from a value inside it', async () => {
    const convnet = {
      graph: mnistConvnet(key(1)),
      differentiableInput: PIXELS,
      features: FEATURES,
      logits: LOGITS,
    };
    for (const score of scores) expect(missing(score, convnet), score.name).toBeUndefined();
    const image = tensor(
      'uint8',
      [60, 28, 28],
      Uint8Array.from({ length: 60 * 784 }, (_, i) => (i * 7919) % 251),
    );
    const values = await predict(valuesGraph(convnet), { image }, { workers: 0 });
    const own = {
      logits: values['logits'] as Tensor<'float32'>,
      features: values['features'] as Tensor<'float32'>,
      labels: tensor(
        'int32',
        [60],
        Int32Array.from({ length: 60 }, (_, i) => i % 10),
      ),
    };
    const light = quick.filter(({ name }) => name !== 'laplace.full');
    const all = await Promise.all(light.map((score) => fitScore(score, convnet, { examples: own })));
    const results = await predict(scoreGraph(convnet, all), { image }, { workers: 0 });
    for (const score of light)
      expect(numbers(results[scoreOutput(score)]).every(Number.isFinite), score.name).toBe(true);
  });
});
