import { toReference } from '../graph/index.js';
import type { Tensor } from '../tensor/index.js';

/** How one output compares with what it should be. */
export interface Comparison {
  /** Whether all elements are equal, NaN to NaN. */
  readonly identical: boolean;
  /** The largest difference; infinite where only one of the two is finite, or the shapes differ. */
  readonly difference: number;
  /** The largest difference that passes. */
  readonly tolerance: number;
  readonly passed: boolean;
}

/**
 * Compares an output with what it should be. Passes within `relative` times the largest finite magnitude of
 * what it should be, or within `least`.
 */
export function compareOutputs(
  actual: Tensor | undefined,
  expected: Tensor,
  relative: number,
  least: number = 0,
): Comparison {
  const fits =
    actual !== undefined && actual.dtype === expected.dtype && actual.shape.join() === expected.shape.join();
  if (!fits) return { identical: false, difference: Infinity, tolerance: 0, passed: false };
  const [got, wanted] = [toReference(actual).data, toReference(expected).data];
  let [largest, difference] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    const [a, b] = [got[i]!, wanted[i]!];
    if (Number.isFinite(b)) largest = Math.max(largest, Math.abs(b));
    if (Object.is(a, b) || a === b) continue;
    const own = Math.abs(a - b);
    difference = Math.max(difference, Number.isNaN(own) ? Infinity : own);
  }
  const tolerance = Math.max(relative * largest, least);
  return { identical: difference === 0, difference, tolerance, passed: difference <= tolerance };
}
