import { describe, expect, test } from 'vitest';
import { ConfigurationError, DataError, NumericalError, ShapeError } from '#credence/errors/index';
import { GraphBuilder, mul, reduceSum, squeeze } from '#credence/graph/index';
import { fold, key, permutation } from '#credence/random/index';
import type { Feeds, Provider } from '#credence/runtime/index';
import { sliceRows, tensor, zeros } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { adam, binaryCrossEntropy, sgd, train } from '#credence/training/index';
import type { TrainingState, TrainOptions } from '#credence/training/index';
import { logistic } from '#credence/models/index';
import { U } from './bounds.js';
import { bytesOf, data, objective } from './problems.js';

const small = { optimiser: adam({ learningRate: 0.01 }), epochs: 2, batchSize: 8, key: key(7) } as const;
const graph = objective();

describe('the loop', () => {
  test('is SGD on logistic regression, as written out in float64', async () => {
    const [n, batchSize, epochs, learningRate] = [11, 4, 3, 0.5];
    const model = logistic({ inputs: 3, key: key(1) });
    const b = GraphBuilder.from(model);
    const label = b.input('label', 'uint8', ['N']);
    const regression = b.build({ loss: binaryCrossEntropy(b.value('logits'), label) });
    const { x } = data(n);
    const labels = Uint8Array.from({ length: n }, (_, i) => i % 2);
    const result = await train(
      regression,
      { x: x!, label: tensor('uint8', [n], labels) },
      {
        optimiser: sgd({ learningRate }),
        epochs,
        batchSize,
        key: key(7),
      },
    );

    const w = [
      ...(model.constants.get('fc.weight')!.data as Float32Array),
      model.constants.get('fc.bias')!.data[0] as number,
    ];
    const rows = Array.from({ length: n }, (_, i) => [
      ...(x!.data as Float32Array).subarray(3 * i, 3 * i + 3),
      1,
    ]);
    const losses: number[] = [];
    const epochLosses: number[] = [];
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = permutation(fold(key(7), 'order', epoch), n);
      let total = 0;
      for (let start = 0; start < n; start += batchSize) {
        const batch = order.subarray(start, start + batchSize);
        const gradient = [0, 0, 0, 0];
        let loss = 0;
        for (const i of batch) {
          const z = rows[i]!.reduce((sum, value, k) => sum + value * w[k]!, 0);
          loss += Math.log1p(Math.exp(labels[i] === 1 ? -z : z));
          const residual = 1 / (1 + Math.exp(-z)) - labels[i]!;
          rows[i]!.forEach((value, k) => (gradient[k]! += (residual * value) / batch.length));
        }
        gradient.forEach((g, k) => (w[k]! -= learningRate * g));
        losses.push(loss / batch.length);
        total += loss;
      }
      epochLosses.push(total / n);
    }
    // Nine steps of sums of at most 11 terms below 4, each step multiplying the error of the one before by at most
    // 1 + learningRate |x|^2 / 4 < 3.
    const bound = 9 * 16 * 4 * U * 3 ** 2;
    expect(result.state.step).toBe(9);
    const near = (got: ArrayLike<number>, expected: readonly number[]): void => {
      expect(got).toHaveLength(expected.length);
      expected.forEach((value, i) => expect(Math.abs(got[i]! - value)).toBeLessThan(bound));
    };
    near(result.state.parameters, w);
    near(result.state.losses, losses);
    near(result.epochLosses, epochLosses);
    const [weight, bias] = [result.parameters.get('fc.weight')!, result.parameters.get('fc.bias')!];
    expect([weight.shape, bias.shape]).toEqual([[1, 3], [1]]);
    expect([...weight.data, ...bias.data]).toEqual([...result.state.parameters]);
  });

  test('minimises the value that is named', async () => {
    const b = new GraphBuilder('g');
    const w = b.parameter('w', tensor('float32', [1, 1], Float32Array.of(3)));
    const square = squeeze(mul(mul(b.input('x', 'float32', ['N', 1]), w), w), [1]);
    const both = b.build({ loss: square, other: reduceSum(mul(b.value('x'), w), [1]) });
    const x = tensor('float32', [2, 1], Float32Array.of(1, 1));
    const options = { optimiser: sgd({ learningRate: 0.25 }), epochs: 1, key: key(1) };
    expect((await train(both, { x }, options)).state.parameters[0]).toBe(3 - 0.25 * 6);
    expect((await train(both, { x }, { ...options, loss: 'other' })).state.parameters[0]).toBe(3 - 0.25);
  });

  test('takes all examples a step unless a size is given', async () => {
    const { state, epochLosses } = await train(graph, data(20), {
      optimiser: adam(),
      epochs: 3,
      key: key(1),
    });
    expect(state.step).toBe(3);
    expect(epochLosses).toEqual([...state.losses]);
  });

  test.each([0, 2])('calls back after each epoch, and waits (%d workers)', async (workers) => {
    const seen: string[] = [];
    const { state } = await train(graph, data(20), {
      ...small,
      shards: 2,
      workers,
      onEpoch: async (epoch, current) => {
        seen.push(`epoch ${epoch} begins at step ${current.step}, ${current.losses.length} losses`);
        await new Promise((resolve) => setTimeout(resolve, 20));
        seen.push(`epoch ${epoch} ends`);
      },
    });
    expect(seen).toEqual([
      'epoch 1 begins at step 3, 3 losses',
      'epoch 1 ends',
      'epoch 2 begins at step 6, 6 losses',
      'epoch 2 ends',
    ]);
    const without = await train(graph, data(20), { ...small, shards: 2, workers });
    expect(bytesOf(without.state)).toEqual(bytesOf(state));
  });

  test.each([0, 2])('an error of a callback ends the run (%d workers)', async (workers) => {
    const failing = train(graph, data(20), {
      ...small,
      shards: 2,
      workers,
      onEpoch: () => Promise.reject(new Error('no room on disk')),
    });
    await expect(failing).rejects.toThrow('no room on disk');
  });

  test.each([0, 2])('tells its progress up to the end (%d workers)', async (workers) => {
    const seen: [number, number][] = [];
    await train(graph, data(20), { ...small, shards: 2, workers, onProgress: (...done) => seen.push(done) });
    expect(seen.at(-1)).toEqual([6, 6]);
    const done = seen.map(([steps]) => steps);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
  });

  test('does not write to what it is given', async () => {
    const feeds = data(20);
    const copy = structuredClone(feeds);
    const from = (await train(graph, feeds, { ...small, epochs: 1 })).state;
    const before = bytesOf(from);
    await train(graph, feeds, { ...small, from });
    expect(feeds).toEqual(copy);
    expect(bytesOf(from)).toEqual(before);
  });
});

