import type { Numbers } from './figure.js';

export interface Polyline {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/**
 * The fewest of a polyline's points, found greedily, so that no point that is left out lies further than `tolerance` from
 * the line that stays. The ends stay. Both axes should have one scale.
 *
 * Source: Ramer, 1972; Douglas & Peucker, 1973.
 */
export function simplify(x: Numbers, y: Numbers, tolerance: number): Polyline {
  const keep = new Uint8Array(x.length);
  keep[0] = 1;
  keep[x.length - 1] = 1;
  const open: [number, number][] = [[0, x.length - 1]];
  for (let segment = open.pop(); segment !== undefined; segment = open.pop()) {
    const [from, to] = segment;
    let worst = tolerance;
    let at = -1;
    for (let i = from + 1; i < to; i++) {
      const distance = distanceToSegment(x, y, i, from, to);
      if (distance > worst) [worst, at] = [distance, i];
    }
    if (at < 0) continue;
    keep[at] = 1;
    open.push([from, at], [at, to]);
  }
  const indices = Array.from(keep, (_, i) => i).filter((i) => keep[i] === 1);
  return { x: indices.map((i) => x[i]!), y: indices.map((i) => y[i]!) };
}

function distanceToSegment(x: Numbers, y: Numbers, i: number, from: number, to: number): number {
  const dx = x[to]! - x[from]!;
  const dy = y[to]! - y[from]!;
  const length = dx * dx + dy * dy;
  const px = x[i]! - x[from]!;
  const py = y[i]! - y[from]!;
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
  return Math.hypot(px - share * dx, py - share * dy);
}
