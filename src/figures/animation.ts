import { frameLabel } from './animation-data.js';
import type { AnimationData } from './animation-data.js';
import { assertSome, assertWithin } from './checks.js';
import { compose } from './compose.js';
import { playerHtml } from './animation-player.js';
import type { Figure, FigureOptions } from './figure.js';
import { legend } from './legend.js';
import { compact, extent, mapDecimals } from './numbers.js';
import { panel } from './panel.js';
import { aspect, classes, contourItem, contourMarks, gridColumns, pointMarks, pointRows } from './plane.js';
import { colorBar, diverging } from './ramp.js';
import { assertGrid, rasterImage } from './raster.js';
import { element, group } from './svg.js';
import { table } from './table.js';

const WIDTH = 880;
const LEFT = 54;
const TOP = 30;
const COLUMNS = 5;
const GAP = 18;
const BAR = 60;
const SIZE = (WIDTH - LEFT - BAR - GAP * (COLUMNS - 1)) / COLUMNS;
/** How many frames the still picture shows. */
const STILLS = 10;

/**
 * How the mean probability over the plane changes from epoch to epoch. `svg` is a still picture: up to ten of the frames
 * side by side, evenly spaced, the first and the last among them. `html` plays all frames, with controls that take a
 * keyboard; it begins paused at the last one where the reader prefers reduced motion, without scripts and on paper
 * the still picture stands in its place.
 *
 * @throws DataError when there is no frame, or values are not finite, out of range or do not fit the grid.
 */
export function animationFigure(data: AnimationData, options: FigureOptions): Figure {
  const { grid, frames, points } = data;
  assertSome('animationFigure: frames', frames);
  for (const { epoch, probability } of frames) {
    const what = `animationFigure: probability, epoch ${epoch}`;
    assertGrid(what, grid, probability);
    assertWithin(what, probability, 0, 1);
  }
  const height = SIZE * aspect(grid);
  const stills = evenly(frames, STILLS);
  const rows = Math.ceil(stills.length / COLUMNS);
  const rowHeight = height + 44;
  const place = (i: number) => ({
    x: LEFT + (i % COLUMNS) * (SIZE + GAP),
    y: TOP + Math.floor(i / COLUMNS) * rowHeight,
    width: SIZE,
    height,
  });
  const axes = { xAxis: { domain: extent(grid.x) }, yAxis: { domain: extent(grid.y) } };
  const { document, id } = options;
  const cloud = panel({
    document,
    ...place(0),
    ...axes,
    bare: true,
    marks: pointMarks(points, { radius: 1.4 }),
  });
  const parts = stills.flatMap((frame, i) => {
    const lowest = i + COLUMNS >= stills.length;
    const leftmost = i % COLUMNS === 0;
    const at = place(i);
    return [
      panel({
        document,
        ...at,
        title: `epoch ${frame.epoch}`,
        xAxis: { ...axes.xAxis, ticks: 4, numbers: lowest, ...(lowest ? { label: 'x1' } : {}) },
        yAxis: { ...axes.yAxis, ticks: 4, numbers: leftmost, ...(leftmost ? { label: 'x2' } : {}) },
        under: rasterImage(grid, frame.probability, { ...at, ramp: diverging, domain: [0, 1] }),
        marks: contourMarks(grid, frame.probability, [0.5]),
      }),
      // The points are the same in every frame: their markup stands once.
      i === 0
        ? group({ id: `${id}-points` }, cloud)
        : element('use', { href: `#${id}-points`, x: at.x - LEFT, y: at.y - TOP }),
    ];
  });
  const used = Math.min(COLUMNS, stills.length);
  const right = LEFT + used * (SIZE + GAP) - GAP;
  const bottom = TOP + rows * rowHeight;
  const key = legend([[...classes, contourItem('mean p(y = 1) = 0.5')]], {
    x: LEFT,
    y: bottom + 4,
    width: WIDTH,
  });
  const still = compose(options, {
    width: Math.max(right + BAR, 480),
    height: bottom + key.height + 10,
    parts: [
      ...parts,
      colorBar({
        ramp: diverging,
        x: right + 14,
        y: TOP,
        height,
        domain: [0, 1],
        ticks: [0, 0.5, 1],
        format: (value) => compact(value),
      }),
      key.svg,
    ],
    csv: csvOf(data),
    alt: describe(data),
  });
  return { ...still, html: playerHtml(still, data, options) };
}

/** Up to `count` of the items, evenly spaced, the first and the last among them. */
function evenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]!);
}

function csvOf({ grid, frames, points }: AnimationData): string {
  const maps = frames.map(
    ({ epoch, probability }) => [`probability, epoch ${epoch}`, mapDecimals(probability)] as const,
  );
  return table({ kind: 'map', ...gridColumns(grid), ...Object.fromEntries(maps) }, pointRows(points));
}

function describe({ frames, points }: AnimationData): string {
  return (
    `Maps of the mean probability of class 1 over the plane, under ${points.x.length} points of two classes, from ` +
    `${frameLabel(frames[0]!)} to ${frameLabel(frames.at(-1)!)}.`
  );
}
