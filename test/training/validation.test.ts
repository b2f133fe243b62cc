import { describe, expect, test } from 'vitest';
import { ConfigurationError, ShapeError } from '#credence/errors/index';
import { GraphBuilder } from '#credence/graph/index';
import { key } from '#credence/random/index';
import { zeros } from '#credence/tensor/index';
import { adam, adamW, initialState, sgd, train, withPenalty } from '#credence/training/index';
import type { Optimiser, TrainingState } from '#credence/training/index';
import { data, objective } from './problems.js';

const options = { optimiser: adam({ learningRate: 0.01 }), epochs: 2, batchSize: 5, key: key(7) } as const;
const graph = objective();

describe('settings of an optimiser', () => {
  test.each<[string, () => Optimiser]>([
    ['sgd: learningRate: expected a number of at least 0, got NaN', () => sgd({ learningRate: NaN })],
    ['sgd: learningRate: expected a number of at least 0, got -0.1', () => sgd({ learningRate: -0.1 })],
    ['sgd: momentum: expected a number of [0, 1), got 1', () => sgd({ learningRate: 1, momentum: 1 })],
    ['sgd: weightDecay: expected a number of at least 0', () => sgd({ learningRate: 1, weightDecay: -1 })],
    [
      'adam: learningRate: expected a number of at least 0, got Infinity',
      () => adam({ learningRate: Infinity }),
    ],
    ['adam: beta1: expected a number of [0, 1), got 1', () => adam({ beta1: 1 })],
    ['adam: beta2: expected a number of [0, 1), got 1.5', () => adam({ beta2: 1.5 })],
    ['adam: epsilon: expected a number of at least 0, got -1e-8', () => adam({ epsilon: -1e-8 })],
    ['adamw: weightDecay: expected a number of at least 0, got NaN', () => adamW({ weightDecay: NaN })],
  ])('%s', (message, make) => {
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(message);
  });

  test('may be 0 where that makes sense', () => {
    expect(sgd({ learningRate: 0 }).settings).toEqual({ learningRate: 0, momentum: 0, weightDecay: 0 });
    expect(adam({ beta1: 0, beta2: 0, epsilon: 0 }).settings).toMatchObject({
      beta1: 0,
      beta2: 0,
      epsilon: 0,
    });
  });
});

test.each([0, -1, NaN, Infinity])('a penalty shared out over %s examples is refused', (size) => {
  const b = new GraphBuilder('penalty');
  const [loss, penalty] = [b.input('loss', 'float32', ['N']), b.input('penalty', 'float32', [])];
  expect(() => withPenalty(loss, penalty, size)).toThrow(ConfigurationError);
});

describe('a state to go on from', () => {
  const state = initialState(graph, options.optimiser);
  test.each<[string, Partial<TrainingState>]>([
    ['a slot that is too short', { slots: [state.slots[0]!, new Float32Array(3)] }],
    ['a loss for a step that was not done', { losses: new Float32Array(1) }],
    ['a step without its loss', { step: 1 }],
    ['a step that is no integer', { step: 0.5 }],
    ['a step before the first', { step: -1 }],
  ])('with %s is refused, whoever takes the steps', async (_fault, change) => {
    for (const workers of [0, 2]) {
      const run = train(graph, data(10), { ...options, shards: 2, workers, from: { ...state, ...change } });
      await expect(run).rejects.toThrow(ConfigurationError);
      await expect(run).rejects.toThrow(/state to go on from/);
    }
  });
});

test('noise that is fed has a row for each example', async () => {
  const name = graph.inputs.find(({ random }) => random !== undefined)!.name;
  const width = graph.inputs.find((input) => input.name === name)!.shape[1] as number;
  const fed = (rows: number): Promise<unknown> =>
    train(graph, { ...data(10), [name]: zeros('uint8', [rows, width]) }, options);
  await expect(fed(6)).rejects.toThrow(ShapeError);
  await expect(fed(6)).rejects.toThrow(`training data for input '${name}': expected 10 rows`);
  await expect(fed(10)).resolves.toMatchObject({ complete: true });
});
