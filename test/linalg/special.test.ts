import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { erf, erfc, log1pExp, logSumExp, normalCdf, normalQuantile, sigmoid } from '#credence/linalg/index';
import { exactErf, exactErfc, toNumber } from './exact.js';

const EPSILON = 2 ** -52;
const relative = (computed: number, exact: number): number =>
  exact === 0 ? Math.abs(computed) : Math.abs(computed / exact - 1);

describe('erf and erfc', () => {
  const points = [
    ...Array.from({ length: 60 }, (_, k) => 0.09375 * (k + 1) + 1 / 1024),
    0.46875,
    0.468750001,
    4,
    4.000001,
    1e-8,
    2 ** -60,
    1.1,
    Math.PI,
  ];

  it('agree with their Taylor series in exact arithmetic to a few units in the last place', () => {
    for (const x of points) {
      expect(relative(erf(x), toNumber(exactErf(x))), `erf(${x})`).toBeLessThan(4 * EPSILON);
      expect(relative(erfc(x), toNumber(exactErfc(x))), `erfc(${x})`).toBeLessThan(8 * EPSILON);
      expect(relative(erfc(-x), toNumber(exactErfc(-x))), `erfc(${-x})`).toBeLessThan(4 * EPSILON);
    }
    for (const x of [8, 12.3, 20.7, 26])
      expect(relative(erfc(x), toNumber(exactErfc(x)))).toBeLessThan(8 * EPSILON);
  });

  it('have their values at the ends', () => {
    expect([erf(0), erf(Infinity), erf(-Infinity), erf(100)]).toEqual([0, 1, -1, 1]);
    expect([erfc(0), erfc(Infinity), erfc(-Infinity), erfc(30)]).toEqual([1, 0, 2, 0]);
    expect(Object.is(erf(-0), -0)).toBe(true);
    expect([erf(NaN), erfc(NaN)]).toEqual([NaN, NaN]);
  });

  it('are odd, complementary and bounded', () => {
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), (x) => {
        expect(erf(-x)).toBe(-erf(x));
        expect(Math.abs(erf(x) + erfc(x) - 1)).toBeLessThan(4 * EPSILON);
        expect(Math.abs(erf(x))).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('normalCdf and normalQuantile', () => {
  it('agree with exact arithmetic in both tails', () => {
    // z = x sqrt(2) is not representable, so the oracle takes Phi(z) = erfc(-z / sqrt 2) / 2 with z^2 / 2
    // rational: see exact.ts.
    for (const z of [-37, -20.3, -10, -5.5, -3, -1.7, -0.66, -0.1, 0, 0.3, 0.7, 1, 1.96, 3, 6]) {
      const exact = toNumber(exactErfc(-z, 2)) / 2;
      expect(relative(normalCdf(z), exact), `Phi(${z})`).toBeLessThan(8 * EPSILON);
    }
  });

  it('have their values at the ends', () => {
    expect([normalCdf(0), normalCdf(Infinity), normalCdf(-Infinity), normalCdf(NaN)]).toEqual([
      0.5,
      1,
      0,
      NaN,
    ]);
    expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([-Infinity, 0, Infinity]);
    expect([normalQuantile(-0.1), normalQuantile(1.1), normalQuantile(NaN)]).toEqual([NaN, NaN, NaN]);
  });

  // Published: Wichura, algorithm AS 241, 1988 (test values), and the 97.5 % quantile of every table.
  it('give the published quantiles', () => {
    expect(relative(normalQuantile(0.25), -0.6744897501960817)).toBeLessThan(4 * EPSILON);
    expect(relative(normalQuantile(0.001), -3.090232306167814)).toBeLessThan(4 * EPSILON);
    expect(relative(normalQuantile(1e-20), -9.262340089798408)).toBeLessThan(4 * EPSILON);
    expect(relative(normalQuantile(0.975), 1.959963984540054)).toBeLessThan(4 * EPSILON);
  });

  it('are inverse to each other', () => {
    const probability = fc.oneof(
      fc.double({ min: 0, max: 0.5, minExcluded: true, noNaN: true }),
      fc.integer({ min: -1000, max: -1 }).map((exponent) => 2 ** exponent),
    );
    fc.assert(
      fc.property(probability, (p) => {
        fc.pre(p > 1e-300);
        const z = normalQuantile(p);
        // A rounding error of z is a relative one of z^2 eps in the tail's probability.
        expect(relative(normalCdf(z), p)).toBeLessThan((8 + 2 * z * z) * EPSILON);
      }),
      { numRuns: 500 },
    );
  });

  it('are symmetric', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 20 - 1 }), (k) => {
        // 1 - p is exact for these.
        expect(normalQuantile(1 - k / 2 ** 20) + normalQuantile(k / 2 ** 20)).toBe(0);
        expect(normalCdf(k / 1e5) + normalCdf(-k / 1e5)).toBeCloseTo(1, 15);
      }),
    );
  });
});

describe('logSumExp, sigmoid, log1pExp', () => {
  const numbers = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 20 });

  it('sum exponentials as the definition does where that does not overflow', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: -1e6, max: 1e6, noNaN: true }), (values, shift) => {
        const naive = Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0));
        expect(Math.abs(logSumExp(values) - naive)).toBeLessThan(50 * 4 * EPSILON);
        const shifted = logSumExp(values.map((value) => value + shift));
        expect(Math.abs(shifted - shift - logSumExp(values))).toBeLessThan(
          4 * (Math.abs(shift) + 50) * EPSILON,
        );
        expect(logSumExp([...values].reverse())).toBeCloseTo(logSumExp(values), 12);
      }),
    );
  });

  it('stand infinities, nothing and NaN', () => {
    expect(logSumExp([])).toBe(-Infinity);
    expect(logSumExp([-Infinity, -Infinity])).toBe(-Infinity);
    expect(logSumExp([1, Infinity])).toBe(Infinity);
    expect(logSumExp([Infinity, NaN])).toBe(NaN);
    expect(logSumExp([1000, 1000])).toBe(1000 + Math.LN2);
    expect(logSumExp(Float64Array.of(-1e4, -Infinity))).toBe(-1e4);
  });

  it('keep the tails of the sigmoid', () => {
    expect([sigmoid(0), sigmoid(Infinity), sigmoid(-Infinity), sigmoid(NaN)]).toEqual([0.5, 1, 0, NaN]);
    expect(relative(sigmoid(-700), Math.exp(-700))).toBeLessThan(4 * EPSILON);
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        expect(Math.abs(sigmoid(x) + sigmoid(-x) - 1)).toBeLessThan(2 * EPSILON);
        // -log sigmoid(-x) = log1pExp(x).
        expect(relative(-Math.log(sigmoid(-x)), log1pExp(x))).toBeLessThan(x < -1 ? Infinity : 16 * EPSILON);
        expect(Math.abs(log1pExp(x) - log1pExp(-x) - x)).toBeLessThan(4 * (1 + Math.abs(x)) * EPSILON);
      }),
    );
  });

  it('keep the tails of the softplus', () => {
    expect([log1pExp(0), log1pExp(1e300), log1pExp(-Infinity), log1pExp(Infinity)]).toEqual([
      Math.LN2,
      1e300,
      0,
      Infinity,
    ]);
    expect(relative(log1pExp(-700), Math.exp(-700))).toBeLessThan(4 * EPSILON);
    expect(relative(log1pExp(-40), Math.exp(-40))).toBeLessThan(4 * EPSILON);
    expect(log1pExp(NaN)).toBe(NaN);
  });
});
