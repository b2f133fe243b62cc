import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, DataError, ShapeError } from '#credence/errors/index';
import { add, argMax, gather, GraphBuilder, matmul, reduceSum, relu } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { bernoulli, fold, key, normal } from '#credence/random/index';
import { openSession, predict, samplePredictions } from '#credence/runtime/index';
import type { Fetches, PredictOptions } from '#credence/runtime/index';
import { tensor, zeros } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { affine, draws, noisy, UNIT_ROUNDOFF } from './graphs.js';

const WIDTH = 33;
const ROWS = 23;
const x = draws(7, ROWS, WIDTH);
const batchSizes = fc.integer({ min: 1, max: ROWS + 3 });
const sampleKey = key(9);

/** The draws of a random input for sample s, by the generator alone. */
function mask(name: string, s: number, probability: number): Uint8Array {
  return bernoulli(fold(fold(sampleKey, s), name), probability, ROWS, WIDTH);
}

/** Every element within n u sum |terms|, twice: two orders of one sum of n terms (Higham, 2002, section 3.1). */
function expectSums(got: Tensor, expected: Tensor, magnitudes: readonly number[], terms: number): void {
  expect(got.shape).toEqual(expected.shape);
  expect(magnitudes).toHaveLength(got.data.length);
  magnitudes.forEach((magnitude, i) => {
    const difference = Math.abs(Number(got.data[i]) - Number(expected.data[i]));
    expect(difference).toBeLessThanOrEqual(2 * 1.001 * terms * UNIT_ROUNDOFF * magnitude);
  });
}

