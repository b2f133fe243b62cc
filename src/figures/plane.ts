import * as Plot from '@observablehq/plot';
import { assertValues, assertWithin } from './checks.js';
import type { Numbers } from './figure.js';
import type { LegendItem } from './legend.js';
import type { LabelledPoints, PlaneGrid } from './plane-data.js';

/** Over maps, whose colours do not change with the theme, neither do these. */
const LINE = '#20262c';
export const classes: readonly [LegendItem, LegendItem] = [
  { label: 'class 0', shape: 'dot', color: '#8fd0ff', outline: '#062338' },
  { label: 'class 1', shape: 'triangle', color: '#ffbd7a', outline: '#3d1500' },
];

/** The legend's item for the contour line of 0.5. */
export function contourItem(label: string): LegendItem {
  return { label, shape: 'contour', color: LINE, outline: '#f6f4f1' };
}

/**
 * Points by class: colour and shape.
 *
 * @throws DataError when the points are none, not finite, or of other classes than 0 and 1.
 */
export function pointMarks(
  { x, y, label }: LabelledPoints,
  { radius = 2.6 }: { radius?: number } = {},
): Plot.Markish[] {
  assertValues('points: x', x);
  assertValues('points: y', y, x.length);
  assertWithin('points: label', label, 0, 1, x.length);
  return classes.map(({ color, outline, shape }, which) => {
    const indices = Array.from(label, (_, i) => i).filter((i) => label[i] === which);
    return Plot.dot(indices, {
      x: (i: number) => x[i],
      y: (i: number) => y[i],
      symbol: shape === 'dot' ? 'circle' : 'triangle',
      r: radius,
      fill: color,
      stroke: outline!,
      strokeWidth: 0.9,
      clip: true,
    });
  });
}

/** Contour lines of values `(ny, nx)`; that of 0.5 is the strongest. */
export function contourMarks(grid: PlaneGrid, values: Numbers, levels: readonly number[]): Plot.Markish[] {
  return levels.map((level) => {
    const strong = level === 0.5;
    return contourMark(grid, values, { level, width: strong ? 1.6 : 0.8, opacity: strong ? 1 : 0.75 });
  });
}

function contourMark(
  { x, y }: PlaneGrid,
  values: Numbers,
  { level, width, opacity }: { level: number; width: number; opacity: number },
): Plot.Markish {
  // Plot takes a value to be the middle of a cell, so the cells reach half a step beyond the first and last points.
  const dx = (x[1]! - x[0]!) / 2;
  const dy = (y[1]! - y[0]!) / 2;
  return Plot.contour(Array.from(values), {
    width: x.length,
    height: y.length,
    x1: x[0]! - dx,
    x2: x[x.length - 1]! + dx,
    y1: y[0]! - dy,
    y2: y[y.length - 1]! + dy,
    thresholds: [level],
    stroke: LINE,
    strokeWidth: width,
    strokeOpacity: opacity,
    clip: true,
  });
}

/** The CSV columns of points. */
export function pointRows({ x, y, label }: LabelledPoints): Readonly<Record<string, Numbers | string>> {
  return { kind: 'point', x, y, label };
}

/** The CSV columns of a grid's points, in the order of its values. */
export function gridColumns({ x, y }: PlaneGrid): { x: Float64Array; y: Float64Array } {
  const at = (i: number) => i % x.length;
  const length = x.length * y.length;
  return {
    x: Float64Array.from({ length }, (_, i) => x[at(i)]!),
    y: Float64Array.from({ length }, (_, i) => y[Math.floor(i / x.length)]!),
  };
}

/** Height to width of a frame in which both axes have one scale, within reason. */
export function aspect({ x, y }: PlaneGrid): number {
  const ratio = (y[y.length - 1]! - y[0]!) / (x[x.length - 1]! - x[0]!);
  return Math.min(1.1, Math.max(0.6, ratio));
}
