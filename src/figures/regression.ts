import * as Plot from '@observablehq/plot';
import { assertPositive, assertSome, assertValues } from './checks.js';
import { compose, heading } from './compose.js';
import type { Figure, FigureOptions, Numbers } from './figure.js';
import { legend } from './legend.js';
import type { LegendItem } from './legend.js';
import { compact, extent, logTick, logTicks, padded, significant } from './numbers.js';
import { panel } from './panel.js';
import { table } from './table.js';
import { color, seriesColor, seriesDash } from './theme.js';

/** A predictive distribution along a line of inputs. */
export interface PredictiveCurve {
  /** In the legend: 'β = 25, corrected'. */
  readonly label: string;
  /** (T) */
  readonly mean: Numbers;
  /** (T), above 0. */
  readonly variance: Numbers;
  /** 1 / beta: the variance of the noise. */
  readonly limit?: number;
  /** Where the variance is exactly smallest. */
  readonly minimum?: { readonly x: number; readonly value: number };
  /** Whose colours it has, from 0; its place among the curves unless given. */
  readonly series?: number;
}

export interface RegressionRow {
  /** Over the row. Default: none. */
  readonly title?: string;
  /** The training set, (n) each; none where the prior is shown. */
  readonly points: { readonly x: Numbers; readonly y: Numbers };
  /** (T), ascending: where the curves are given. */
  readonly grid: Numbers;
  /** (T): the function without noise. */
  readonly truth: Numbers;
  /** The first one is drawn in both panels, the second one as a variance only. */
  readonly curves: readonly [PredictiveCurve, PredictiveCurve?];
  /** Drawn from the posterior of the first curve, (T) each, in its panel. */
  readonly functions?: readonly Numbers[];
  /** Of the target. Default: what the bands need, at most three times the range of truth and points. */
  readonly yDomain?: readonly [number, number];
}

const WIDTH = 880;
const FRAME = { width: 354, height: 236 };
const LEFT = 58;
const MARGIN = 18;
const RIGHT = WIDTH - FRAME.width - MARGIN;

export interface RegressionOptions extends FigureOptions {
  /** 'both' unless given. */
  readonly panels?: 'mean' | 'variance' | 'both';
}
/** A variance that grows by more than this is drawn on a logarithmic axis. */
const LOG_RATIO = 40;

/**
 * Regressions with their uncertainty, a row each. Left: the function without noise, the training points, the predictive
 * mean and its bands of 1, 2 and 3 standard deviations, functions drawn from the posterior where they are given. Right: the predictive variance, the span of the training
 * inputs shaded, their barycentre dashed, the limit 1 / beta and the exact minimum where they are given.
 *
 * @throws DataError when a list is empty, of the wrong length or not finite, or a variance is not positive.
 */
export function regressionFigure(
  rows: readonly RegressionRow[],
  { panels = 'both', ...options }: RegressionOptions,
): Figure {
  assertSome('regressionFigure: rows', rows);
  for (const row of rows) assertRow(row);
  const parts: string[] = [];
  let y = 12;
  for (const row of rows) {
    if (row.title !== undefined) {
      parts.push(heading(row.title, LEFT, y + 14));
      y += 26;
    }
    const shown = [
      ...(panels === 'variance' ? [] : [{ items: meanLegend(row), draw: meanPanel, x: LEFT }]),
      ...(panels === 'mean'
        ? []
        : [{ items: varianceLegend(row), draw: variancePanel, x: panels === 'both' ? RIGHT : LEFT }]),
    ].map((each) => ({ ...each, legend: legend(each.items, { x: each.x, y, width: FRAME.width }) }));
    y += Math.max(...shown.map((each) => each.legend.height)) + 10;
    parts.push(
      ...shown.map((each) => each.legend.svg),
      ...shown.map(({ draw, x }) => draw(row, { document: options.document, x, y })),
    );
    y += FRAME.height + 54;
  }
  const width = panels === 'both' ? WIDTH : LEFT + FRAME.width + MARGIN;
  return compose(options, { width, height: y, parts, csv: csvOf(rows), alt: describe(rows, panels) });
}

interface Place {
  readonly document: Document;
  readonly x: number;
  readonly y: number;
}

