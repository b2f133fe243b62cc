import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bernoulli, fold, key } from '#credence/random/index';
import { Batches, scheduleOf } from '#credence/training/batches';
import type { Tensor } from '#credence/tensor/index';
import { tensor } from '#credence/tensor/index';
import { data, objective } from './problems.js';

const graph = objective();
const settings = fc.record({
  examples: fc.integer({ min: 1, max: 40 }),
  batchSize: fc.integer({ min: 1, max: 45 }),
  shards: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat(1000),
});

/** Data whose labels and pixels tell which example they are of. */
function numbered(n: number): Record<string, Tensor> {
  const label = tensor(
    'uint8',
    [n],
    Uint8Array.from({ length: n }, (_, i) => i),
  );
  const x = tensor(
    'float32',
    [n, 3],
    Float32Array.from({ length: 3 * n }, (_, i) => Math.floor(i / 3)),
  );
  return { x, label };
}

test('every epoch shows each example once, and the shards of a batch are cut evenly', () => {
  fc.assert(
    fc.property(settings, ({ examples, batchSize, shards, seed }) => {
      const own = numbered(examples);
      const schedule = scheduleOf(graph, own, { batchSize, shards, key: key(seed) });
      const batches = new Batches(graph, own, schedule);
      expect(schedule.stepsPerEpoch).toBe(Math.ceil(examples / Math.min(batchSize, examples)));
      for (const epoch of [0, 1]) {
        const seen: number[] = [];
        for (let i = 0; i < schedule.stepsPerEpoch; i++) {
          const parts = Array.from({ length: shards }, (_, shard) =>
            batches.feeds(epoch * schedule.stepsPerEpoch + i, shard),
          ).filter((part) => part !== undefined);
          const labels = parts.map((part) => [...(part['label']!.data as Uint8Array)]);
          const size = labels.flat().length;
          expect(size).toBe(Math.min(batchSize, examples - i * schedule.batchSize));
          for (const [p, part] of parts.entries()) {
            expect([size / shards - 1, size / shards + 1]).toSatisfy(
              ([low, high]) => labels[p]!.length > low! && labels[p]!.length < high!,
            );
            expect([...part['x']!.data]).toEqual(labels[p]!.flatMap((label) => [label, label, label]));
            expect(part['scale']!.data[0]).toBe(Math.fround(1 / size));
          }
          seen.push(...labels.flat());
        }
        expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: examples }, (_, i) => i));
      }
    }),
  );
});

test('the noise of a batch does not depend on its shards, nor on the steps before', () => {
  fc.assert(
    fc.property(settings, fc.nat(100), ({ examples, batchSize, shards, seed }, step) => {
      const own = data(examples);
      const schedule = scheduleOf(graph, own, { batchSize, shards, key: key(seed) });
      const batches = new Batches(graph, own, schedule);
      const parts = Array.from({ length: shards }, (_, shard) => batches.feeds(step, shard));
      const masks = parts.flatMap((part) => [...((part?.['dropout1/mask']!.data ?? []) as Uint8Array)]);
      const size = masks.length / 17;
      expect(masks).toEqual([
        ...bernoulli(fold(key(seed), 'noise', step, 'dropout1/mask'), 1 - Math.fround(0.3), size, 17),
      ]);
    }),
  );
});

test('epochs have orders of their own, decided by the key', () => {
  const own = numbered(40);
  const order = (seed: number, epoch: number): number[] => {
    const schedule = scheduleOf(graph, own, { key: key(seed) });
    return [...(new Batches(graph, own, schedule).feeds(epoch, 0)!['label']!.data as Uint8Array)];
  };
  expect(order(1, 0)).toEqual(order(1, 0));
  expect(order(1, 0)).not.toEqual(order(1, 1));
  expect(order(1, 0)).not.toEqual(order(2, 0));
});