describe('a loss that is not finite', () => {
  const poisoned = (i: number): Feeds => {
    const { x, label } = data(40);
    (x!.data as Float32Array)[3 * i] = NaN;
    return { x: x!, label: label! };
  };

  test.each([
    [1, 0],
    [4, 1],
    [4, 2],
  ])('is an error that names the step (%d shards, %d workers)', async (shards, workers) => {
    const order = permutation(fold(small.key, 'order', 0), 40);
    const step = Math.floor(order.indexOf(13) / small.batchSize) + 1;
    const failing = train(graph, poisoned(13), { ...small, shards, workers });
    await expect(failing).rejects.toThrow(NumericalError);
    await expect(failing).rejects.toThrow(
      `training: loss of step ${step}: expected a finite number, got NaN`,
    );
  });

  test.each([0, 2])('stops the run at once (%d workers)', async (workers) => {
    let done = 0;
    const failing = train(graph, poisoned(13), {
      ...small,
      epochs: 100_000,
      shards: 2,
      workers,
      onProgress: (steps) => (done = steps),
    });
    await expect(failing).rejects.toThrow(NumericalError);
    expect(done).toBeLessThanOrEqual(5);
  });

  test('and so are parameters that overflow after the last loss', async () => {
    const optimiser = sgd({ learningRate: 1e38 });
    const failing = train(
      graph,
      { ...data(40), x: huge(data(40)['x']!) },
      { ...small, optimiser, batchSize: 40, epochs: 1 },
    );
    await expect(failing).rejects.toThrow(/training: an element of 'fc\d\.(weight|bias)' after step 1/);
    await expect(failing).rejects.toThrow(NumericalError);
  });
});