function meanPanel(row: RegressionRow, place: Place): string {
  const { points, grid, truth, functions = [], yDomain } = row;
  const [first] = row.curves;
  const { mean, variance } = first;
  const tint = styleOf(first, 0).color;
  const sd = Array.from(variance, Math.sqrt);
  const indices = Array.from(grid, (_, i) => i);
  const x = (i: number) => grid[i]!;
  const bands = [3, 2, 1].map((k) =>
    Plot.areaY(indices, {
      x,
      y1: (i: number) => mean[i]! - k * sd[i]!,
      y2: (i: number) => mean[i]! + k * sd[i]!,
      fill: tint,
      fillOpacity: BAND_OPACITY,
      clip: true,
    }),
  );
  return panel({
    ...place,
    ...FRAME,
    xAxis: { domain: extent(grid), label: 'x', ticks: 7, grid: true },
    yAxis: { domain: yDomain ?? targetDomain(row), label: 'y', ticks: 6, grid: true },
    marks: [
      ...bands,
      ...functions.map((values) =>
        Plot.line(indices, {
          x,
          y: (i: number) => values[i],
          stroke: tint,
          strokeWidth: 1,
          strokeOpacity: FUNCTION_OPACITY,
          clip: true,
        }),
      ),
      Plot.line(indices, { x, y: (i: number) => mean[i], stroke: tint, strokeWidth: 2, clip: true }),
      Plot.line(indices, {
        x,
        y: (i: number) => truth[i],
        stroke: color.ink,
        strokeDasharray: '5 3',
        clip: true,
      }),
      Plot.dot(Array.from(points.x), {
        x: (value: number) => value,
        y: Array.from(points.y),
        r: 2.8,
        fill: color.orange,
        stroke: color.ink,
        strokeWidth: 0.8,
        clip: true,
      }),
    ],
  });
}

function variancePanel(row: RegressionRow, place: Place): string {
  const { points, grid } = row;
  const curves = curvesOf(row);
  const { domain, type } = varianceDomain(curves);
  const span = points.x.length === 0 ? [] : [extent(points.x)];
  const indices = Array.from(grid, (_, i) => i);
  const lines = curves.flatMap(({ variance, limit }, k) => [
    ...(limit === undefined
      ? []
      : [
          Plot.ruleY([limit], {
            stroke: styleOf(curves[k]!, k).color,
            strokeDasharray: '1.5 3',
            strokeWidth: 1.5,
          }),
        ]),
    Plot.line(indices, {
      x: (i: number) => grid[i],
      y: (i: number) => variance[i],
      stroke: styleOf(curves[k]!, k).color,
      strokeWidth: 2,
      strokeDasharray: styleOf(curves[k]!, k).dash,
      clip: true,
    }),
  ]);
  const minima = curves.flatMap(({ minimum }, k) =>
    minimum === undefined
      ? []
      : [
          Plot.dot([minimum], {
            x: 'x',
            y: 'value',
            symbol: 'diamond',
            r: 5,
            fill: styleOf(curves[k]!, k).color,
            stroke: color.paper,
          }),
        ],
  );
  return panel({
    ...place,
    ...FRAME,
    xAxis: { domain: extent(grid), label: 'x', ticks: 7 },
    yAxis: {
      domain,
      type,
      label:
        type === 'log' ? 'predictive variance (units of y², log scale)' : 'predictive variance (units of y²)',
      ...(type === 'log' ? { ticks: logTicks(domain), format: logTick } : { ticks: 6 }),
      grid: true,
    },
    marks: [
      ...span.flatMap(([low, high]) => [
        Plot.rect([0], { x1: low, x2: high, y1: domain[0], y2: domain[1], fill: color.shade }),
        Plot.ruleX([barycentre(row)], { stroke: color.muted, strokeDasharray: '6 3' }),
      ]),
      ...lines,
      ...minima,
    ],
  });
}

const BAND_OPACITY = 0.16;
const FUNCTION_OPACITY = 0.5;

function meanLegend({ points, functions = [], curves: [first] }: RegressionRow): LegendItem[][] {
  const tint = styleOf(first, 0).color;
  return [
    [
      { label: 'truth', shape: 'line', color: color.ink, dash: '5 3' },
      ...(points.x.length === 0
        ? []
        : [
            {
              label: 'training points',
              shape: 'dot',
              color: color.orange,
              outline: color.ink,
            } satisfies LegendItem,
          ]),
      ...(functions.length === 0
        ? []
        : [
            {
              label: 'drawn functions',
              shape: 'line',
              color: tint,
              opacity: FUNCTION_OPACITY,
            } satisfies LegendItem,
          ]),
    ],
    [
      { label: `mean, ${first.label}`, shape: 'line', color: tint },
      // The opacity of three, two and one areas over each other.
      ...[1, 2, 3].map((k): LegendItem => {
        const opacity = Math.round(100 * (1 - (1 - BAND_OPACITY) ** (4 - k))) / 100;
        return { label: `± ${k} σ`, shape: 'area', color: tint, opacity };
      }),
    ],
  ];
}

