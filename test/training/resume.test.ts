import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { key } from '#credence/random/index';
import { adam, sgd, train } from '#credence/training/index';
import type { TrainingState, TrainOptions, TrainResult } from '#credence/training/index';
import { bytesOf, data, objective, stored } from './problems.js';

const graph = objective();
const feeds = data(21);
const small = { optimiser: adam({ learningRate: 0.01 }), epochs: 4, batchSize: 8, key: key(7) } as const;
const STEPS = 12;

/** Trains, is interrupted as soon as each of these numbers of steps is done, and goes on from the checkpoint each time. */
async function interrupted(stops: readonly number[], options: TrainOptions): Promise<TrainResult> {
  let from: TrainingState | undefined;
  for (const stop of [...stops, Infinity]) {
    const controller = new AbortController();
    const result = await train(graph, feeds, {
      ...options,
      ...(from !== undefined && { from }),
      signal: controller.signal,
      onProgress: (done) => {
        if (done >= stop) controller.abort();
      },
    });
    if (result.complete) return result;
    from = stored(result.state, feeds, options);
  }
  throw new Error('a run that was not interrupted did not end');
}

describe('a run that is interrupted and goes on from its checkpoint', () => {
  test.each([
    ['adam, one shard', { ...small }],
    ['adam, three shards', { ...small, shards: 3, workers: 1 }],
    [
      'sgd with momentum',
      { ...small, optimiser: sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 }) },
    ],
    ['sgd without state', { ...small, optimiser: sgd({ learningRate: 0.1 }) }],
  ])('gives the bytes of one that is not: %s', async (_name, options) => {
    const whole = await train(graph, feeds, options);
    expect(whole.complete).toBe(true);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: STEPS - 1 }), { maxLength: 4 }),
        async (stops) => {
          const result = await interrupted(
            stops.sort((a, b) => a - b),
            options,
          );
          expect(bytesOf(result.state)).toEqual(bytesOf(whole.state));
          expect(result.epochLosses).toEqual(whole.epochLosses);
          expect(result.parameters).toEqual(whole.parameters);
        },
      ),
      { numRuns: 12 },
    );
  });

  test('at every step, and at the end of an epoch too', async () => {
    const whole = await train(graph, feeds, small);
    for (let stop = 1; stop < STEPS; stop++) {
      const controller = new AbortController();
      const epochs: number[] = [];
      const first = await train(graph, feeds, {
        ...small,
        signal: controller.signal,
        onProgress: (done) => {
          if (done === stop) controller.abort();
        },
        onEpoch: (epoch) => void epochs.push(epoch),
      });
      expect(first).toMatchObject({ complete: false, state: { step: stop } });
      expect(first.epochLosses).toEqual(whole.epochLosses.slice(0, Math.floor(stop / 3)));
      const from = stored(first.state, feeds, small);
      const second = await train(graph, feeds, {
        ...small,
        from,
        onEpoch: (epoch) => void epochs.push(epoch),
      });
      expect(bytesOf(second.state)).toEqual(bytesOf(whole.state));
      // Each epoch is reported once, by the run that ended it.
      expect(epochs).toEqual([1, 2, 3, 4]);
    }
  });
});

test('a run can be made longer', async () => {
  const whole = await train(graph, feeds, small);
  const first = await train(graph, feeds, { ...small, epochs: 1 });
  const second = await train(graph, feeds, { ...small, from: stored(first.state, feeds, small) });
  expect(bytesOf(second.state)).toEqual(bytesOf(whole.state));
});

test('a run that was complete stays as it is', async () => {
  const whole = await train(graph, feeds, small);
  const again = await train(graph, feeds, { ...small, from: stored(whole.state, feeds, small) });
  expect(again).toEqual(whole);
});

test('a signal that is set before the start costs one step', async () => {
  const result = await train(graph, feeds, { ...small, signal: AbortSignal.abort() });
  expect(result).toMatchObject({ complete: false, state: { step: 1 } });
});
