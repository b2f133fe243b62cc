import { assertWithin } from './checks.js';
import { compose } from './compose.js';
import type { Figure, FigureOptions, Numbers } from './figure.js';
import { legend } from './legend.js';
import { compact, extent, mapDecimals, percent, significant } from './numbers.js';
import { panel } from './panel.js';
import { aspect, classes, contourMarks, gridColumns, pointMarks, pointRows } from './plane.js';
import type { LabelledPoints, PlaneGrid } from './plane-data.js';
import { colorBar, diverging, sequential } from './ramp.js';
import { assertGrid, rasterImage } from './raster.js';
import { table } from './table.js';

export interface DecisionData {
  /** 60 to 100 points a side are enough: the map is interpolated, and the CSV has a row for each point. */
  readonly grid: PlaneGrid;
  /** (ny, nx), row by row from the smallest y: the mean of p(y = 1). */
  readonly probability: Numbers;
  /** (ny, nx), nats: the mutual information of label and weights. Default: one panel only. */
  readonly epistemic?: Numbers;
  readonly points: LabelledPoints;
  /** What `probability` is, in the title. Default 'mean p(y = 1)'. */
  readonly quantity?: string;
  readonly epoch?: number;
  /** A share of [0, 1]. */
  readonly accuracy?: number;
  /** Probabilities that get a line. Default 0.1, 0.25, 0.5, 0.75, 0.9; [] for a map of noise. */
  readonly contours?: readonly number[];
  /** The end of the epistemic map, in nats, so that figures can be compared. Default: the largest value. */
  readonly epistemicMax?: number;
}

const DEFAULT_CONTOURS: readonly number[] = [0.1, 0.25, 0.5, 0.75, 0.9];

const WIDTH = 898;
const FRAME_WIDTH = 320;
const LEFT = 54;
const RIGHT = 500;
const TOP = 34;

/**
 * The mean probability over the plane, with the points over it and the epoch and accuracy in the title; beside it the
 * epistemic part of the uncertainty, where it is given.
 *
 * @throws DataError when values are empty, not finite, out of range, or do not fit the grid.
 */
export function decisionFigure(data: DecisionData, options: FigureOptions): Figure {
  const { grid, probability, epistemic, points, contours = DEFAULT_CONTOURS } = data;
  assertGrid('decisionFigure: probability', grid, probability);
  assertWithin('decisionFigure: probability', probability, 0, 1);
  if (epistemic !== undefined) {
    assertGrid('decisionFigure: epistemic', grid, epistemic);
    // Rounding takes a mutual information of 0 a little below.
    assertWithin('decisionFigure: epistemic', epistemic, -1e-6, Math.LN2 + 1e-6);
  }
  const frame = { y: TOP, width: FRAME_WIDTH, height: FRAME_WIDTH * aspect(grid) };
  const axes = {
    xAxis: { domain: extent(grid.x), label: 'x1', ticks: 6 },
    yAxis: { domain: extent(grid.y), label: 'x2', ticks: 6 },
  };
  const left = { ...frame, x: LEFT };
  const parts = [
    panel({
      document: options.document,
      ...left,
      ...axes,
      title: titleOf(data),
      under: rasterImage(grid, probability, { ...left, ramp: diverging, domain: [0, 1] }),
      marks: [...contourMarks(grid, probability, contours), ...pointMarks(points)],
    }),
    colorBar({
      ramp: diverging,
      x: LEFT + FRAME_WIDTH + 14,
      y: TOP,
      height: frame.height,
      domain: [0, 1],
      ticks: [0, ...contours, 1],
      format: (value) => compact(value),
    }),
  ];
  if (epistemic !== undefined) {
    const right = { ...frame, x: RIGHT };
    const top = data.epistemicMax ?? niceCeiling(extent(epistemic)[1]);
    parts.push(
      panel({
        document: options.document,
        ...right,
        ...axes,
        title: 'epistemic part: mutual information (nats)',
        under: rasterImage(grid, epistemic, { ...right, ramp: sequential, domain: [0, top] }),
        marks: pointMarks(points),
      }),
      colorBar({
        ramp: sequential,
        x: RIGHT + FRAME_WIDTH + 14,
        y: TOP,
        height: frame.height,
        domain: [0, top],
        ticks: [0, 0.25, 0.5, 0.75, 1].map((share) => share * top),
        format: (value) => compact(value),
      }),
    );
  }
  const bottom = TOP + frame.height + 46;
  const key = legend([classes], { x: LEFT, y: bottom, width: WIDTH - LEFT });
  return compose(options, {
    width: epistemic === undefined ? LEFT + FRAME_WIDTH + 74 : WIDTH,
    height: bottom + key.height + 6,
    parts: [...parts, key.svg],
    csv: csvOf(data),
    alt: describe(data),
  });
}

function titleOf({ quantity = 'mean p(y = 1)', epoch, accuracy }: DecisionData): string {
  const parts = [quantity];
  if (epoch !== undefined) parts.push(`epoch ${epoch}`);
  if (accuracy !== undefined) parts.push(`accuracy ${percent(accuracy)}`);
  return parts.join(' · ');
}

/** The next of 1, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten, so that quarters of it are short numbers. */
function niceCeiling(value: number): number {
  if (value <= 0) return 0.01;
  const power = 10 ** Math.floor(Math.log10(value));
  return (NICE.find((step) => step * power >= value) ?? 10) * power;
}

const NICE = [1, 2, 3, 4, 5, 6, 7, 8];

function csvOf({ grid, probability, epistemic, points }: DecisionData): string {
  const map = {
    probability: mapDecimals(probability),
    ...(epistemic === undefined ? {} : { mutualInformation: mapDecimals(epistemic) }),
  };
  return table({ kind: 'map', ...gridColumns(grid), ...map }, pointRows(points));
}

function describe(data: DecisionData): string {
  const { probability, epistemic, points } = data;
  const [low, high] = extent(probability);
  const second =
    epistemic === undefined
      ? ''
      : ` Right: the mutual information of label and weights, at most ${significant(extent(epistemic)[1], 2)} nats.`;
  return (
    `${epistemic === undefined ? 'A' : 'Left: a'} map of the probability of class 1 over the plane ` +
    `(${titleOf(data)}), from ${significant(low, 2)} to ${significant(high, 2)}, under ${points.x.length} points of ` +
    `two classes.${second}`
  );
}
