/** The middle of the values; the mean of the two middle ones of an even number. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** NaN throughout of no values. */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) return { median: NaN, min: NaN, max: NaN };
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * How many times faster `ours` is than `peer`, pair by pair: each pair was measured one after the other, so that what slows
 * the machine down for a while slows both.
 */
export function pairedRatios(ours: readonly number[], peer: readonly number[]): number[] {
  return ours.slice(0, peer.length).map((seconds, i) => peer[i]! / seconds);
}

/** What a training of several epochs says of one: the first of them begins with what is done once. */
export function steadyEpoch(
  epochs: readonly number[],
  encoding = 0,
): { readonly seconds: number; readonly startUp: number } {
  const seconds = median(epochs.length > 1 ? epochs.slice(1) : epochs);
  const once = epochs.reduce((sum, epoch) => sum + epoch, 0) - epochs.length * seconds;
  // Below 0 by the noise of a start-up that takes no time.
  return { seconds, startUp: encoding + Math.max(0, once) };
}
