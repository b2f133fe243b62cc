import { describe, expect, test } from 'vitest';
import { ConfigurationError, DataError, ShapeError } from '#credence/errors/index';
import { countOf, firstRows, subset, tensorSource } from '#credence/sources/index';
import type { Batch, DataSource } from '#credence/sources/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

/** Row i is (i, -i). */
function rows(n: number): Tensor<'float32'> {
  return tensor(
    'float32',
    [n, 2],
    Float32Array.from({ length: 2 * n }, (_, j) => (j % 2 === 0 ? j / 2 : -(j - 1) / 2)),
  );
}

async function batchesOf(source: DataSource, size: number): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of source.batches(size)) all.push(batch);
  return all;
}

/** The first number of each row, batch by batch. */
function places(batches: readonly Batch[]): number[][] {
  return batches.map(({ inputs }) => Array.from({ length: inputs.shape[0]! }, (_, i) => inputs.data[2 * i]!));
}

describe('tensorSource', () => {
  test('gives its rows in batches of the size asked for, with their labels', async () => {
    const source = tensorSource(rows(5), { labels: [0, 1, 2, 0, 1], name: 'five', classes: ['a', 'b', 'c'] });
    expect(source).toMatchObject({
      name: 'five',
      shape: [2],
      count: 5,
      labelled: true,
      classes: ['a', 'b', 'c'],
    });
    const batches = await batchesOf(source, 2);
    expect(places(batches)).toEqual([[0, 1], [2, 3], [4]]);
    expect(batches.map(({ labels }) => [...labels!.data])).toEqual([[0, 1], [2, 0], [1]]);
    const [only] = await batchesOf(tensorSource(rows(5)), 100);
    expect([only!.inputs.shape, only!.labels]).toEqual([[5, 2], undefined]);
  });

  test('refuses labels that are none, and batches of nothing', async () => {
    expect(() => tensorSource(rows(3), { labels: [0, 1] })).toThrow(ShapeError);
    expect(() => tensorSource(rows(2), { labels: [0, -1], name: 'two' })).toThrow(
      /label: .* got -1 \(two, example 1\)/,
    );
    expect(() => tensorSource(rows(2), { labels: [0.5, 1] })).toThrow(ConfigurationError);
    await expect(batchesOf(tensorSource(rows(2)), 0)).rejects.toThrow(ConfigurationError);
  });

  test('stops between two batches', async () => {
    const abort = new AbortController();
    const iteration = (async () => {
      for await (const { inputs } of tensorSource(rows(4)).batches(2, { signal: abort.signal }))
        if (inputs.data[0] === 0) abort.abort(new Error('enough'));
    })();
    await expect(iteration).rejects.toThrow('enough');
  });
});

describe('subset', () => {
  const source = tensorSource(rows(20), { labels: Array.from({ length: 20 }, (_, i) => i % 3) });

  test.each([1, 3, 4, 100])('has the rows asked for, in full batches of %i', async (size) => {
    const wanted = [0, 1, 5, 6, 7, 12, 19];
    const own = subset(source, Uint32Array.from(wanted), 'some');
    expect(own).toMatchObject({ name: 'some', count: 7, shape: [2], labelled: true });
    const batches = await batchesOf(own, size);
    expect(places(batches).flat()).toEqual(wanted);
    expect(batches.flatMap(({ labels }) => [...labels!.data])).toEqual(wanted.map((i) => i % 3));
    for (const { inputs } of batches.slice(0, -1)) expect(inputs.shape[0]).toBe(size);
  });

  test('is read up to its last row', async () => {
    let read = 0;
    const counting: DataSource = {
      ...source,
      async *batches(size) {
        for await (const batch of source.batches(size)) {
          read += batch.inputs.shape[0]!;
          yield batch;
        }
      },
    };
    expect(places(await batchesOf(subset(counting, Uint32Array.of(1, 6)), 4))).toEqual([[1, 6]]);
    expect(read).toBe(8);
    expect(await batchesOf(subset(counting, new Uint32Array()), 4)).toEqual([]);
    expect(read).toBe(8);
  });
});

test('a source that does not say how many there are is counted', async () => {
  const { count, ...silent } = tensorSource(rows(300));
  expect(count).toBe(300);
  expect(await countOf(silent)).toBe(300);
  expect(await countOf({ ...silent, count: 7 })).toBe(7);
});

test('firstRows are the first, and there must be some', async () => {
  expect(await firstRows(tensorSource(rows(9)), 4)).toEqual(rows(4));
  expect(await firstRows(tensorSource(rows(2)), 4)).toEqual(rows(2));
  await expect(firstRows(tensorSource(rows(0)), 4)).rejects.toThrow(DataError);
});
