import { describe, expect, test } from 'vitest';
import { key } from '#credence/random/index';
import type { Feeds } from '#credence/runtime/index';
import { sliceRows, zeros } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { adam, sgd, train } from '#credence/training/index';
import type { TrainOptions } from '#credence/training/index';
import { U } from './bounds.js';
import { bytesOf, data, objective } from './problems.js';

const small = { optimiser: adam({ learningRate: 0.01 }), epochs: 2, batchSize: 8, key: key(7) } as const;
const graph = objective();

describe('the trained bytes', () => {
  const run = async (feeds: Feeds, options: Partial<TrainOptions>): Promise<Buffer> =>
    bytesOf((await train(graph, feeds, { ...small, ...options })).state);

  test.each([
    ['full batches', 32, 8, 4],
    ['a smaller last batch', 21, 8, 4],
    ['batches smaller than the number of shards', 7, 3, 5],
    ['one example a batch', 3, 1, 2],
    ['one example in all', 1, 8, 3],
  ])('are the same for 1, 2 and 3 workers: %s', async (_name, n, batchSize, shards) => {
    const alone = await run(data(n), { batchSize, shards, workers: 0 });
    for (const workers of [1, 2, 3])
      expect(await run(data(n), { batchSize, shards, workers })).toEqual(alone);
  });

  test('are the same when parameters are cut among the workers anywhere', async () => {
    // 17 * 3 + 17 + 9 * 17 + 9 + 4 * 9 + 4 = 270 parameters: parts of 64 elements, and a rest.
    const options = { shards: 5, optimiser: sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 }) };
    const alone = await run(data(32), { ...options, workers: 1 });
    for (const workers of [4, 5]) expect(await run(data(32), { ...options, workers })).toEqual(alone);
  });

  test('depend on the key, and on the number of shards in their last bits alone', async () => {
    const base = await train(graph, data(32), small);
    const other = await train(graph, data(32), { ...small, key: key(8) });
    expect(bytesOf(other.state)).not.toEqual(bytesOf(base.state));
    const sharded = await train(graph, data(32), {
      ...small,
      optimiser: sgd({ learningRate: 0.01 }),
      shards: 3,
    });
    const whole = await train(graph, data(32), { ...small, optimiser: sgd({ learningRate: 0.01 }) });
    // Eight steps, with the bound of an element's gradient as in step.test.ts, times the learning rate.
    const bound = 8 * 0.01 * 2 * 150 * U * 20;
    sharded.state.parameters.forEach((value, i) =>
      expect(Math.abs(value - whole.state.parameters[i]!)).toBeLessThan(bound),
    );
  });

  test('do not depend on where the data lie', async () => {
    const { x, label } = data(40);
    const moved = { x: sliceRows(x!, 1, 33), label: sliceRows(label!, 1, 33) };
    const copied = Object.fromEntries(
      Object.entries(moved).map(([name, value]) => [name, structuredClone(value)]),
    );
    const shared = Object.fromEntries(Object.entries(copied).map(([name, value]) => [name, toShared(value)]));
    for (const options of [{ shards: 1 }, { shards: 2, workers: 1 }, { shards: 2, workers: 2 }]) {
      const expected = await run(copied, options);
      expect(await run(moved, options)).toEqual(expected);
      expect(await run(shared, options)).toEqual(expected);
    }
  });
});

function toShared(value: Tensor): Tensor {
  const shared = zeros(value.dtype, value.shape, { shared: true });
  (shared.data as Float32Array).set(value.data as Float32Array);
  return shared;
}
