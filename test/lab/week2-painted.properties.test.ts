import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MOST_POINTS } from '../../lab/src/week2/limits.js';
import { painted, rounded } from '../../lab/src/week2/painted.js';

const parameter = painted();
const share = fc.double({ min: 0, max: 1, noNaN: true });
const point = fc.tuple(share, share, fc.constantFrom(0, 1));

test('what is rounded is given back as it was, four letters a point', () => {
  fc.assert(
    fc.property(fc.array(point, { maxLength: 50 }), (points) => {
      const own = points.map(([u, v, label]) => [rounded(u), rounded(v), label] as const);
      const text = parameter.encode(own);
      expect(text).toMatch(/^[\w-]*$/);
      expect(text).toHaveLength(4 * own.length);
      expect(parameter.decode(text)).toEqual(own);
    }),
  );
});

test('rounding moves a place by at most half of 1 / 2047, and nothing out of the map', () => {
  fc.assert(
    fc.property(share, (u) => {
      expect(Math.abs(rounded(u) - u)).toBeLessThanOrEqual(0.5 / 2047 + Number.EPSILON);
    }),
  );
  expect([rounded(-3), rounded(7)]).toEqual([0, 1]);
});

test('any other text is no list of points, or one within the map', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      for (const [u, v, label] of parameter.decode(text) ?? []) {
        expect(Math.min(u, v)).toBeGreaterThanOrEqual(0);
        expect(Math.max(u, v)).toBeLessThanOrEqual(1);
        expect([0, 1]).toContain(label);
      }
    }),
  );
  expect(parameter.decode('AAA')).toBeUndefined();
  expect(parameter.decode('AA!A')).toBeUndefined();
  // The topmost bit has no meaning.
  expect(parameter.decode('gAAA')).toBeUndefined();
  expect(parameter.decode('A'.repeat(4 * MOST_POINTS + 4))).toBeUndefined();
});
