import * as Plot from '@observablehq/plot';
import { assertPositive, assertSome, assertValues } from './checks.js';
import { compose } from './compose.js';
import type { Figure, FigureOptions, Numbers } from './figure.js';
import { legend } from './legend.js';
import { extent, logTick, logTicks, padded, significant } from './numbers.js';
import { panel } from './panel.js';
import { table } from './table.js';
import { seriesColor, seriesDash } from './theme.js';

export interface TrainingSeries {
  readonly label: string;
  /** (k) */
  readonly values: Numbers;
  /** (k), ascending. Default 1, ..., k. */
  readonly epochs?: Numbers;
}

export interface TrainingPanel {
  /** Of the values, with their unit: 'loss (nats)'. */
  readonly axis: string;
  /** One to six. */
  readonly series: readonly TrainingSeries[];
  /** Default 'linear'. */
  readonly scale?: 'linear' | 'log';
}

const WIDTH = 880;
const LEFT = 58;
const GAP = 76;

/**
 * What a training did from epoch to epoch: one to three panels side by side, a line a series.
 *
 * @throws DataError when a list is empty, of the wrong length or not finite, or not positive on a logarithmic axis.
 */
export function trainingCurveFigure(panels: readonly TrainingPanel[], options: FigureOptions): Figure {
  assertSome('trainingCurveFigure: panels', panels);
  for (const { axis, series, scale } of panels) {
    assertSome(`trainingCurveFigure: series of '${axis}'`, series);
    for (const { label, values, epochs } of series) {
      const check = scale === 'log' ? assertPositive : assertValues;
      check(`trainingCurveFigure: values of '${label}'`, values);
      if (epochs !== undefined)
        assertValues(`trainingCurveFigure: epochs of '${label}'`, epochs, values.length);
    }
  }
  const width = Math.min(520, (WIDTH - LEFT - 16 - GAP * (panels.length - 1)) / panels.length);
  const height = Math.min(260, width * 0.68);
  const left = (p: number) => LEFT + p * (width + GAP);
  const keys = panels.map(({ series }, p) =>
    legend(
      [series.map(({ label }, k) => ({ label, shape: 'line', color: seriesColor(k), dash: seriesDash(k) }))],
      { x: left(p), y: 10, width },
    ),
  );
  const top = 20 + Math.max(...keys.map((key) => key.height));
  return compose(options, {
    width: left(panels.length - 1) + width + 16,
    height: top + height + 48,
    parts: [
      ...keys.map(({ svg }) => svg),
      ...panels.map((each, p) =>
        curvePanel(each, { document: options.document, x: left(p), y: top, width, height }),
      ),
    ],
    csv: csvOf(panels),
    alt: describe(panels),
  });
}

function curvePanel(
  { axis, series, scale = 'linear' }: TrainingPanel,
  place: { document: Document; x: number; y: number; width: number; height: number },
): string {
  const [low, high] = extent(...series.map(({ values }) => values));
  const last = Math.max(...series.map((each) => extent(epochsOf(each))[1]));
  const first = Math.min(...series.map((each) => extent(epochsOf(each))[0]));
  const log = scale === 'log';
  const domain = log ? ([low / 1.3, high * 1.3] as const) : padded([low, high], 0.05);
  return panel({
    ...place,
    xAxis: {
      domain: last > first ? [first, last] : padded([first, last], 0),
      label: 'epoch',
      ticks: 7,
      format: wholeTick,
    },
    yAxis: {
      domain,
      type: scale,
      label: log ? `${axis}, log scale` : axis,
      ...(log ? { ticks: logTicks(domain), format: logTick } : { ticks: 6 }),
      grid: true,
    },
    yLabelOffset: 46,
    marks: series.flatMap((each, k) => {
      const epochs = epochsOf(each);
      const line = Plot.line(epochs, {
        x: (epoch: number) => epoch,
        y: Array.from(each.values),
        stroke: seriesColor(k),
        strokeWidth: 2,
        strokeDasharray: seriesDash(k),
      });
      if (epochs.length > 1) return [line];
      return [
        Plot.dot(epochs, { x: (epoch: number) => epoch, y: Array.from(each.values), fill: seriesColor(k) }),
      ];
    }),
  });
}

function epochsOf({ values, epochs }: TrainingSeries): number[] {
  return Array.from(values, (_, i) => epochs?.[i] ?? i + 1);
}

function wholeTick(value: number): string {
  return Number.isInteger(value) ? `${value}` : '';
}

function csvOf(panels: readonly TrainingPanel[]): string {
  return table(
    ...panels.flatMap(({ axis, series }) =>
      series.map((each) => ({
        measure: axis,
        series: each.label,
        epoch: epochsOf(each),
        value: each.values,
      })),
    ),
  );
}

function describe(panels: readonly TrainingPanel[]): string {
  const ends = panels.flatMap(({ axis, series }) =>
    series.map(({ label, values }) => {
      const [first, last] = [values[0]!, values[values.length - 1]!].map((value) => significant(value));
      return `${axis}, ${label}: from ${first} to ${last}`;
    }),
  );
  return `Lines over the epochs of a training. ${ends.join('; ')}.`;
}
