import { describe, expect, test } from 'vitest';
import { isCrowded } from '../../bench/contention.js';
import { parseCores, spreadOverCores } from '../../bench/cores.js';
import { threadCounts } from '../../bench/suites/scaling.js';

describe('parseCores', () => {
  test.each([
    ['0', [0]],
    ['0-3', [0, 1, 2, 3]],
    ['0-1,4,6-7', [0, 1, 4, 6, 7]],
    ['', []],
  ])('%s', (list, cores) => {
    expect(parseCores(list)).toEqual(cores);
  });
});

describe('spreadOverCores', () => {
  test('a core has its second hyperthread only when each has had its first', () => {
    const neighbours = (processor: number): number[] => [processor & ~1, processor | 1];
    expect(spreadOverCores([0, 1, 2, 3, 4, 5], neighbours)).toEqual([0, 2, 4, 1, 3, 5]);
  });

  test('a hyperthread whose sibling is not ours comes first', () => {
    const halves = (processor: number): number[] => [processor % 4, (processor % 4) + 4];
    expect(spreadOverCores([1, 4, 5, 6], halves)).toEqual([1, 4, 6, 5]);
  });
});

describe('isCrowded', () => {
  test('when others leave fewer cores than there are threads', () => {
    expect(isCrowded(0, 2, 2)).toBe(false);
    expect(isCrowded(0.05, 2, 2)).toBe(false);
    expect(isCrowded(0.5, 2, 2)).toBe(true);
    expect(isCrowded(0.5, 2, 4)).toBe(false);
  });

  test('is not claimed where nothing is known', () => {
    expect(isCrowded(NaN, 2, 2)).toBe(false);
  });
});

describe('threadCounts', () => {
  test.each([
    [1, [1]],
    [2, [1, 2]],
    [6, [1, 2, 4, 6]],
    [16, [1, 2, 4, 8, 16]],
  ])('%i cores', (cores, counts) => {
    expect(threadCounts(cores)).toEqual(counts);
  });
});
