import { describe, expect, test } from 'vitest';
import { DataError } from '#credence/errors/index';
import { examplesOf, rowsOfRun, runRows, toInput } from '#credence/export/index';
import { GraphBuilder, named } from '#credence/graph/index';
import type { Dim, Graph } from '#credence/graph/index';
import { openSession } from '#credence/runtime/index';
import type { Classifier } from '#credence/scores/index';
import type { Batch, DataSource } from '#credence/sources/index';
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

describe('examplesOf', () => {
  const classifier: Classifier = { graph: identity('N'), input: 'x', features: 'x', logits: 'logits' };
  const source = (batches: readonly Batch[], labelled = true): DataSource => ({
    name: 'made',
    shape: [3],
    labelled,
    async *batches() {
      await Promise.resolve();
      yield* batches;
    },
  });
  const labels = (...values: number[]): Tensor<'int32'> =>
    tensor('int32', [values.length], Int32Array.from(values));

  test('stacks the batches of a source', async () => {
    const first = { inputs: rowsOf(1, 2, 3, 4, 5, 6), labels: labels(2, 0) };
    const second = { inputs: rowsOf(7, 8, 9), labels: labels(1) };
    const seen: Batch[] = [];
    const examples = await examplesOf(classifier, source([first, second]), {
      onBatch: (batch) => seen.push(batch),
    });
    const all = rowsOf(1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(examples).toEqual({ logits: all, features: all, labels: labels(2, 0, 1) });
    expect(seen).toEqual([first, second]);
  });

  test('refuses none, or ones without labels', async () => {
    await expect(examplesOf(classifier, source([]))).rejects.toThrow(/at least one/);
    await expect(examplesOf(classifier, source([{ inputs: rowsOf(1, 2, 3) }], false))).rejects.toThrow(
      /labels/,
    );
    await expect(examplesOf(classifier, source([{ inputs: rowsOf(1, 2, 3) }]))).rejects.toThrow(/labels/);
  });
});
