import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { bernoulli, fold, key, normal, permutation, uniform, uniformInteger } from '#credence/random/index';

// Not known answers of anyone else: a change here changes every trained model and breaks the resuming of checkpoints.
test.each([
  ['bernoulli', bernoulli(key(1), 0.8, 10, 100), 'fd97447abce17087'],
  ['fold', Uint32Array.from(fold(key(1), 'order', 3)), 'e27f66744c4837b1'],
  ['normal', Float32Array.from(normal(key(1), 1000)), 'dfb7610e8eee0736'],
  ['permutation', permutation(key(1), 1000), '4bffd6b5fa159dd0'],
  ['uniform', uniform(key(1), 1000), '45930502b6b00855'],
  ['uniformInteger', uniformInteger(key(1), 1000, 1000), 'e4cc4512df327592'],
] as const)('%s keeps its bytes', (_name, values, expected) => {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  expect(createHash('sha256').update(bytes).digest('hex').slice(0, 16)).toBe(expected);
});
