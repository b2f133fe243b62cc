/** A map from [0, 1] to sRGB bytes. The same in both themes: it is a code to be read, not decoration. */
export type Ramp = (share: number) => readonly [number, number, number];

/**
 * Probabilities: blue (0), near white (1/2), vermillion (1); told apart under every common colour blindness.
 * Lightness is symmetric about the middle.
 */
export const diverging: Ramp = interpolated([
  '#0a4f87',
  '#4a93c9',
  '#a9cfe8',
  '#f6f4f1',
  '#f3c3a0',
  '#dc8141',
  '#9c3f00',
]);

/** Uncertainties and densities: dark blue to yellow, of even steps in lightness, as cividis (Nuñez et al., 2018) is. */
export const sequential: Ramp = interpolated([
  '#0b2545',
  '#33416e',
  '#5a5f78',
  '#7f7f78',
  '#a79f6e',
  '#d2c157',
  '#fde84a',
]);

/** Straight lines in sRGB between stops that are evenly spaced. */
function interpolated(stops: readonly string[]): Ramp {
  const rows = stops.map((stop) => [1, 3, 5].map((at) => Number.parseInt(stop.slice(at, at + 2), 16)));
  return (share) => {
    const at = Math.min(1, Math.max(0, share)) * (rows.length - 1);
    const i = Math.min(rows.length - 2, Math.floor(at));
    const channel = (c: number): number =>
      Math.round(rows[i]![c]! + (at - i) * (rows[i + 1]![c]! - rows[i]![c]!));
    return [channel(0), channel(1), channel(2)];
  };
}
