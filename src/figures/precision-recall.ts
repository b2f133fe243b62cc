import * as Plot from '@observablehq/plot';
import { assertSome, assertWithin } from './checks.js';
import { compose } from './compose.js';
import type { Figure, FigureOptions, Numbers } from './figure.js';
import { swatch } from './legend.js';
import { textWidth } from './measure.js';
import { compact, fixed, percent } from './numbers.js';
import { panel } from './panel.js';
import { simplify } from './simplify.js';
import type { Polyline } from './simplify.js';
import { text } from './svg.js';
import { table } from './table.js';
import { color, seriesColor, seriesDash } from './theme.js';

export interface PrecisionRecallSeries {
  readonly label: string;
  /** (k), not decreasing, of 0 to 1. */
  readonly recall: Numbers;
  /** (k) */
  readonly precision: Numbers;
  readonly averagePrecision: number;
  /** Of the average precision. Default: none. */
  readonly interval?: readonly [number, number];
}

export interface PrecisionRecallData {
  /** One to six. */
  readonly curves: readonly PrecisionRecallSeries[];
  /** The positive class in words: 'error', 'KMNIST'. */
  readonly positive: string;
  /** The share of positives: the precision of a score that knows nothing. */
  readonly prevalence: number;
  /** Level of the intervals. Default 0.95. */
  readonly level?: number;
  /**
   * The lower corner (recall, precision) of a second panel that shows the top right alone; false for none. Default: where
   * every average precision is above 0.9, the corner that holds the curves' upper halves.
   */
  readonly zoom?: readonly [number, number] | false;
}

const WIDTH = 880;
const FRAME = { width: 350, height: 300 };
const LEFT = 58;
const RIGHT = WIDTH - FRAME.width - 20;
const TOP = 34;
const ROW = 20;
/** Half a pixel of the larger panel. */
const TOLERANCE = 5e-4;

/**
 * Precision-recall curves, a table of their average precisions and intervals, and the prevalence as the baseline.
 *
 * @throws DataError when there is no curve, or a number is not finite or outside [0, 1].
 */
export function precisionRecallFigure(data: PrecisionRecallData, options: FigureOptions): Figure {
  assertSome('precisionRecallFigure: curves', data.curves);
  assertWithin('precisionRecallFigure: prevalence', [data.prevalence], 0, 1);
  for (const { label, recall, precision, averagePrecision, interval = [] } of data.curves) {
    assertWithin(`precisionRecallFigure: recall of '${label}'`, recall, 0, 1);
    assertWithin(`precisionRecallFigure: precision of '${label}'`, precision, 0, 1, recall.length);
    assertWithin(
      `precisionRecallFigure: average precision of '${label}'`,
      [averagePrecision, ...interval],
      0,
      1,
    );
  }
  const lines = data.curves.map((curve) => steps(curve));
  const corner = data.zoom ?? zoomCorner(data.curves);
  const { document } = options;
  const whole = { document, ...FRAME, x: LEFT, y: TOP };
  const parts = [
    curvePanel(data, lines, { ...whole, corner: [0, 0], ...(corner === false ? {} : { box: corner }) }),
  ];
  if (corner !== false) {
    const title = `recall from ${compact(corner[0])}, precision from ${compact(corner[1])}`;
    parts.push(curvePanel(data, lines, { ...whole, x: RIGHT, corner, title }));
  }
  const bottom = TOP + FRAME.height;
  const beside = corner === false;
  const key = keyTable(data, {
    x: beside ? LEFT + FRAME.width + 32 : LEFT,
    y: beside ? TOP + 4 : bottom + 56,
  });
  parts.push(...key);
  const rows = data.curves.length + 2;
  return compose(options, {
    width: WIDTH,
    height: beside ? Math.max(bottom + 48, TOP + rows * ROW + 12) : bottom + 56 + rows * ROW,
    parts,
    csv: csvOf(data, lines),
    alt: describe(data),
  });
}

/** The curve whose area is the average precision: between two recalls, the precision of the larger one. */
function steps({ recall, precision }: PrecisionRecallSeries): Polyline {
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 1; i < recall.length; i++) {
    if (recall[i] === recall[i - 1]) continue;
    x.push(recall[i - 1]!, recall[i]!);
    y.push(precision[i]!, precision[i]!);
  }
  if (x.length === 0) return { x: Array.from(recall), y: Array.from(precision) };
  return simplify(x, y, TOLERANCE);
}

interface CurvePanelOptions {
  readonly document: Document;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly corner: readonly [number, number];
  readonly title?: string;
  /** The corner that another panel shows. */
  readonly box?: readonly [number, number];
}

