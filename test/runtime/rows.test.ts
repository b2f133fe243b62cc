import { describe, expect, test } from 'vitest';
import { DataError } from '#credence/errors/index';
import { cast, GraphBuilder, mul, named } from '#credence/graph/index';
import type { Dim, Graph } from '#credence/graph/index';
import { key } from '#credence/random/index';
import { openSession, rowsOfRun, runRows, runSource, toInput } from '#credence/runtime/index';
import { tensorSource } from '#credence/sources/index';
import { tensor } from '#credence/tensor/index';
import type { DType, Tensor } from '#credence/tensor/index';

function identity(rows: Dim, dtype: DType = 'float32'): Graph {
  const b = new GraphBuilder('identity');
  return b.build([named(b.input('x', dtype, [rows, 3]), 'logits')]);
}

function rowsOf(...values: number[]): Tensor<'float32'> {
  return tensor('float32', [values.length / 3, 3], Float32Array.from(values));
}

describe('toInput', () => {
  const make = (dtype: DType, rows: Tensor<'float32'>, n: Dim = 'N'): Tensor =>
    toInput(identity(n, dtype).inputs[0]!, rows, 'data.csv');

  test('brings rows to the type of the input', () => {
    expect(make('uint8', rowsOf(0, 7, 255))).toEqual(tensor('uint8', [1, 3], Uint8Array.of(0, 7, 255)));
    expect(make('int64', rowsOf(-1, 0, 7))).toEqual(tensor('int64', [1, 3], BigInt64Array.of(-1n, 0n, 7n)));
    expect(make('float64', rowsOf(0.5, 1, 2))).toEqual(tensor('float64', [1, 3], Float64Array.of(0.5, 1, 2)));
    expect(make('float16', rowsOf(1, 2, -2)).data).toEqual(Uint16Array.of(0x3c00, 0x4000, 0xc000));
  });

  test.each([0.5, 256, -1, NaN, Infinity])('refuses %s where the model reads bytes', (value) => {
    expect(() => make('uint8', rowsOf(0, 1, value))).toThrow(DataError);
    expect(() => make('uint8', rowsOf(0, 1, value))).toThrow(/numbers of type uint8.*data\.csv/);
  });

  test('fills up a fixed number of rows with the first', () => {
    expect([...make('float32', rowsOf(1, 2, 3, 4, 5, 6), 4).data]).toEqual([
      1, 2, 3, 4, 5, 6, 1, 2, 3, 1, 2, 3,
    ]);
    expect(() => make('float32', tensor('float32', [0, 3], new Float32Array(0)))).toThrow(/at least one/);
  });
});

test('rowsOfRun is what the graph fixes, or what is asked for', () => {
  expect(rowsOfRun(identity('N'), 250)).toBe(250);
  expect(rowsOfRun(identity(8), 250)).toBe(8);
});

test('runRows gives a row for each of the inputs', async () => {
  await using session = await openSession(identity(4));
  const { logits } = await runRows(session, rowsOf(1, 2, 3, 4, 5, 6), { where: 'here' });
  expect(logits).toEqual(rowsOf(1, 2, 3, 4, 5, 6));
});

test('runSource goes through a source in batches that the graph takes', async () => {
  await using session = await openSession(identity(2));
  const source = tensorSource(rowsOf(1, 2, 3, 4, 5, 6, 7, 8, 9), { labels: [2, 0, 1], name: 'three' });
  const seen: [number[], number[], string][] = [];
  const progress: number[] = [];
  const options = { onProgress: (done: number, total: number) => void progress.push(done, total) };
  for await (const { labels, values } of runSource(session, source, options)) {
    seen.push([[...labels!.data], [...(values['logits']!.data as Float32Array)], labels!.dtype]);
  }
  expect(seen).toEqual([
    [[2, 0], [1, 2, 3, 4, 5, 6], 'int32'],
    [[1], [7, 8, 9], 'int32'],
  ]);
  expect(progress).toEqual([2, 3, 3, 3]);
  const none = tensorSource(tensor('float32', [0, 3], new Float32Array()));
  await expect(runSource(session, none).next()).rejects.toThrow(/data set: expected at least one example/);
});

test('runSource draws for random inputs by the row, whatever the batches', async () => {
  const b = new GraphBuilder('masked');
  const x = b.input('x', 'float32', ['N', 3]);
  const mask = b.input('mask', 'uint8', ['N', 3], { kind: 'bernoulli', probability: 0.5 });
  const graph = b.build([named(mul(x, cast(mask, 'float32')), 'y')]);
  await using session = await openSession(graph);
  const source = tensorSource(tensor('float32', [40, 3], new Float32Array(120).fill(1)));
  const drawn = async (batchSize: number, seed: number): Promise<number[]> => {
    const all: number[] = [];
    for await (const { values } of runSource(session, source, { batchSize, key: key(seed) }))
      all.push(...(values['y']!.data as Float32Array));
    return all;
  };
  const whole = await drawn(40, 1);
  // 120 fair coins: within 6 standard deviations, 33.
  expect(Math.abs(whole.reduce((a, c) => a + c, 0) - 60)).toBeLessThan(33);
  expect(await drawn(7, 1)).toEqual(whole);
  expect(await drawn(40, 2)).not.toEqual(whole);
});
