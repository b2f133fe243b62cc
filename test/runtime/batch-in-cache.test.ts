import { describe, expect, test } from 'vitest';
import { GraphBuilder, relu } from '#credence/graph/index';
import { batchInCache } from '#credence/runtime/batch-in-cache';

const graphOf = (shape: readonly number[]) => {
  const b = new GraphBuilder('images');
  return b.build({ out: relu(b.input('x', 'float32', ['N', ...shape])) });
};

describe('the batch that stays in the cache', () => {
  test.each([
    ['as many as two megabytes hold', [16, 32, 32], 32],
    ['the largest value decides', [16, 24, 24], 56],
    ['small examples: no more than 100', [3], 100],
    ['large examples: no fewer than 16', [64, 112, 112], 16],
  ])('%s', (_, shape, expected) => {
    expect(batchInCache(graphOf(shape))).toBe(expected);
  });
});
