import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { minimise } from '#credence/linalg/index';

describe('minimise', () => {
  // f's rounding, 2^-52 (1 + v), hides displacements of up to its root.
  it('finds the vertex of a parabola', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -9, max: 9, noNaN: true }),
        fc.double({ min: 0.01, max: 10, noNaN: true }),
        (vertex, a) => {
          const { x, value } = minimise((at) => 1 + a * (at - vertex) ** 2, -10, 10);
          expect(Math.abs(x - vertex)).toBeLessThan(4 * Math.sqrt(2 ** -52 / a) + 1e-7);
          expect(value).toBeCloseTo(1, 14);
        },
      ),
    );
  });

  it('finds the lower one of two minima, and minima at the ends', () => {
    const { x } = minimise((at) => (at * at - 4) ** 2 + at, -5, 5);
    expect(Math.abs(x + 2.03)).toBeLessThan(1e-3);
    expect(minimise((at) => at, -1, 2)).toEqual({ x: -1, value: -1 });
    expect(minimise((at) => -at, -1, 2)).toEqual({ x: 2, value: -2 });
    expect(minimise(() => 3, -1, 2).value).toBe(3);
  });

  it('begins where values that are known are least', () => {
    const x = Float64Array.of(0, 1, 2, 3, 4);
    const f = (at: number): number => Math.cos(2 * at);
    let calls = 0;
    const found = minimise((at) => (calls++, f(at)), 0, 4, { x, values: x.map(f) });
    // Two minima, pi / 2 and 3 pi / 2 (outside): between the neighbours of 2.
    expect(Math.abs(found.x - Math.PI / 2)).toBeLessThan(1e-7);
    // Golden sections from a width of 2 to 1e-9 of about 6.
    expect(calls).toBeLessThanOrEqual(2 + Math.ceil(Math.log(2 / 4e-9) / Math.log(1.618)));
  });
});
