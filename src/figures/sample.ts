import * as Plot from '@observablehq/plot';
import { ShapeError } from '../errors/index.js';
import { assertWithin } from './checks.js';
import { compose } from './compose.js';
import { assertDigits, digitImage } from './digits.js';
import type { Figure, FigureOptions, Numbers } from './figure.js';
import { fixed } from './numbers.js';
import { panel } from './panel.js';
import { element, text } from './svg.js';
import { table } from './table.js';
import { color, seriesColor } from './theme.js';

export interface SampleData {
  /** (28, 28), intensities of 0 to 255. */
  readonly image: Numbers;
  /** The true class, 0 to C - 1. */
  readonly label: number;
  /** (S, C): the softmax of each of S passes. */
  readonly probabilities: Numbers;
  /** S */
  readonly samples: number;
  /** Shown under the digit: ['variation ratio 0.42']. Default: none. */
  readonly notes?: readonly string[];
}

interface Summary {
  readonly classes: number;
  readonly mean: Float64Array;
  readonly votes: Float64Array;
  /** The three classes with the largest mean, from the largest; of equal ones the first. */
  readonly top: readonly number[];
}

const WIDTH = 880;
const LEFT = 24;
const DIGIT = 154;
const TOP = 34;
const BAR_FRAME = { width: 268, height: 172 };
const BINS = 20;

/**
 * One input under MC dropout: the digit, the mean softmax, the votes of the passes, and for the three classes of largest
 * mean how the sampled probabilities spread. The three have a colour each, the same in every panel.
 *
 * @throws ShapeError when the probabilities are not (S, C) with three classes or more, or the image is not 28 x 28;
 * DataError when a probability lies outside [0, 1], or there is no pass.
 */
export function sampleFigure(data: SampleData, options: FigureOptions): Figure {
  const summary = summarise(data);
  const { mean, votes, top } = summary;
  const { document } = options;
  const prediction = top[0]!;
  const bars = { document, y: TOP, summary };
  const parts = [
    digitImage(data.image, 0, { x: LEFT, y: TOP, side: DIGIT }),
    element('rect', {
      x: LEFT - 1,
      y: TOP - 1,
      width: DIGIT + 2,
      height: DIGIT + 2,
      fill: 'none',
      stroke: color.rule,
      'stroke-width': 2,
    }),
    text(`label ${data.label}, predicted ${prediction}`, {
      x: LEFT,
      y: TOP - 9,
      fill: color.ink,
      'font-size': 13,
      'font-weight': 600,
      'text-anchor': 'start',
    }),
    ...(data.notes ?? []).map((note, i) =>
      text(note, { x: LEFT, y: TOP + DIGIT + 20 + 16 * i, fill: color.ink, 'text-anchor': 'start' }),
    ),
    barPanel(mean, {
      ...bars,
      x: 242,
      title: 'mean softmax',
      yLabel: 'probability',
      domain: [0, 1],
    }),
    barPanel(votes, {
      ...bars,
      x: 588,
      title: `votes of ${data.samples} passes`,
      yLabel: 'passes',
      domain: [0, data.samples],
    }),
    ...top.map((which, k) =>
      histogramPanel(data, summary, { document, which, k, x: 66 + k * 282, y: TOP + BAR_FRAME.height + 84 }),
    ),
  ];
  return compose(options, {
    width: WIDTH,
    height: TOP + BAR_FRAME.height + 84 + HISTOGRAM.height + 50,
    parts,
    csv: csvOf(data, summary),
    alt: describe(data, summary),
  });
}

interface BarOptions {
  readonly document: Document;
  readonly x: number;
  readonly y: number;
  readonly summary: Summary;
  readonly title: string;
  readonly yLabel: string;
  readonly domain: readonly [number, number];
}

function barPanel(
  heights: Float64Array,
  { document, x, y, summary, title, yLabel, domain }: BarOptions,
): string {
  const classes = Array.from(heights, (_, c) => c);
  return panel({
    document,
    x,
    y,
    ...BAR_FRAME,
    title,
    xAxis: {
      domain: [-0.6, summary.classes - 0.4],
      label: 'class',
      ticks: classes,
      format: (value) => `${value}`,
    },
    yAxis: { domain, label: yLabel, ticks: 5, grid: true },
    marks: [
      Plot.rectY(classes, {
        x1: (c: number) => c - 0.38,
        x2: (c: number) => c + 0.38,
        y1: 0,
        y2: (c: number) => heights[c],
        fill: (c: number) => colorOf(summary, c),
      }),
    ],
  });
}

