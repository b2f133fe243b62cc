import * as Plot from '@observablehq/plot';
import { assertSome, assertValues, assertWithin } from './checks.js';
import { compose } from './compose.js';
import type { Figure, FigureOptions, Numbers } from './figure.js';
import { legend } from './legend.js';
import { extent, fixed } from './numbers.js';
import { panel } from './panel.js';
import { table } from './table.js';
import { color } from './theme.js';

/** Bins of confidence, from low to high; empty ones are left out. */
export interface ReliabilityPanel {
  readonly title: string;
  /** Ends of the bins, (b), of 0 to 1. */
  readonly low: Numbers;
  readonly high: Numbers;
  /** Inputs in each, at least 1. */
  readonly count: Numbers;
  /** Mean confidence and share of right predictions in each, (b). */
  readonly confidence: Numbers;
  readonly accuracy: Numbers;
  /** Expected calibration error, of 0 to 1. */
  readonly error: number;
}

const SIDE = 300;
const BARS = 60;
const LEFT = 64;
const GAP = 90;
const TOP = 58;

/**
 * Reliability diagrams side by side: accuracy over confidence in bins, the diagonal where they agree, and below how
 * many inputs a bin holds.
 *
 * @throws DataError when a list is empty, of another length or out of range.
 */
export function reliabilityFigure(panels: readonly ReliabilityPanel[], options: FigureOptions): Figure {
  assertSome('reliabilityFigure: panels', panels);
  for (const { title, low, high, count, confidence, accuracy, error } of panels) {
    const what = `reliabilityFigure: '${title}'`;
    assertValues(what, count);
    for (const list of [low, high, confidence, accuracy]) assertWithin(what, list, 0, 1, count.length);
    assertWithin(what, [error], 0, 1);
  }
  const left = (p: number): number => LEFT + p * (SIDE + GAP);
  const key = legend(
    [
      [
        { label: 'accuracy of a bin', shape: 'area', color: color.blue, opacity: 0.75 },
        { label: 'mean confidence of the bin', shape: 'tick', color: color.vermillion },
        { label: 'calibrated', shape: 'line', color: color.muted, dash: '4 4' },
      ],
    ],
    { x: LEFT, y: 8, width: 760 },
  );
  return compose(options, {
    width: left(panels.length - 1) + SIDE + 20,
    height: TOP + SIDE + 24 + BARS + 48,
    parts: [
      key.svg,
      ...panels.flatMap((each, p) => [
        diagram(each, { document: options.document, x: left(p), y: TOP, width: SIDE, height: SIDE }),
        counts(each, {
          document: options.document,
          x: left(p),
          y: TOP + SIDE + 24,
          width: SIDE,
          height: BARS,
        }),
      ]),
    ],
    csv: table(
      ...panels.map(({ title, low, high, count, confidence, accuracy }) => ({
        panel: title,
        low,
        high,
        count,
        confidence,
        accuracy,
      })),
    ),
    alt: `Accuracy over confidence. ${panels.map(({ title, error }) => `${title}: expected calibration error ${fixed(error, 4)}`).join('; ')}.`,
  });
}

interface Place {
  readonly document: Document;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function diagram(each: ReliabilityPanel, place: Place): string {
  const bins = Array.from(each.count, (_, b) => b);
  return panel({
    ...place,
    title: `${each.title}: ECE ${fixed(each.error, 4)}`,
    xAxis: { domain: [0, 1], numbers: false, ticks: 6, grid: true },
    yAxis: { domain: [0, 1], label: 'accuracy', ticks: 6, grid: true },
    marks: [
      Plot.rect(bins, {
        x1: (b: number) => each.low[b]!,
        x2: (b: number) => each.high[b]!,
        y1: 0,
        y2: (b: number) => each.accuracy[b]!,
        fill: color.blue,
        fillOpacity: 0.75,
        insetLeft: 0.5,
        insetRight: 0.5,
      }),
      Plot.line([0, 1], {
        x: (v: number) => v,
        y: (v: number) => v,
        stroke: color.muted,
        strokeDasharray: '4 4',
      }),
      Plot.ruleX(bins, {
        x: (b: number) => each.confidence[b]!,
        y1: (b: number) => Math.min(each.accuracy[b]!, each.confidence[b]!),
        y2: (b: number) => Math.max(each.accuracy[b]!, each.confidence[b]!),
        stroke: color.vermillion,
        strokeWidth: 2,
      }),
    ],
  });
}

function counts({ low, high, count }: ReliabilityPanel, place: Place): string {
  const total = Array.from(count).reduce((sum, value) => sum + value, 0);
  return panel({
    ...place,
    xAxis: { domain: [0, 1], label: 'confidence', ticks: 6 },
    yAxis: {
      domain: [0, extent(count)[1] / total],
      label: 'share',
      ticks: 2,
      format: (v) => `${Math.round(100 * v)} %`,
    },
    marks: [
      Plot.rect(Array.from(count), {
        x1: (_: number, b: number) => low[b]!,
        x2: (_: number, b: number) => high[b]!,
        y1: 0,
        y2: (inputs: number) => inputs / total,
        fill: color.muted,
        insetLeft: 0.5,
        insetRight: 0.5,
      }),
    ],
  });
}
