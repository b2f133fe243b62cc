import { describe, expect, test } from 'vitest';
import { dropout, gemm, GraphBuilder, named, relu } from '#credence/graph/index';
import { key } from '#credence/random/index';
import { examplesOf } from '#credence/scores/index';
import type { Classifier } from '#credence/scores/index';
import { tensorSource } from '#credence/sources/index';
import type { Batch, DataSource } from '#credence/sources/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

function rowsOf(...values: number[]): Tensor<'float32'> {
  return tensor('float32', [values.length / 3, 3], Float32Array.from(values));
}

function identity(): Classifier {
  const b = new GraphBuilder('identity');
  const graph = b.build([named(b.input('x', 'float32', ['N', 3]), 'logits')]);
  return { graph, features: 'x', logits: 'logits' };
}

describe('examplesOf', () => {
  const classifier = identity();
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
    expect(examples).toEqual({ logits: all, features: all, labels: labels(2, 0, 1), total: 3 });
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

describe('a sample of the examples', () => {
  const n = 3000;
  // Feature 0 of example i is i.
  const inputs = rowsOf(...Array.from({ length: 3 * n }, (_, j) => (j % 3 === 0 ? j / 3 : j % 2)));
  const all = tensorSource(inputs, { labels: Array.from({ length: n }, (_, i) => i % 3) });

  test('is of the size asked for, in order, with its labels, and says of how many', async () => {
    const own = await examplesOf(identity(), all, { most: 500, key: key(1) });
    expect(own.total).toBe(n);
    expect(own.logits.shape).toEqual([500, 3]);
    const places = Array.from({ length: 500 }, (_, i) => own.logits.data[3 * i]!);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(new Set(places).size).toBe(500);
    expect([...own.labels.data]).toEqual(places.map((place) => place % 3));
    // Each third of the set has a hypergeometric share: 500 / 3 with deviation 9.6; 5 of them, 6e-7 for three.
    for (const third of [0, 1, 2]) {
      const count = places.filter((place) => Math.floor((3 * place) / n) === third).length;
      expect(Math.abs(count - 500 / 3)).toBeLessThan(48);
    }
  });

  test('depends on the key alone, not on the batches', async () => {
    const own = await examplesOf(identity(), all, { most: 50, key: key(1), batchSize: 7 });
    expect(own).toEqual(await examplesOf(identity(), all, { most: 50, key: key(1), batchSize: 1000 }));
    const other = await examplesOf(identity(), all, { most: 50, key: key(2) });
    expect(other.logits).not.toEqual(own.logits);
  });
});

test('a pass with dropout has masks of its own for every example, behind the features too', async () => {
  const b = new GraphBuilder('dropped');
  const x = b.input('x', 'float32', ['N', 3]);
  const ones = (rows: number, cols: number): Tensor<'float32'> =>
    tensor('float32', [rows, cols], new Float32Array(rows * cols).fill(1));
  const features = named(relu(gemm(dropout(x, 0.5), b.constant(ones(3, 8)))), 'features');
  const graph = b.build([named(gemm(dropout(features, 0.5), b.constant(ones(8, 2))), 'logits')]);
  const classifier = { graph, features: 'features', logits: 'logits' };
  const source = tensorSource(tensor('float32', [400, 3], new Float32Array(1200).fill(1)), {
    labels: Array.from({ length: 400 }, (_, i) => i % 2),
  });
  const still = await examplesOf(classifier, source, { key: key(3) });
  expect(new Set(still.features!.data)).toEqual(new Set([3]));
  const pass = await examplesOf(classifier, source, { key: key(3), dropout: 'active' });
  // Kept units count twice: features 0, 2, 4 or 6, in shares 1, 3, 3, 1 of 8.
  const first = Array.from({ length: 400 }, (_, i) => pass.features!.data[8 * i]!);
  for (const [value, share] of [
    [0, 1 / 8],
    [2, 3 / 8],
    [4, 3 / 8],
    [6, 1 / 8],
  ] as const) {
    const count = first.filter((feature) => feature === value).length;
    // 5 binomial deviations: 6e-7 each.
    expect(Math.abs(count - 400 * share)).toBeLessThan(5 * Math.sqrt(400 * share * (1 - share)));
  }
  expect(new Set(pass.logits.data).size).toBeGreaterThan(10);
});