function varianceLegend(row: RegressionRow): LegendItem[][] {
  const curves = curvesOf(row).map((given, k): LegendItem[] => {
    const { label, limit, minimum } = given;
    const curve: LegendItem = { label, shape: 'line', ...styleOf(given, k) };
    return [
      curve,
      ...(limit === undefined
        ? []
        : [{ ...curve, label: `1/β = ${compact(limit)}`, dash: '1.5 3' } satisfies LegendItem]),
      ...(minimum === undefined
        ? []
        : [{ ...curve, label: `least at ${compact(minimum.x, 4)}`, shape: 'diamond' } satisfies LegendItem]),
    ];
  });
  if (row.points.x.length === 0) return curves;
  return [
    ...curves,
    [
      { label: 'training span', shape: 'area', color: color.shade },
      {
        label: `its barycentre, ${compact(barycentre(row), 4)}`,
        shape: 'line',
        color: color.muted,
        dash: '6 3',
      },
    ],
  ];
}

/** Of the k-th curve. */
function styleOf({ series }: PredictiveCurve, k: number): { readonly color: string; readonly dash: string } {
  return { color: seriesColor(series ?? k), dash: seriesDash(series ?? k) };
}

function curvesOf({ curves }: RegressionRow): PredictiveCurve[] {
  return curves.filter((curve) => curve !== undefined);
}

function barycentre({ points: { x } }: RegressionRow): number {
  return Array.from(x).reduce((sum, value) => sum + value, 0) / x.length;
}

function targetDomain({ points, truth, curves: [{ mean, variance }] }: RegressionRow): [number, number] {
  const [low, high] = extent(truth, points.y);
  const bands = Array.from(variance, Math.sqrt).flatMap((sd, i) => [mean[i]! - 3 * sd, mean[i]! + 3 * sd]);
  const [bottom, top] = extent(bands, points.y, truth);
  const room = high - low || 1;
  return padded([Math.max(bottom, low - room), Math.min(top, high + room)], 0.03);
}

function varianceDomain(curves: readonly PredictiveCurve[]): {
  domain: [number, number];
  type: 'linear' | 'log';
} {
  const limits = curves.flatMap(({ limit }) => limit ?? []);
  const [low, high] = extent(...curves.map(({ variance }) => variance), limits);
  if (high / low > LOG_RATIO) return { domain: [low / 1.5, high * 1.5], type: 'log' };
  return { domain: [Math.max(0, low - (high - low) * 0.12), high + (high - low) * 0.06], type: 'linear' };
}

function assertRow({ points, grid, truth, functions = [], curves }: RegressionRow): void {
  if (points.x.length + points.y.length > 0) {
    assertValues('regressionFigure: points.x', points.x);
    assertValues('regressionFigure: points.y', points.y, points.x.length);
  }
  for (const values of functions) assertValues('regressionFigure: functions', values, grid.length);
  assertValues('regressionFigure: grid', grid);
  assertValues('regressionFigure: truth', truth, grid.length);
  for (const curve of curves) {
    if (curve === undefined) continue;
    assertValues(`regressionFigure: mean of '${curve.label}'`, curve.mean, grid.length);
    assertPositive(`regressionFigure: variance of '${curve.label}'`, curve.variance, grid.length);
  }
}

function csvOf(rows: readonly RegressionRow[]): string {
  return table(
    ...rows.flatMap((row, i) => {
      const { points, grid, truth, functions = [], title = `row ${i + 1}` } = row;
      return [
        ...(points.x.length === 0 ? [] : [{ row: title, kind: 'training point', x: points.x, y: points.y }]),
        ...curvesOf(row).map(({ label, mean, variance }) => ({
          row: title,
          kind: 'curve',
          curve: label,
          x: grid,
          truth,
          mean,
          variance,
        })),
        ...functions.map((values) => ({ row: title, kind: 'drawn function', x: grid, y: values })),
      ];
    }),
  );
}

function describe(rows: readonly RegressionRow[], panels: 'mean' | 'variance' | 'both'): string {
  return rows
    .map((row) => {
      const [{ variance, minimum }] = row.curves;
      const { points, functions = [] } = row;
      const n = points.x.length;
      const [low, high] = extent(variance);
      const lowest = minimum === undefined ? '' : `, smallest at x = ${compact(minimum.x, 4)}`;
      const drawn = functions.length === 0 ? '' : `, ${functions.length} functions drawn from the posterior`;
      const mean = `${n} training points, the true function, the predictive mean and bands of one, two and three standard deviations${drawn}.`;
      const centre =
        n === 0 ? '.' : `; the barycentre of the training inputs is at x = ${compact(barycentre(row), 4)}.`;
      const spread = `he predictive variance, from ${significant(low)} to ${significant(high)}${lowest}${centre}`;
      const title = row.title === undefined ? '' : `${row.title}. `;
      if (panels === 'mean') return `${title}${mean}`;
      return panels === 'variance' ? `${title}T${spread}` : `${title}Left: ${mean} Right: t${spread}`;
    })
    .join(' ');
}