function curvePanel(
  { curves, positive, prevalence }: PrecisionRecallData,
  lines: readonly Polyline[],
  { corner: [recallFrom, precisionFrom], title = `positive: ${positive}`, box, ...place }: CurvePanelOptions,
): string {
  return panel({
    ...place,
    title,
    xAxis: { domain: [recallFrom, 1 + 0.006 * (1 - recallFrom)], label: 'recall', ticks: 6, grid: true },
    yAxis: {
      domain: [precisionFrom, 1 + 0.008 * (1 - precisionFrom)],
      label: 'precision',
      ticks: 6,
      grid: true,
    },
    marks: [
      ...(box === undefined
        ? []
        : [
            Plot.rect([box], {
              x1: box[0],
              x2: 1,
              y1: box[1],
              y2: 1,
              stroke: color.muted,
              strokeWidth: 0.75,
            }),
          ]),
      Plot.ruleY(prevalence >= precisionFrom ? [prevalence] : [], {
        stroke: color.muted,
        strokeDasharray: '1.5 3',
      }),
      ...curves.map((_, k) =>
        Plot.line(lines[k]!.x, {
          x: (value: number) => value,
          y: [...lines[k]!.y],
          stroke: seriesColor(k),
          strokeWidth: 2,
          strokeDasharray: seriesDash(k),
          clip: true,
        }),
      ),
    ],
  });
}

function zoomCorner(curves: readonly PrecisionRecallSeries[]): readonly [number, number] | false {
  if (curves.some(({ averagePrecision }) => averagePrecision <= 0.9)) return false;
  const recallFrom = 0.8;
  const lowest = Math.min(
    ...curves.flatMap(({ recall, precision }) =>
      // Of the last few positives the precision always falls to the prevalence: that is not what differs.
      Array.from(precision).filter((_, i) => recall[i]! >= recallFrom && recall[i]! <= 0.98),
    ),
  );
  return [recallFrom, Number.isFinite(lowest) ? Math.max(0, Math.floor(lowest * 20 - 1e-9) / 20) : 0];
}

function keyTable(
  { curves, prevalence, level = 0.95 }: PrecisionRecallData,
  at: { x: number; y: number },
): string[] {
  const labels = Math.max(...curves.map(({ label }) => textWidth(label)), textWidth('prevalence (no skill)'));
  const columns = [0, 30, 30 + labels + 24, 30 + labels + 140].map((offset) => at.x + offset);
  const cell = (content: string, column: number, row: number, fill = color.ink) =>
    text(content, {
      x: columns[column]!,
      y: at.y + (row + 0.5) * ROW,
      dy: '0.35em',
      fill,
      'text-anchor': 'start',
      'font-variant': 'tabular-nums',
    });
  const intervals = curves.some(({ interval }) => interval !== undefined);
  return [
    cell('average precision', 2, 0, color.muted),
    intervals ? cell(`${percent(level, 0)} interval`, 3, 0, color.muted) : '',
    ...curves.flatMap(({ label, averagePrecision, interval }, k) => [
      swatch(
        { label, shape: 'line', color: seriesColor(k), dash: seriesDash(k) },
        { x: columns[0]!, y: at.y + (k + 1.5) * ROW },
      ),
      cell(label, 1, k + 1),
      cell(fixed(averagePrecision, 3), 2, k + 1),
      interval === undefined ? '' : cell(`${fixed(interval[0], 3)} – ${fixed(interval[1], 3)}`, 3, k + 1),
    ]),
    swatch(
      { label: '', shape: 'line', color: color.muted, dash: '1.5 3' },
      { x: columns[0]!, y: at.y + (curves.length + 1.5) * ROW },
    ),
    cell('prevalence (no skill)', 1, curves.length + 1),
    cell(fixed(prevalence, prevalence < 0.05 ? 4 : 3), 2, curves.length + 1),
  ];
}

function csvOf({ curves }: PrecisionRecallData, lines: readonly Polyline[]): string {
  return table(
    ...curves.map(({ label, averagePrecision, interval: [from, to] = ['', ''] }) => ({
      kind: 'average precision',
      score: label,
      averagePrecision,
      intervalFrom: from,
      intervalTo: to,
    })),
    ...curves.map(({ label }, k) => ({
      kind: 'curve',
      score: label,
      recall: lines[k]!.x,
      precision: lines[k]!.y,
    })),
  );
}

function describe({ curves, positive, prevalence }: PrecisionRecallData): string {
  const values = curves.map(({ label, averagePrecision }) => `${label} ${fixed(averagePrecision, 3)}`);
  return (
    `Precision-recall curves; the positive class is ${positive}, its prevalence ${compact(prevalence)}. ` +
    `Average precision: ${values.join(', ')}.`
  );
}