describe('bad input', () => {
  test.each([
    { epochs: 0 },
    { epochs: 1.5 },
    { batchSize: 0 },
    { batchSize: NaN },
    { shards: 0 },
    { shards: 2.5 },
    { workers: -1 },
    { workers: NaN },
  ])('%j', async (options) => {
    await expect(train(graph, data(10), { ...small, ...options })).rejects.toThrow(ConfigurationError);
  });

  test('data that are missing, uneven, empty or of another type', async () => {
    const { x, label } = data(10);
    await expect(train(graph, { x: x! }, small)).rejects.toThrow(
      "training data for input 'label': expected 10 rows, as the other inputs have, got nothing",
    );
    await expect(train(graph, { x: x!, label: sliceRows(label!, 0, 9) }, small)).rejects.toThrow(ShapeError);
    await expect(
      train(graph, { x: zeros('float32', [0, 3]), label: zeros('uint8', [0]) }, small),
    ).rejects.toThrow(DataError);
    for (const workers of [1, 2]) {
      const wide = train(
        graph,
        { x: zeros('float32', [10, 4]), label: label! },
        { ...small, shards: 2, workers },
      );
      await expect(wide).rejects.toThrow(ShapeError);
      const wrong = train(graph, { x: x!, label: zeros('int32', [10]) }, { ...small, shards: 2, workers });
      await expect(wrong).rejects.toThrow(/input 'label': expected uint8 \(N\), got int32/);
    }
  });

  test('a state of another optimiser, another graph or a longer run', async () => {
    const { state } = await train(graph, data(10), { ...small, epochs: 1 });
    const from = (given: TrainingState, options: Partial<TrainOptions> = {}): Promise<unknown> =>
      train(graph, data(10), { ...small, ...options, from: given });
    await expect(from(state, { optimiser: sgd({ learningRate: 1 }) })).rejects.toThrow(
      'train: state to go on from: expected 270 parameters and 0 slots, got 270 and 2',
    );
    await expect(from({ ...state, parameters: new Float32Array(3) })).rejects.toThrow(ConfigurationError);
    await expect(from({ ...state, step: 7 }, { epochs: 3 })).rejects.toThrow(
      /at most 6 steps, which are 3 epochs, got one of 7/,
    );
  });

  // Whichever worker fails, early or late, the others must not wait for it.
  test.each([1, 2, 3])(
    'a label out of range in any shard ends the run (%d workers)',
    async (workers) => {
      const order = permutation(fold(small.key, 'order', 0), 24);
      for (const place of [0, 3, 7]) {
        const { x, label } = data(24);
        (label!.data as Uint8Array)[order[place]!] = 200;
        const failing = train(graph, { x: x!, label: label! }, { ...small, shards: 3, workers });
        await expect(failing).rejects.toMatchObject({ code: 'E_RUNTIME' });
        await expect(failing).rejects.toThrow(/GatherElements/);
      }
    },
    60_000,
  );

  test('a provider that is not there', async () => {
    for (const shards of [1, 2]) {
      const options = { ...small, shards, provider: 'cuda2' as Provider };
      await expect(train(graph, data(10), options)).rejects.toMatchObject({ code: 'E_CONFIGURATION' });
    }
  });

  test('a graph without a loss', async () => {
    await expect(train(graph, data(10), { ...small, loss: 'nothing' })).rejects.toMatchObject({
      code: 'E_GRAPH',
    });
  });
});

/** Inputs at which the gradient overflows and the loss does not. */
function huge(x: Tensor): Tensor {
  return tensor(
    'float32',
    x.shape,
    (x.data as Float32Array).map((value) => 1e3 * value),
  );
}