describe('predict', () => {
  const graph = affine(WIDTH);
  const weight = graph.constants.get('weight')!.data as Float32Array;
  const rowMagnitudes = Array.from({ length: ROWS }, (_, i) =>
    x.data.subarray(i * WIDTH, (i + 1) * WIDTH).reduce((sum, value) => sum + Math.abs(value), 0),
  );
  const productMagnitudes = Array.from({ length: ROWS * 3 }, (_, i) => {
    const row = x.data.subarray(Math.floor(i / 3) * WIDTH, (Math.floor(i / 3) + 1) * WIDTH);
    return row.reduce((sum, value, k) => sum + Math.abs(value * weight[3 * k + (i % 3)]!), 0);
  });

  test('is one run of the whole, to the last bits, whatever the size of the batches', async () => {
    await using session = await openSession(graph);
    const whole = await session.run({ x });
    await fc.assert(
      fc.asyncProperty(batchSizes, async (batchSize) => {
        const result = await predict(graph, { x }, { batchSize, workers: 0 });
        expectSums(result['total']!, whole['total']!, rowMagnitudes, WIDTH);
        expectSums(result['y']!, whole['y']!, productMagnitudes, WIDTH);
      }),
      { numRuns: 20 },
    );
  });

  test.each([1, 2, 3])('%d workers give the bytes of none', async (workers) => {
    for (const batchSize of [1, 4, 7, ROWS]) {
      const alone = await predict(graph, { x }, { batchSize, workers: 0 });
      expect(await predict(graph, { x }, { batchSize, workers })).toEqual(alone);
    }
  });

  test('gives inputs without rows to every run, and keeps the types of outputs', async () => {
    const builder = new GraphBuilder('shifted');
    const rows = builder.input('x', 'float32', ['N', WIDTH]);
    const shift = builder.input('shift', 'float32', [WIDTH]);
    const shifted = builder.build({ y: add(rows, shift), largest: argMax(add(rows, shift), 1) });
    const shiftValue = draws(8, WIDTH);
    const result = await predict(shifted, { x, shift: shiftValue }, { batchSize: 5, workers: 2 });
    expect(result['y']).toEqual(
      tensor(
        'float32',
        [ROWS, WIDTH],
        x.data.map((value, i) => value + shiftValue.data[i % WIDTH]!),
      ),
    );
    expect(result['largest']).toMatchObject({ dtype: 'int64', shape: [ROWS] });
  });

  test('takes one example', async () => {
    const one = draws(1, 1, WIDTH);
    const result = await predict(graph, { x: one });
    expect([result['y']!.shape, result['total']!.shape]).toEqual([[1, 3], [1]]);
  });

  test.each([0, 2])('puts its results in shared memory on request (%d workers)', async (workers) => {
    const plain = await predict(graph, { x }, { batchSize: 5, workers });
    const shared = await predict(graph, { x }, { batchSize: 5, workers, shared: true });
    expect(shared['y']!.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(plain['y']!.data.buffer).toBeInstanceOf(ArrayBuffer);
    expect(shared).toEqual(plain);
  });

  test('tells its progress', async () => {
    for (const workers of [0, 2]) {
      const seen: [number, number][] = [];
      await predict(graph, { x }, { batchSize: 5, workers, onProgress: (...done) => seen.push(done) });
      expect(seen).toEqual([1, 2, 3, 4, 5].map((done) => [done, 5]));
    }
  });
});

describe('samplePredictions', () => {
  const graph = noisy(WIDTH);
  const samples = 3;
  const sample = (options: PredictOptions): Promise<Fetches> =>
    samplePredictions(graph, { x }, { samples, key: sampleKey, ...options });

  test('draws what the generator says, byte for byte, whatever the batches and workers', async () => {
    const expected = (name: string, probability: number): Tensor => {
      const all = Array.from({ length: samples }, (_, s) => [...mask(name, s, probability)]);
      return tensor('uint8', [samples, ROWS, WIDTH], Uint8Array.from(all.flat()));
    };
    const noises = Array.from({ length: samples }, (_, s) => {
      const shared = Float32Array.from(normal(fold(fold(sampleKey, s), 'noise'), WIDTH));
      return Array.from({ length: ROWS }, () => [...shared]).flat();
    });
    await fc.assert(
      fc.asyncProperty(batchSizes, fc.constantFrom(0, 2, 3), async (batchSize, workers) => {
        const { mask1, mask2, noises: got } = await sample({ batchSize, workers });
        expect(mask1).toEqual(expected('drop1/mask', 0.5));
        expect(mask2).toEqual(expected('drop2/mask', 1 - Math.fround(0.2)));
        expect(got).toEqual(tensor('float32', [samples, ROWS, WIDTH], Float32Array.from(noises.flat())));
      }),
      { numRuns: 15 },
    );
  });

  test('draws normals of its own for each example, wherever the batches are cut', async () => {
    const b = new GraphBuilder('jittered');
    const noise = b.input('noise', 'float32', ['N', 5], { kind: 'normal' });
    const jittered = b.build({ y: add(b.input('x', 'float32', ['N', 1]), noise) });
    const expected = Array.from({ length: samples }, (_, s) => [
      ...normal(fold(fold(sampleKey, s), 'noise'), ROWS * 5),
    ]);
    const zero = zeros('float32', [ROWS, 1]);
    for (const batchSize of [1, 4, ROWS]) {
      const { y } = await samplePredictions(
        jittered,
        { x: zero },
        { samples, key: sampleKey, batchSize, workers: 2 },
      );
      expect(y).toEqual(tensor('float32', [samples, ROWS, 5], Float32Array.from(expected.flat())));
    }
  });

  test('is one run a sample, to the last bits, whatever the size of the batches', async () => {
    const whole = await sample({ batchSize: ROWS, workers: 0 });
    const noises = whole['noises']!.data as Float32Array;
    // y sums 2 * 2 * x / (0.5 * 0.8) * noise over the units that are kept: each term is at most 5 |x noise|.
    const magnitudes = Array.from({ length: samples * ROWS }, (_, i) => {
      const row = x.data.subarray((i % ROWS) * WIDTH, ((i % ROWS) + 1) * WIDTH);
      return row.reduce((sum, value, k) => sum + 5 * Math.abs(value * noises[i * WIDTH + k]!), 0);
    });
    await fc.assert(
      fc.asyncProperty(batchSizes, async (batchSize) => {
        const { y } = await sample({ batchSize, workers: 0 });
        expectSums(y!, whole['y']!, magnitudes, WIDTH);
      }),
      { numRuns: 20 },
    );
  });

  test.each([1, 2, 3])('%d workers give the bytes of none', async (workers) => {
    expect(await sample({ batchSize: 4, workers })).toEqual(await sample({ batchSize: 4, workers: 0 }));
  });

  test('a sample does not depend on how many there are', async () => {
    const many = await sample({});
    const one = await samplePredictions(graph, { x }, { samples: 1, key: sampleKey });
    expect(one['y']!.data).toEqual(many['y']!.data.slice(0, ROWS));
  });

  test('other keys, and other samples, are other draws', async () => {
    const { y } = await sample({});
    const other = await samplePredictions(graph, { x }, { samples, key: key(10) });
    expect(new Set([...(y!.data as Float32Array), ...(other['y']!.data as Float32Array)]).size).toBe(
      2 * samples * ROWS,
    );
  });
});

describe('bad input', () => {
  const graph = affine(WIDTH);
  const two = (): Graph => {
    const builder = new GraphBuilder('two');
    const [a, b] = ['a', 'b'].map((name) => builder.input(name, 'float32', ['N', 2]));
    return builder.build({ y: add(a!, b!) });
  };

  test('a random graph is not predicted without a key', async () => {
    const result = predict(noisy(WIDTH), { x });
    await expect(result).rejects.toThrow(ConfigurationError);
    await expect(result).rejects.toThrow(/use samplePredictions with a key/);
  });

  test.each([
    { batchSize: 0 },
    { batchSize: 1.5 },
    { batchSize: NaN },
    { workers: -1 },
    { workers: 0.5 },
    { workers: NaN },
  ])('%j', async (options) => {
    await expect(predict(graph, { x }, options)).rejects.toThrow(ConfigurationError);
  });

  test.each([0, -1, 1.5, NaN])('%d samples', async (samples) => {
    await expect(samplePredictions(noisy(WIDTH), { x }, { samples, key: sampleKey })).rejects.toThrow(
      ConfigurationError,
    );
  });

  test('missing, uneven and empty data', async () => {
    await expect(predict(two(), { a: zeros('float32', [3, 2]) })).rejects.toThrow(
      /data for input 'b': expected 3 rows, as the other inputs have, got nothing/,
    );
    await expect(
      predict(two(), { a: zeros('float32', [3, 2]), b: zeros('float32', [4, 2]) }),
    ).rejects.toThrow(ShapeError);
    await expect(predict(graph, { x: zeros('float32', [0, WIDTH]) })).rejects.toThrow(DataError);
  });

  test('a graph that takes a fixed number of rows is told from one without data', async () => {
    const b = new GraphBuilder('fixed');
    const graph = b.build({ out: relu(b.input('x', 'float32', [2, 3])) });
    await expect(predict(graph, { x: zeros('float32', [2, 3]) })).rejects.toThrow(
      /first dimension is open.*got float32 \(2, 3\)/,
    );
  });

  test.each([0, 2])('an output without a row for each example (%d workers)', async (workers) => {
    const builder = new GraphBuilder('sum');
    const input = builder.input('x', 'float32', ['N', WIDTH]);
    const sums = builder.build({ y: reduceSum(input, [0]) });
    const result = predict(sums, { x }, { workers, batchSize: 5 });
    await expect(result).rejects.toThrow(/output 'y': expected a row for each of 5 examples, got \(33\)/);
    await expect(result).rejects.toThrow(ShapeError);
  });
});

describe('errors of workers', () => {
  test.each([0, 2, 3])('have the class they have without workers (%d)', async (workers) => {
    const wrong = predict(affine(WIDTH), { x: zeros('float64', [ROWS, WIDTH]) }, { workers, batchSize: 4 });
    await expect(wrong).rejects.toThrow(ShapeError);
    await expect(wrong).rejects.toThrow("input 'x': expected float32 (N, 33), got float64 (4, 33)");
  });

  test.each([0, 2, 3])('of one example among many reach the caller (%d)', async (workers) => {
    const builder = new GraphBuilder('lookup');
    const table = builder.constant(tensor('float32', [3], Float32Array.of(10, 11, 12)));
    const graph = builder.build({ y: gather(table, builder.input('pick', 'int64', ['N'])) });
    const pick = tensor(
      'int64',
      [40],
      BigInt64Array.from({ length: 40 }, (_, i) => (i === 25 ? 5n : 1n)),
    );
    const result = predict(graph, { pick }, { workers, batchSize: 2 });
    await expect(result).rejects.toMatchObject({ code: 'E_RUNTIME' });
    await expect(result).rejects.toThrow(/running graph 'lookup': got .*out of data bounds/);
    // The next job finds workers that work.
    const { y } = await predict(
      graph,
      { pick: tensor('int64', [40], new BigInt64Array(40)) },
      { workers, batchSize: 2 },
    );
    expect([...y!.data]).toEqual(Array.from({ length: 40 }, () => 10));
  });

  test('a graph that does not open', async () => {
    const graph = affine(WIDTH);
    const broken = { ...graph, nodes: graph.nodes.map((node) => ({ ...node, op: 'NoSuchOperation' })) };
    const opening = predict(broken, { x }, { workers: 2, batchSize: 4 });
    await expect(opening).rejects.toThrow(/opening graph 'affine' on cpu: got .*NoSuchOperation/);
  });
});

describe('the abort signal', () => {
  const builder = new GraphBuilder('square');
  const input = builder.input('x', 'float32', ['N', 256]);
  const weight = builder.constant(draws(1, 256, 256));
  const graph = builder.build({ y: matmul(matmul(input, weight), weight) });
  const many = zeros('float32', [4000, 256]);

  test.each([0, 2])('stops before the first batch (%d workers)', async (workers) => {
    const signal = AbortSignal.abort(new Error('enough'));
    let done = 0;
    const result = predict(graph, { x: many }, { workers, batchSize: 10, signal, onProgress: () => done++ });
    await expect(result).rejects.toThrow('enough');
    expect(done).toBe(0);
  });

  test.each([0, 2, 3])('stops after the batches in hand (%d workers)', async (workers) => {
    const controller = new AbortController();
    let done = 0;
    const result = predict(
      graph,
      { x: many },
      {
        workers,
        batchSize: 10,
        signal: controller.signal,
        onProgress: () => {
          done++;
          if (done === 7) controller.abort(new Error('enough'));
        },
      },
    );
    await expect(result).rejects.toThrow('enough');
    expect(done).toBeGreaterThanOrEqual(7);
    expect(done).toBeLessThan(7 + Math.max(workers, 1));
  });

  test.each([0, 2])('is heard while batches run (%d workers)', async (workers) => {
    const controller = new AbortController();
    let [done, total] = [0, 0];
    setTimeout(() => controller.abort(new Error('enough')), 20);
    const result = predict(
      graph,
      { x: many },
      {
        workers,
        batchSize: 2,
        signal: controller.signal,
        onProgress: (...progress) => ([done, total] = progress),
      },
    );
    await expect(result).rejects.toThrow('enough');
    expect(done).toBeLessThanOrEqual(total);
  });
});
