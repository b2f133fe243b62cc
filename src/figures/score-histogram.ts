import * as Plot from '@observablehq/plot';
import { assertSome, assertValues } from './checks.js';
import { compose } from './compose.js';
import type { Figure, FigureOptions, Numbers } from './figure.js';
import { legend } from './legend.js';
import { compact, extent, logTicks, padded } from './numbers.js';
import { panel } from './panel.js';
import { table } from './table.js';
import { color } from './theme.js';

export interface ScoreDistribution {
  /** Of the score, with its unit: 'entropy (nats)'. */
  readonly label: string;
  /** The score of each negative, and of each positive. */
  readonly negatives: Numbers;
  readonly positives: Numbers;
}

export interface ScoreHistogramData {
  readonly scores: readonly ScoreDistribution[];
  /** What the two are: ['MNIST', 'KMNIST']. */
  readonly names: readonly [negative: string, positive: string];
}

const WIDTH = 880;
const FRAME = { width: 356, height: 170 };
const LEFT = 58;
const RIGHT = WIDTH - FRAME.width - 16;
const TOP = 62;
const ROW_HEIGHT = FRAME.height + 84;
const BINS = 40;

/**
 * How each score is distributed over negatives and positives: the share of either that falls into each of 40 bins of the
 * score's range, on a logarithmic axis, two panels to a row. A good score keeps the two apart.
 *
 * @throws DataError when a list is empty or a score is not finite.
 */
export function scoreHistogramFigure(data: ScoreHistogramData, options: FigureOptions): Figure {
  const { scores, names } = data;
  assertSome('scoreHistogramFigure: scores', scores);
  const counted = scores.map((score) => count(score));
  const key = legend(
    [
      [
        { label: names[0], shape: 'area', color: color.blue, opacity: FILL },
        { label: names[1], shape: 'area', color: color.vermillion, opacity: FILL },
      ],
    ],
    { x: LEFT, y: 10, width: WIDTH - LEFT },
  );
  const floor = Math.min(
    ...scores.map(({ negatives, positives }) => 0.5 / Math.max(negatives.length, positives.length)),
  );
  const parts = counted.map(({ label, edges, shares }, i) => {
    const bins = shares.map((share) =>
      share
        .map((value, b) => ({ from: edges[b]!, to: edges[b + 1]!, value }))
        .filter(({ value }) => value > 0),
    );
    const tint = (k: number) => (k === 0 ? color.blue : color.vermillion);
    const across = { x1: 'from', x2: 'to' } as const;
    const bars = [
      ...bins.map((filled, k) =>
        Plot.rect(filled, { ...across, y1: floor, y2: 'value', fill: tint(k), fillOpacity: FILL }),
      ),
      ...bins.map((filled, k) =>
        Plot.ruleY(filled, { ...across, y: 'value', stroke: tint(k), strokeWidth: 2 }),
      ),
    ];
    return panel({
      document: options.document,
      ...FRAME,
      x: i % 2 === 0 ? LEFT : RIGHT,
      y: TOP + Math.floor(i / 2) * ROW_HEIGHT,
      title: label,
      xAxis: { domain: [edges[0]!, edges.at(-1)!], label, ticks: 6 },
      yAxis: {
        domain: [floor, 1],
        type: 'log',
        ticks: logTicks([floor, 1]),
        format: (share) => `${compact(100 * share)} %`,
        grid: true,
        ...(i % 2 === 0 ? { label: 'share of inputs (log scale)' } : {}),
      },
      yLabelOffset: 48,
      marks: bars,
    });
  });
  return compose(options, {
    width: scores.length === 1 ? LEFT + FRAME.width + 16 : WIDTH,
    height: TOP + Math.ceil(scores.length / 2) * ROW_HEIGHT - 32,
    parts: [key.svg, ...parts],
    csv: csvOf(data, counted),
    alt: describe(data),
  });
}

const FILL = 0.4;

interface Counted {
  readonly label: string;
  /** (41) */
  readonly edges: readonly number[];
  /** Of the negatives and of the positives, (40) each. */
  readonly shares: readonly [number[], number[]];
}

function count({ label, negatives, positives }: ScoreDistribution): Counted {
  assertValues(`scoreHistogramFigure: negatives, ${label}`, negatives);
  assertValues(`scoreHistogramFigure: positives, ${label}`, positives);
  const [least, high] = extent(negatives, positives);
  // Most scores begin at 0: so does their axis.
  const low = least > 0 && least < 0.05 * high ? 0 : least;
  const [from, to] = high > low ? [low, high] : padded([low, high], 0.5);
  const edges = Array.from({ length: BINS + 1 }, (_, b) => from + ((to - from) * b) / BINS);
  const shares = (values: Numbers) => {
    const out = Array.from({ length: BINS }, () => 0);
    for (let i = 0; i < values.length; i++) {
      out[Math.min(BINS - 1, Math.floor(((values[i]! - from) / (to - from)) * BINS))]! += 1 / values.length;
    }
    return out;
  };
  return { label, edges, shares: [shares(negatives), shares(positives)] };
}

function csvOf({ names }: ScoreHistogramData, counted: readonly Counted[]): string {
  return table(
    ...counted.map(({ label, edges, shares: [negatives, positives] }) => ({
      score: label,
      binFrom: edges.slice(0, -1),
      binTo: edges.slice(1),
      [`share of ${names[0]}`]: negatives,
      [`share of ${names[1]}`]: positives,
    })),
  );
}

function describe({ scores, names }: ScoreHistogramData): string {
  const medians = scores.map(
    ({ label, negatives, positives }) =>
      `${label}: ${compact(median(negatives))} and ${compact(median(positives))}`,
  );
  return `Histograms of scores over ${names[0]} and ${names[1]}. Medians of the two: ${medians.join('; ')}.`;
}

function median(values: Numbers): number {
  const sorted = Float64Array.from(values).sort();
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}
