const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The smallest value of a smooth function, to about 1e-8 of where it is taken: golden sections around the smallest of its values on
 * a grid. A minimum narrower than the grid's steps may be missed.
 */
export function minimise(
  f: (x: number) => number,
  grid: Float64Array,
  values: Float64Array,
): { readonly x: number; readonly value: number } {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! < values[best]!) best = i;
  let left = grid[Math.max(0, best - 1)]!;
  let right = grid[Math.min(grid.length - 1, best + 1)]!;
  const precision = 1e-9 * (right - left + Math.abs(left) + Math.abs(right));
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
  return values[best]! < inner.value ? { x: grid[best]!, value: values[best]! } : inner;
}
