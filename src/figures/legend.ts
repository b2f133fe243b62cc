import { textWidth } from './measure.js';
import { element, group, text } from './svg.js';
import { color } from './theme.js';

export interface LegendItem {
  readonly label: string;
  readonly shape: 'line' | 'area' | 'dot' | 'ring' | 'triangle' | 'diamond' | 'contour' | 'tick';
  readonly color: string;
  /** A line's dashes. */
  readonly dash?: string;
  /** An area's opacity. */
  readonly opacity?: number;
  /** Of a dot, triangle or diamond; a contour's surroundings. */
  readonly outline?: string;
}

export interface Block {
  readonly svg: string;
  readonly height: number;
}

const SWATCH = 22;
const GAP = 14;
const ROW = 18;

/**
 * Swatches with their labels, from the upper left corner (x, y): each list begins a row, and goes on in the next where
 * `width` is too small.
 */
export function legend(
  lists: readonly (readonly LegendItem[])[],
  { x, y, width }: { x: number; y: number; width: number },
): Block {
  let row = -1;
  const parts = lists.flatMap((items) => {
    row += 1;
    let left = 0;
    return items.map((item) => {
      const length = SWATCH + 5 + textWidth(item.label);
      if (left > 0 && left + length > width) {
        left = 0;
        row += 1;
      }
      const at = { x: x + left, y: y + row * ROW + ROW / 2 };
      left += length + GAP;
      const label = { x: at.x + SWATCH + 5, y: at.y, dy: '0.35em', fill: color.ink, 'text-anchor': 'start' };
      return swatch(item, at) + text(item.label, label);
    });
  });
  return { svg: group({ 'aria-label': 'legend' }, ...parts), height: (row + 1) * ROW };
}

/** The sign of a series, SWATCH wide, its left end at x, its middle at y. */
export function swatch(item: LegendItem, { x, y }: { x: number; y: number }): string {
  const middle = x + SWATCH / 2;
  switch (item.shape) {
    case 'line':
      return element('path', {
        d: `M${x.toFixed(1)},${y.toFixed(1)}h${SWATCH}`,
        fill: 'none',
        stroke: item.color,
        'stroke-width': 2,
        'stroke-dasharray': item.dash,
      });
    case 'area':
      return element('rect', {
        x,
        y: y - 5,
        width: SWATCH,
        height: 10,
        fill: item.color,
        'fill-opacity': item.opacity,
      });
    case 'ring':
      return element('circle', {
        cx: middle,
        cy: y,
        r: 4,
        fill: 'none',
        stroke: item.color,
        'stroke-width': 1.75,
      });
    case 'dot':
      return element('circle', { cx: middle, cy: y, r: 4, fill: item.color, stroke: item.outline });
    case 'triangle':
      return element('path', {
        d: `M${middle.toFixed(1)},${(y - 5).toFixed(1)}l5,9h-10z`,
        fill: item.color,
        stroke: item.outline,
      });
    case 'tick':
      return element('path', {
        d: `M${middle.toFixed(1)},${(y - 6).toFixed(1)}v12`,
        fill: 'none',
        stroke: item.color,
        'stroke-width': 2,
      });
    case 'contour':
      return (
        element('rect', { x, y: y - 5, width: SWATCH, height: 10, fill: item.outline }) +
        element('path', {
          d: `M${x.toFixed(1)},${y.toFixed(1)}h${SWATCH}`,
          fill: 'none',
          stroke: item.color,
          'stroke-width': 1.6,
        })
      );
    case 'diamond':
      return element('path', {
        d: `M${middle.toFixed(1)},${(y - 5).toFixed(1)}l5,5l-5,5l-5,-5z`,
        fill: item.color,
        stroke: item.outline,
      });
  }
}
