import type { Checked } from './program.js';

/**
 * How far losses (nats) and logits may lie apart. Rounding moves a sum of 1,050 terms by 1e-5 of its size, five steps of Adam at
 * 0.001 by a little more; a wrong gradient of one layer moves the loss by 1e-2 in these steps.
 */
export const TOLERANCE = 1e-3;
/**
 * Of the variance over passes, as a share of it. Its estimate from 20 passes over 200 or more digits has a standard error of at
 * most sqrt(2 / 19 / 200) = 2.3 % where the digits' masks are independent; this is more than six of them.
 */
export const VARIANCE_TOLERANCE = 0.15;

export interface Agreement {
  readonly mlpLosses: number;
  readonly convnetLosses: number;
  readonly logits: number;
  /** Relative. */
  readonly passVariance: number;
  readonly holds: boolean;
}

/** The largest differences between what two programs computed from the same numbers. */
export function agreement(own: Checked, reference: Checked): Agreement {
  const distance = (name: 'mlpLosses' | 'convnetLosses' | 'logits'): number => {
    const [a, b] = [own[name], reference[name]];
    if (a.length !== b.length) return Infinity;
    return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
  };
  const differences = {
    mlpLosses: distance('mlpLosses'),
    convnetLosses: distance('convnetLosses'),
    logits: distance('logits'),
    passVariance: Math.abs(own.passVariance / reference.passVariance - 1),
  };
  const { passVariance, ...others } = differences;
  // NaN is within no tolerance.
  const holds =
    Object.values(others).every((value) => value <= TOLERANCE) && passVariance <= VARIANCE_TOLERANCE;
  return { ...differences, holds };
}
