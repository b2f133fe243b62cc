import { fixed } from './numbers.js';
import { element, group, text } from './svg.js';
import { color } from './theme.js';

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

/** How many bands a map is drawn in. */
export const BANDS = 20;

/** The band that a share of [0, 1] falls into. */
export function bandOf(share: number, bands: number = BANDS): number {
  return Math.min(bands - 1, Math.max(0, Math.floor(share * bands)));
}

export interface ColorBarOptions {
  readonly ramp: Ramp;
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  readonly format?: (value: number) => string;
  readonly bands?: number;
}

const BAR_WIDTH = 12;

/** A vertical legend of a map, its numbers on the right. */
export function colorBar(options: ColorBarOptions): string {
  const { ramp, x, y, height, domain, ticks, format = (value) => fixed(value, 2), bands = BANDS } = options;
  const [low, high] = domain;
  const step = height / bands;
  const boxes = Array.from({ length: bands }, (_, i) =>
    element('rect', {
      x,
      y: y + height - (i + 1) * step,
      width: BAR_WIDTH,
      // Neighbours overlap: no seam of the paper between them.
      height: i === 0 ? step : step + 0.5,
      fill: hex(ramp((i + 0.5) / bands)),
    }),
  );
  const marks = ticks.map((value) => {
    const at = y + height * (1 - (value - low) / (high - low));
    return (
      element('path', { d: `M${x + BAR_WIDTH},${at.toFixed(1)}h4`, stroke: color.muted, fill: 'none' }) +
      text(format(value), {
        x: x + BAR_WIDTH + 7,
        y: at,
        dy: '0.35em',
        fill: color.muted,
        'text-anchor': 'start',
      })
    );
  });
  return group({ 'aria-label': 'colour legend' }, ...boxes, ...marks);
}

function hex(rgb: readonly [number, number, number]): string {
  return `#${rgb.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Straight lines in sRGB between stops that are evenly spaced. */
function interpolated(stops: readonly string[]): Ramp {
  const rows = stops.map((stop) => [1, 3, 5].map((at) => Number.parseInt(stop.slice(at, at + 2), 16)));
  return (share) => {
    const at = Math.min(1, Math.max(0, share)) * (rows.length - 1);
    const i = Math.min(rows.length - 2, Math.floor(at));
    const channel = (c: number) => Math.round(rows[i]![c]! + (at - i) * (rows[i + 1]![c]! - rows[i]![c]!));
    return [channel(0), channel(1), channel(2)];
  };
}
