import { describe, expect, test } from 'vitest';
import { key } from '#credence/random/index';
import { adam, train } from '#credence/training/index';
import type { TrainingState, TrainResult } from '#credence/training/index';
import { bytesOf, data, objective, stored } from './problems.js';

const graph = objective();
const feeds = data(21);
const small = { optimiser: adam({ learningRate: 0.01 }), epochs: 4, batchSize: 8, key: key(7) } as const;

describe('a run of workers that is interrupted and goes on from its checkpoint gives the bytes of one that is not', () => {
  test.each([2, 3])('wherever %d workers happen to stop', async (workers) => {
    const options = { ...small, epochs: 250, shards: 3, workers };
    const whole = await train(graph, feeds, { ...options, workers: 1 });
    let stops = 0;
    let from: TrainingState | undefined;
    let result: TrainResult;
    do {
      const controller = new AbortController();
      const enough = (from?.step ?? 0) + 250;
      result = await train(graph, feeds, {
        ...options,
        ...(from && { from }),
        signal: controller.signal,
        onProgress: (done) => {
          if (done >= enough) controller.abort();
        },
      });
      from = stored(result.state, feeds, options);
      stops++;
    } while (!result.complete);
    expect(stops).toBeGreaterThan(1);
    expect(bytesOf(result.state)).toEqual(bytesOf(whole.state));
  });

  test('with another number of workers', async () => {
    const options = { ...small, shards: 3 };
    const whole = await train(graph, feeds, { ...options, workers: 1 });
    const controller = new AbortController();
    const first = await train(graph, feeds, {
      ...options,
      workers: 3,
      signal: controller.signal,
      onEpoch: (epoch) => {
        if (epoch === 2) controller.abort();
      },
    });
    expect(first).toMatchObject({ complete: false, state: { step: 6 } });
    const second = await train(graph, feeds, {
      ...options,
      workers: 2,
      from: stored(first.state, feeds, options),
    });
    expect(bytesOf(second.state)).toEqual(bytesOf(whole.state));
  });
});