const HISTOGRAM = { width: 226, height: 130 };

interface HistogramOptions {
  readonly document: Document;
  readonly which: number;
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

function histogramPanel(
  data: SampleData,
  summary: Summary,
  { document, which, k, x, y }: HistogramOptions,
): string {
  const counts = histogram(data, summary, which);
  const title = `class ${which}: mean ${fixed(summary.mean[which]!, 3)}${which === data.label ? ', the label' : ''}`;
  return panel({
    document,
    x,
    y,
    ...HISTOGRAM,
    title,
    xAxis: { domain: [0, 1], label: `sampled p(y = ${which})`, ticks: 5 },
    yAxis: {
      domain: [0, Math.max(...counts) * 1.08],
      ticks: 4,
      grid: true,
      ...(k === 0 ? { label: 'passes' } : {}),
    },
    marks: [
      Plot.rectY(counts, {
        x1: (_: number, b: number) => b / BINS,
        x2: (_: number, b: number) => (b + 1) / BINS,
        y1: 0,
        y2: (count: number) => count,
        fill: seriesColor(k),
        insetLeft: 0.5,
        insetRight: 0.5,
      }),
    ],
  });
}

/** How many passes fall into each of the bins of [0, 1], the last one closed. */
function histogram({ probabilities, samples }: SampleData, { classes }: Summary, which: number): number[] {
  const counts = Array.from({ length: BINS }, () => 0);
  for (let s = 0; s < samples; s++) {
    counts[Math.min(BINS - 1, Math.floor(probabilities[s * classes + which]! * BINS))]! += 1;
  }
  return counts;
}

function colorOf({ top }: Summary, c: number): string {
  const k = top.indexOf(c);
  return k < 0 ? color.muted : seriesColor(k);
}

function summarise({ image, label, probabilities, samples }: SampleData): Summary {
  assertDigits('sampleFigure', image, 1);
  assertWithin('sampleFigure: probabilities', probabilities, 0, 1 + 1e-6);
  const classes = probabilities.length / samples;
  if (!Number.isInteger(classes) || classes < 3) {
    throw new ShapeError({
      what: 'sampleFigure: probabilities',
      expected: `(${samples}, C) with three classes or more`,
      got: `${probabilities.length} numbers`,
    });
  }
  assertWithin('sampleFigure: label', [label], 0, classes - 1);
  const mean = new Float64Array(classes);
  const votes = new Float64Array(classes);
  for (let s = 0; s < samples; s++) {
    let best = 0;
    for (let c = 0; c < classes; c++) {
      const p = probabilities[s * classes + c]!;
      mean[c]! += p / samples;
      if (p > probabilities[s * classes + best]!) best = c;
    }
    votes[best]! += 1;
  }
  const order = Array.from(mean, (_, c) => c).sort((a, b) => mean[b]! - mean[a]! || a - b);
  return { classes, mean, votes, top: order.slice(0, 3) };
}

function csvOf(data: SampleData, summary: Summary): string {
  const { mean, votes, top, classes } = summary;
  const bins = Array.from({ length: BINS }, (_, b) => b / BINS);
  return table(
    { kind: 'class', class: Array.from({ length: classes }, (_, c) => c), meanSoftmax: mean, votes },
    ...top.map((which) => ({
      kind: 'histogram',
      class: which,
      binFrom: bins,
      binTo: bins.map((from) => from + 1 / BINS),
      passes: histogram(data, summary, which),
    })),
  );
}

function describe({ label, samples, notes = [] }: SampleData, { mean, votes, top }: Summary): string {
  const classes = top.map((c) => `class ${c}: mean ${fixed(mean[c]!, 3)}, ${votes[c]} votes`);
  return (
    `A handwritten digit of class ${label}, predicted ${top[0]} by ${samples} passes of MC dropout ` +
    `(${[...classes, ...notes].join('; ')}), with bars of mean softmax and votes over the classes and histograms of the ` +
    `sampled probabilities of the three top classes.`
  );
}
