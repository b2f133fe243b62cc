import type { Rays } from '../rays.js';

/** Largest less smallest value of each row of a matrix with so many columns. */
export function ranges(values: Float64Array, columns: number): number[] {
  return Array.from({ length: values.length / columns }, (_, row) => {
    const own = values.subarray(row * columns, (row + 1) * columns);
    return Math.max(...own) - Math.min(...own);
  });
}

/** The values at the largest radius, by direction. */
export function farthest(values: Float64Array, { radii, angles }: Rays): Float64Array {
  return Float64Array.from(angles, (_, i) => values[(i + 1) * radii.length - 1]!);
}

/**
 * The largest difference between means of draws far away and their limits, and whether all are within what is
 * allowed.
 */
export function distanceToLimits(
  means: Float64Array,
  limits: Float64Array,
  samples: number,
): { readonly largest: number; readonly within: boolean } {
  const differences = limits.map((limit, i) => Math.abs(limit - means[i]!));
  const within = differences.every((difference, i) => difference < allowedError(limits[i]!, samples));
  return { largest: Math.max(...differences), within };
}

/**
 * Five standard errors of the mean of draws with mean p, of [0, 1], and three draws where p is so small that
 * none or few are expected; 1e-4 for what is left of 1 / distance. False-alarm rate below 1e-6.
 */
export function allowedError(p: number, samples: number): number {
  return 5 * Math.sqrt((p * (1 - p)) / samples) + 3 / samples + 1e-4;
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
