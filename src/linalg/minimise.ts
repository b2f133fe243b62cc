/** The smallest value of a function, and where it is taken. */
export interface Minimum {
  readonly x: number;
  readonly value: number;
}

/** Values (n) of a function at n >= 2 ascending points: where the search begins. */
export interface Scan {
  readonly x: Float64Array;
  readonly values: Float64Array;
}

/** Steps of the first scan. */
const STEPS = 400;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The smallest value of a continuous function on [from, to]: a scan, then golden sections around its best point, to about
 * 1e-8 of where the minimum of a smooth function is (as near as its rounding allows). A minimum narrower than a step of the
 * scan may be missed.
 * @param scan values that are known already, from `from` to `to`; without it 401 are computed.
 */
export function minimise(
  f: (x: number) => number,
  from: number,
  to: number,
  scan: Scan = scanned(f, from, to),
): Minimum {
  let best = 0;
  for (let i = 1; i < scan.x.length; i++) if (scan.values[i]! < scan.values[best]!) best = i;
  let left = scan.x[Math.max(0, best - 1)]!;
  let right = scan.x[Math.min(scan.x.length - 1, best + 1)]!;
  const precision = 1e-9 * (Math.abs(left) + Math.abs(right) + (right - left) / 2);
  let a = right - GOLDEN * (right - left);
  let b = left + GOLDEN * (right - left);
  let fa = f(a);
  let fb = f(b);
  while (right - left > precision) {
    if (fa <= fb) {
      [right, b, fb] = [b, a, fa];
      a = right - GOLDEN * (right - left);
      fa = f(a);
    } else {
      [left, a, fa] = [a, b, fb];
      b = left + GOLDEN * (right - left);
      fb = f(b);
    }
  }
  const inner = fa <= fb ? { x: a, value: fa } : { x: b, value: fb };
  return inner.value < scan.values[best]! ? inner : { x: scan.x[best]!, value: scan.values[best]! };
}

function scanned(f: (x: number) => number, from: number, to: number): Scan {
  const x = Float64Array.from({ length: STEPS + 1 }, (_, i) => from + (i * (to - from)) / STEPS);
  return { x, values: x.map(f) };
}
