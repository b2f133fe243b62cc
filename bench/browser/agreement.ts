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
  /** Undefined where one of the two did not compute it. */
  readonly mlpLosses: number | undefined;
  readonly convnetLosses: number | undefined;
  readonly logits: number | undefined;
  /** Relative. */
  readonly passVariance: number | undefined;
  readonly holds: boolean;
}

/** The largest differences between what two programs computed from the same numbers. */
export function agreement(own: Checked, reference: Checked): Agreement {
  const distance = (name: 'mlpLosses' | 'convnetLosses' | 'logits'): number | undefined => {
    const [a, b] = [own[name], reference[name]];
    if (a === undefined || b === undefined) return undefined;
    if (a.length !== b.length) return Infinity;
    return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
  };
  const [mlpLosses, convnetLosses, logits] = [
    distance('mlpLosses'),
    distance('convnetLosses'),
    distance('logits'),
  ];
  const passVariance =
    own.passVariance === undefined || reference.passVariance === undefined
      ? undefined
      : Math.abs(own.passVariance / reference.passVariance - 1);
  // NaN is within no tolerance.
  const within = (value: number | undefined, tolerance: number): boolean =>
    value === undefined || value <= tolerance;
  const holds =
    [mlpLosses, convnetLosses, logits].every((value) => within(value, TOLERANCE)) &&
    within(passVariance, VARIANCE_TOLERANCE);
  return { mlpLosses, convnetLosses, logits, passVariance, holds };
}
