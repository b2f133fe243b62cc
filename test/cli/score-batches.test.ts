import { describe, expect, test } from 'vitest';
import { scoreBatches } from '#credence/cli/score-batches';
import { DataError } from '#credence/errors/index';
import { mlp } from '#credence/models/mlp';
import { key, normal } from '#credence/random/index';
import { tensorSource } from '#credence/sources/index';
import type { DataSource } from '#credence/sources/index';
import { tensor } from '#credence/tensor/index';

const graph = mlp({ inputs: 4, hidden: [16], outputs: 3, key: key(1) });
const inputs = tensor('float32', [103, 4], Float32Array.from(normal(key(2), 412)));
const labels = Int32Array.from({ length: 103 }, (_, i) => i % 3);
const source = tensorSource(inputs, { labels, name: 'noise' });

/** Threads are started behind the first batch. */
async function scored(
  threads: number,
  from: DataSource = source,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ logits: number[][]; labels: number[]; progress: number[] }> {
  const found = { logits: [] as number[][], labels: [] as number[], progress: [] as number[] };
  const onProgress = (done: number): void => void found.progress.push(done);
  const options = { batchSize: 10, threads, worth: 0, onProgress, signal };
  for await (const batch of scoreBatches(graph, from, options)) {
    found.logits.push([...(batch.values[graph.outputs[0]!]!.data as Float32Array)]);
    found.labels.push(...batch.labels!.data);
  }
  return found;
}

describe('scoreBatches', () => {
  test('gives the same batches in the same order, whatever the threads', async () => {
    const alone = await scored(1);
    expect(alone.logits.map((batch) => batch.length)).toEqual([...Array<number>(10).fill(30), 9]);
    expect(alone.labels).toEqual([...labels]);
    expect(alone.progress).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 103]);
    expect(await scored(3)).toEqual(alone);
  });

  test('stops where the source does, is stopped, or has nothing', async () => {
    const broken: DataSource = {
      ...source,
      async *batches(size, options) {
        let count = 0;
        for await (const batch of source.batches(size, options)) {
          if (count++ === 5) throw new DataError({ what: 'row 50' });
          yield batch;
        }
      },
    };
    await expect(scored(2, broken)).rejects.toThrow(/row 50/);
    await expect(scored(2, source, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    const empty: DataSource = { ...source, count: 0, async *batches() {} };
    await expect(scored(2, empty)).rejects.toThrow(/data set: expected at least one example, got none/);
  });

  test('what a run of another thread cannot take is an error as any, which names the data', async () => {
    const odd: DataSource = {
      ...source,
      async *batches(size) {
        for await (const batch of source.batches(size)) yield batch;
        yield {
          inputs: tensor('float32', [1, 5], new Float32Array(5)),
          labels: tensor('int32', [1], Int32Array.of(0)),
        };
      },
    };
    await expect(scored(2, odd)).rejects.toThrow(/input '.*': expected .*4\), got float32 \(1, 5\)/);
  });
});
