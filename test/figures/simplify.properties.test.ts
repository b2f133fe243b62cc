import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simplify } from '#credence/figures/simplify';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const polyline = fc.array(fc.tuple(unit, unit), { minLength: 1, maxLength: 60 });

/** The distance of a point to the segment between two others, by looking at many points of it. */
function sampledDistance(
  point: readonly [number, number],
  a: readonly number[],
  b: readonly number[],
): number {
  let least = Infinity;
  for (let t = 0; t <= 1; t += 1 / 256) {
    least = Math.min(
      least,
      Math.hypot(a[0]! + t * (b[0]! - a[0]!) - point[0], a[1]! + t * (b[1]! - a[1]!) - point[1]),
    );
  }
  return least;
}

describe('simplify', () => {
  it('keeps the ends, keeps points in order, and leaves out none that is further off than the tolerance', () => {
    fc.assert(
      fc.property(polyline, fc.double({ min: 0, max: 0.3, noNaN: true }), (points, tolerance) => {
        const kept = simplify(
          points.map(([x]) => x),
          points.map(([, y]) => y),
          tolerance,
        );
        const ends = [points[0], points.at(-1)];
        expect([
          [kept.x[0], kept.y[0]],
          [kept.x.at(-1), kept.y.at(-1)],
        ]).toEqual(ends);
        // Every point is near the segment between the kept points around it.
        let next = 0;
        let before = [kept.x[0]!, kept.y[0]!];
        for (const point of points) {
          if (point[0] === kept.x[next] && point[1] === kept.y[next]) {
            before = [...point];
            next = Math.min(next + 1, kept.x.length - 1);
            continue;
          }
          const after = [kept.x[next]!, kept.y[next]!];
          const spacing = Math.hypot(after[0]! - before[0]!, after[1]! - before[1]!) / 256;
          expect(sampledDistance(point, before, after)).toBeLessThanOrEqual(tolerance + spacing);
        }
        expect(next).toBe(kept.x.length - 1);
      }),
    );
  });

  it('keeps the two ends of a straight line, and every corner of a staircase', () => {
    const line = Array.from({ length: 1000 }, (_, i) => i / 999);
    expect(simplify(line, line, 1e-9).x).toEqual([0, 1]);
    const x = [0, 0.5, 0.5, 1];
    const y = [1, 1, 0.4, 0.4];
    expect(simplify(x, y, 1e-3)).toEqual({ x, y });
  });
});
