import { describe, expect, test } from 'vitest';
import { agreement, TOLERANCE, VARIANCE_TOLERANCE } from '../../bench/browser/agreement.js';
import { candidates } from '../../bench/browser/contenders.js';
import { batchOf, meanVariance, oneHot } from '../../bench/browser/values.js';

const NO_GRAPHICS = { webgpu: undefined, webgl: undefined };
const CHECKED = { mlpLosses: [0.7, 0.6], convnetLosses: [2.3], logits: [1, -1], passVariance: 0.01 };

describe('agreement', () => {
  test('holds for the same numbers, and for what one of the two did not compute', () => {
    expect(agreement(CHECKED, CHECKED).holds).toBe(true);
    expect(agreement({ convnetLosses: [2.3] }, CHECKED)).toMatchObject({ convnetLosses: 0, holds: true });
  });

  test.each([
    { ...CHECKED, mlpLosses: [0.7, 0.6 + 2 * TOLERANCE] },
    { ...CHECKED, convnetLosses: [NaN] },
    { ...CHECKED, logits: [1] },
    { ...CHECKED, passVariance: 0.01 * (1 - 2 * VARIANCE_TOLERANCE) },
    // Dropout that was left inactive.
    { ...CHECKED, passVariance: 0 },
  ])('fails when one thing differs: %o', (own) => {
    expect(agreement(own, CHECKED).holds).toBe(false);
  });
});

describe('candidates', () => {
  test('without a graphics card the peers train on what they have, and the reference comes first', () => {
    const all = candidates(2, NO_GRAPHICS, true);
    expect(all[0]).toMatchObject({ page: 'credence', threads: 1, isolated: false });
    expect(all.filter(({ backend }) => backend.startsWith('webg'))).toEqual([]);
    expect(all.filter(({ backend }) => backend === 'cpu').map(({ tasks }) => tasks)).toEqual([
      ['convnet-step'],
    ]);
  });

  test('with one every library is measured on it', () => {
    const all = candidates(2, { webgpu: 'a card', webgl: 'a card' }, true);
    const onCard = all.filter(({ backend }) => backend.startsWith('webg')).map(({ page }) => page);
    expect(onCard).toEqual(['credence', 'tensorflow', 'jax']);
  });

  test('Credence is measured alone where the peers are not installed', () => {
    expect(new Set(candidates(2, NO_GRAPHICS, false).map(({ page }) => page))).toEqual(new Set(['credence']));
  });
});

test('the batches of an epoch have every digit once', () => {
  const all = Array.from({ length: 10 }, (_, step) => batchOf(step, 100, 1000)).flat();
  expect(new Set(all).size).toBe(1000);
  expect(batchOf(0, 100, 1000)).not.toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test('variance over passes, with n - 1', () => {
  expect(
    meanVariance([
      [0, 1],
      [2, 1],
    ]),
  ).toBe(1);
});

test('labels as zeros and ones', () => {
  expect([...oneHot([1, 0], 2)]).toEqual([0, 1, 1, 0]);
});
