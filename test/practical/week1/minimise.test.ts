import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { minimise } from '#credence/practical/week1/minimise';

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
});
