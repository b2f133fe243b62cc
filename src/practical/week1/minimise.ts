/** The smallest value of a function, and where it is taken. */
export interface Minimum {
  readonly x: number;
  readonly value: number;
}

/** Points of the first scan; a minimum narrower than a step of it may be missed. */
const SCAN = 400;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The smallest value of a continuous function on [from, to]: a scan, then golden sections around its best
 * point, to about 1e-8 of where the minimum of a smooth function is (as near as its rounding allows).
 */
export function minimise(f: (x: number) => number, from: number, to: number): Minimum {
  const step = (to - from) / SCAN;
  let best: Minimum = { x: from, value: f(from) };
  for (let i = 1; i <= SCAN; i++) best = lower(best, { x: from + i * step, value: f(from + i * step) });

  let left = Math.max(from, best.x - step);
  let right = Math.min(to, best.x + step);
  let a = right - GOLDEN * (right - left);
  let b = left + GOLDEN * (right - left);
  let fa = f(a);
  let fb = f(b);
  while (right - left > 1e-9 * (Math.abs(left) + Math.abs(right) + step)) {
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
  return lower(best, fa <= fb ? { x: a, value: fa } : { x: b, value: fb });
}

function lower(a: Minimum, b: Minimum): Minimum {
  return b.value < a.value ? b : a;
}
