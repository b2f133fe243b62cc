import { describe, expect, it } from 'vitest';
import { ConfigurationError, DataError } from '#credence/errors/index';
import { compareOverSeeds, summarizeSeeds } from '#credence/metrics/index';
import { studentTQuantile } from '#credence/metrics/student-t';
import { fold, key, normal } from '#credence/random/index';

describe('studentTQuantile', () => {
  it('has the closed forms of 1 and 2 degrees of freedom', () => {
    for (const level of [0.01, 0.5, 0.9, 0.95, 0.999]) {
      const [one, two] = [Math.tan((Math.PI * level) / 2), level * Math.sqrt(2 / (1 - level ** 2))];
      // The cosine near pi / 2 magnifies a rounding of theta by 1 / (1 - level).
      expect(Math.abs(studentTQuantile(1, level) / one - 1)).toBeLessThan(1e-12);
      expect(Math.abs(studentTQuantile(2, level) / two - 1)).toBeLessThan(1e-12);
    }
  });

  it.each([
    // Printed tables of Student's distribution, two-sided 95 % and 99 %.
    [3, 3.182, 5.841],
    [4, 2.776, 4.604],
    [5, 2.571, 4.032],
    [9, 2.262, 3.25],
    [10, 2.228, 3.169],
    [30, 2.042, 2.75],
    [120, 1.98, 2.617],
  ])('of %i degrees of freedom agrees with the tables', (degrees, at95, at99) => {
    expect(Math.abs(studentTQuantile(degrees, 0.95) - at95)).toBeLessThanOrEqual(0.0005);
    expect(Math.abs(studentTQuantile(degrees, 0.99) - at99)).toBeLessThanOrEqual(0.0005);
  });

  it('tends to the normal', () => {
    // t = z + (z^3 + z) / (4 degrees) + O(degrees^-2).
    const z = 1.959964;
    expect(studentTQuantile(10_000, 0.95)).toBeCloseTo(z + (z ** 3 + z) / 40_000, 6);
  });
});

describe('summarizeSeeds', () => {
  it('by hand', () => {
    const { seeds, mean, standardDeviation, interval } = summarizeSeeds([1, 2, 3, 4, 5]);
    expect({ seeds, mean }).toEqual({ seeds: 5, mean: 3 });
    expect(standardDeviation).toBeCloseTo(Math.sqrt(2.5), 14);
    // 2.776445 x sqrt(2.5 / 5)
    expect(interval!.low).toBeCloseTo(3 - 1.963243, 6);
    expect(interval!.high).toBeCloseTo(3 + 1.963243, 6);
  });

  it('claims no interval from one seed', () => {
    const expected = { seeds: 1, mean: 0.4, standardDeviation: undefined, interval: undefined };
    expect(summarizeSeeds([0.4])).toEqual(expected);
  });

  it('covers a normal mean at its level', () => {
    // Exact for normal values: Binomial(2000, 0.9), sd 13.4; 1800 +- 4 sd has a false-alarm rate of 6e-5.
    let covered = 0;
    for (let d = 0; d < 2000; d++) {
      const { low, high } = summarizeSeeds(normal(fold(key(1), d), 5), { level: 0.9 }).interval!;
      if (low <= 0 && 0 <= high) covered++;
    }
    expect(Math.abs(covered - 1800)).toBeLessThan(54);
  });

  it('refuses bad input', () => {
    expect(() => summarizeSeeds([])).toThrow(DataError);
    expect(() => summarizeSeeds([1, NaN])).toThrow(/finite numbers, got NaN \(element 1\)/);
    expect(() => summarizeSeeds([1, Infinity])).toThrow(DataError);
    expect(() => summarizeSeeds([1], { level: 0 })).toThrow(ConfigurationError);
  });
});

describe('compareOverSeeds', () => {
  // Average precision of errors for the five seeds of the reference implementation.
  const results = {
    ConfidNet: [0.458, 0.483, 0.411, 0.59, 0.457],
    MCP: [0.343, 0.404, 0.389, 0.452, 0.393],
    'MC dropout': [0.342, 0.33, 0.403, 0.457, 0.315],
  };
  const order = ['ConfidNet', 'MCP', 'MC dropout'];

  it('counts each pair and the whole order', () => {
    const { pairs, ...whole } = compareOverSeeds(results, { order });
    expect(whole).toEqual({ order, seeds: 5, wholeOrder: 3 });
    expect(
      pairs.map(({ first, second, wins, ties, losses }) => ({ first, second, wins, ties, losses })),
    ).toEqual([
      { first: 'ConfidNet', second: 'MCP', wins: 5, ties: 0, losses: 0 },
      { first: 'ConfidNet', second: 'MC dropout', wins: 5, ties: 0, losses: 0 },
      { first: 'MCP', second: 'MC dropout', wins: 3, ties: 0, losses: 2 },
    ]);
    expect(pairs[0]!.difference.mean).toBeCloseTo((0.115 + 0.079 + 0.022 + 0.138 + 0.064) / 5, 12);
  });

  it('counts the other way where smaller is better', () => {
    const { pairs, wholeOrder } = compareOverSeeds(results, {
      order: ['MC dropout', 'MCP', 'ConfidNet'],
      largerIsBetter: false,
    });
    expect(wholeOrder).toBe(3);
    expect(pairs[0]).toMatchObject({ first: 'MC dropout', second: 'MCP', wins: 3, losses: 2 });
  });

  it('a tie holds for nobody', () => {
    const { pairs, wholeOrder } = compareOverSeeds({ a: [1, 2], b: [1, 1] }, { order: ['a', 'b'] });
    expect(pairs[0]).toMatchObject({ wins: 1, ties: 1, losses: 0 });
    expect(wholeOrder).toBe(1);
  });

  it('works with one seed', () => {
    const { pairs, wholeOrder } = compareOverSeeds({ a: [2], b: [1] }, { order: ['a', 'b'] });
    expect(wholeOrder).toBe(1);
    expect(pairs[0]!.difference).toMatchObject({ mean: 1, interval: undefined });
  });

  it('refuses bad input', () => {
    const run = (of: typeof results | object, names: readonly string[]) => (): unknown =>
      compareOverSeeds(of as typeof results, { order: names });
    expect(run(results, ['MCP', 'Confidnets'])).toThrow(/got 'Confidnets'; did you mean 'ConfidNet'\?/);
    expect(run(results, ['toString', 'MCP'])).toThrow(ConfigurationError);
    expect(run(results, ['MCP'])).toThrow(ConfigurationError);
    expect(run(results, ['MCP', 'MCP'])).toThrow(/two different names, got MCP > MCP/);
    expect(run({ a: [1, 2], b: [1] }, ['a', 'b'])).toThrow(
      /results of 'b': expected 2 seeds as for 'a', got 1/,
    );
    expect(run({ a: [], b: [] }, ['a', 'b'])).toThrow(DataError);
    expect(run({ a: [NaN], b: [1] }, ['a', 'b'])).toThrow(/results of 'a'.*NaN/);
  });
});
