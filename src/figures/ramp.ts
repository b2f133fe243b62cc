import { fixed } from './numbers.js';
import { element, group, text } from './svg.js';
import { color } from './theme.js';
import type { Ramp } from './ramps.js';

export { diverging, sequential } from './ramps.js';
export type { Ramp } from './ramps.js';

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
