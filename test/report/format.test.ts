import { describe, expect, it } from 'vitest';
import { formatBytes, formatNumber, formatSeconds } from '#credence/report/index';

describe('formatNumber', () => {
  it.each([
    [0.0832345, '0.08323'],
    [0.08, '0.08'],
    [-0.5, '−0.5'],
    [10_000, '10,000'],
    [-1_234_567, '−1,234,567'],
    [9999, '9999'],
    [65558.4, '65560'],
    [1.5e-9, '1.5e-9'],
    [1e9 + 0.5, '1e9'],
    [0, '0'],
    [0.99999, '1.000'],
    [1 - 1e-16, '1'],
    [12.0003, '12.00'],
    [-2.00001, '−2.000'],
    [3 + 1e-15, '3'],
    [1e-20, '1e-20'],
    [NaN, 'not a number'],
    [Infinity, 'infinite'],
    [-Infinity, '−infinite'],
  ])('%d is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe('formatSeconds', () => {
  it.each([
    [0.0004, '0 ms'],
    [0.84, '840 ms'],
    [12.34, '12.3 s'],
    [59.96, '1 min 00 s'],
    [185, '3 min 05 s'],
    [3720, '1 h 02 min'],
    [NaN, 'not a number'],
  ])('%d s is %s', (value, text) => {
    expect(formatSeconds(value)).toBe(text);
  });
});

describe('formatBytes', () => {
  it.each([
    [940, '940 B'],
    [12_345, '12 kB'],
    [999_600, '1.0 MB'],
    [1_340_000, '1.3 MB'],
  ])('%d is %s', (value, text) => {
    expect(formatBytes(value)).toBe(text);
  });
});
