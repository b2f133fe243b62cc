import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { median, pairedRatios, spread, steadyEpoch } from '../../bench/statistics.js';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('median', () => {
  test('half of the values are on each side of it', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1 }), (values) => {
        const middle = median(values);
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });

  test('is the mean of the two middle ones of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  test('there is none of no values', () => {
    expect(median([])).toBeNaN();
    expect(spread([])).toEqual({ median: NaN, min: NaN, max: NaN });
  });
});

describe('pairedRatios', () => {
  test('above 1 where ours took less', () => {
    expect(pairedRatios([1, 2], [2, 1])).toEqual([2, 0.5]);
  });

  test('a run without its partner makes no pair', () => {
    expect(pairedRatios([1, 2], [2])).toEqual([2]);
    expect(pairedRatios([1, 2], [])).toEqual([]);
  });
});

describe('steadyEpoch', () => {
  test('what the first epoch takes longer is the start', () => {
    expect(steadyEpoch([7, 4])).toEqual({ seconds: 4, startUp: 3 });
    expect(steadyEpoch([7, 4, 4], 2)).toEqual({ seconds: 4, startUp: 5 });
  });

  test('of one epoch nothing is told apart', () => {
    expect(steadyEpoch([7])).toEqual({ seconds: 7, startUp: 0 });
  });

  test('epochs and start-up make the time that passed', () => {
    const epochs = fc.array(fc.double({ min: 1, max: 2, noNaN: true }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(epochs, fc.double({ min: 10, max: 20, noNaN: true }), (rest, first) => {
        const { seconds, startUp } = steadyEpoch([first, ...rest]);
        const total = first + rest.reduce((sum, epoch) => sum + epoch, 0);
        // Sums of at most 7 numbers below 20.
        expect(startUp + seconds * (rest.length + 1)).toBeCloseTo(total, 10);
      }),
    );
  });
});
