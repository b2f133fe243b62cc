/** The reflection H = I - v v' / |v_1| that takes a vector to a multiple of the first unit vector. */
export interface Reflection {
  /**
   * The vector over its length, less or plus the first unit vector (the sign that adds up): v'v = 2 |v_1|.
   */
  readonly v: Float64Array;
  /** What the first element becomes: the vector's length, its sign opposite to the first element's. */
  readonly image: number;
}

/** Of a vector x; undefined where x is 0. Neither overflows nor loses digits for any size of x. */
export function reflectionOf(x: Float64Array): Reflection | undefined {
  const largest = maximum(x);
  if (largest === 0) return undefined;
  // Two divisions: the length itself may be subnormal, with too few digits to make a unit vector of.
  const v = x.map((value) => value / largest);
  const length = Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
  for (let i = 0; i < v.length; i++) v[i]! /= length;
  const sign = v[0]! > 0 ? -1 : 1;
  v[0]! -= sign;
  return { v, image: sign * largest * length };
}

/** H x, in place, on x's elements from `start`. */
export function reflect(x: Float64Array, v: Float64Array, start: number): void {
  let product = 0;
  for (let i = 0; i < v.length; i++) product += v[i]! * x[start + i]!;
  const scale = product / Math.abs(v[0]!);
  for (let i = 0; i < v.length; i++) x[start + i]! -= scale * v[i]!;
}

/** The largest magnitude; 0 of nothing. */
export function maximum(x: Float64Array): number {
  let largest = 0;
  for (const value of x) largest = Math.max(largest, Math.abs(value));
  return largest;
}
