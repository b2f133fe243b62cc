import * as Plot from '@observablehq/plot';
import { assertSome, assertValues } from './checks.js';
import { compose } from './compose.js';
import type { Figure, FigureOptions, Numbers } from './figure.js';
import { legend } from './legend.js';
import { textWidth } from './measure.js';
import { extent, fixed, padded } from './numbers.js';
import { panel } from './panel.js';
import { text } from './svg.js';
import { table } from './table.js';
import { color } from './theme.js';

export interface SeedRow {
  /** The score: 'ConfidNet'. */
  readonly label: string;
  /** One for each seed. */
  readonly values: Numbers;
  /** Values from elsewhere to compare with. Default: none. */
  readonly reference?: Numbers;
}

export interface SeedDotsData {
  /** One to three panels, each with its own range. */
  readonly panels: readonly {
    readonly title: string;
    /** Of the values: 'average precision'. */
    readonly axis: string;
    readonly rows: readonly SeedRow[];
  }[];
  /** What the reference is. Default 'reference values'. */
  readonly referenceName?: string;
}

const WIDTH = 880;
const ROW = 34;
const GAP = 62;

/**
 * The values of several seeds as dots, a row a score, their mean as a bar across, reference values as ticks below.
 *
 * @throws DataError when a list is empty or a value is not finite.
 */
export function seedDotsFigure(data: SeedDotsData, options: FigureOptions): Figure {
  const { panels, referenceName = 'reference values' } = data;
  assertSome('seedDotsFigure: panels', panels);
  const rows = panels.flatMap((each) => each.rows);
  for (const each of panels) assertSome(`seedDotsFigure: rows of '${each.title}'`, each.rows);
  for (const { label, values, reference } of rows) {
    assertValues(`seedDotsFigure: values of '${label}'`, values);
    if (reference !== undefined) assertValues(`seedDotsFigure: reference of '${label}'`, reference);
  }
  const key = legend(
    [
      [
        { label: 'one seed', shape: 'ring', color: color.blue },
        { label: 'their mean', shape: 'tick', color: color.ink },
        ...(rows.some(({ reference }) => reference !== undefined)
          ? [{ label: referenceName, shape: 'tick', color: color.vermillion } as const]
          : []),
      ],
    ],
    { x: 20, y: 10, width: WIDTH - 20 },
  );
  const labels = panels.map((each) => Math.max(...each.rows.map(({ label }) => textWidth(label))) + 20);
  const free = WIDTH - 16 - labels.reduce((sum, width) => sum + width, 0) - GAP * (panels.length - 1) - 10;
  const width = free / panels.length;
  const top = key.height + 44;
  let left = 10;
  const parts = panels.map((each, p) => {
    left += labels[p]!;
    const markup = dotPanel(each, { document: options.document, x: left, y: top, width });
    left += width + GAP;
    return markup;
  });
  const tallest = Math.max(...panels.map((each) => each.rows.length));
  return compose(options, {
    width: WIDTH,
    height: top + tallest * ROW + 50,
    parts: [key.svg, ...parts],
    csv: csvOf(data),
    alt: describe(data),
  });
}

function dotPanel(
  { title, axis, rows }: SeedDotsData['panels'][number],
  { document, x, y, width }: { document: Document; x: number; y: number; width: number },
): string {
  const height = rows.length * ROW;
  const domain = padded(
    extent(...rows.map(({ values }) => values), ...rows.map(({ reference }) => reference ?? [])),
    0.08,
  );
  const at = (r: number) => rows.length - 1 - r;
  const dots = rows.flatMap(({ values }, r) => Array.from(values, (value) => ({ value, y: at(r) + 0.12 })));
  const references = rows.flatMap(({ reference }, r) =>
    Array.from(reference ?? [], (value) => ({ value, r: at(r) })),
  );
  const means = rows.map(({ values }, r) => ({ value: mean(values), r: at(r) }));
  const names = rows.map(({ label }, r) =>
    text(label, { x: x - 10, y: y + (r + 0.5) * ROW, dy: '0.35em', fill: color.ink, 'text-anchor': 'end' }),
  );
  return (
    names.join('') +
    panel({
      document,
      x,
      y,
      width,
      height,
      title,
      xAxis: { domain, label: axis, ticks: Math.max(3, Math.round(width / 60)), grid: true },
      yAxis: { domain: [-0.5, rows.length - 0.5], ticks: [] },
      marks: [
        Plot.ruleY(
          rows.slice(1).map((_, r) => r + 0.5),
          { stroke: color.rule },
        ),
        Plot.ruleX(references, {
          x: 'value',
          y1: ({ r }: Place) => r - 0.4,
          y2: ({ r }: Place) => r - 0.12,
          ...TICK,
        }),
        Plot.dot(dots, { x: 'value', y: 'y', r: 4.2, stroke: color.blue, strokeWidth: 1.75, fill: 'none' }),
        Plot.ruleX(means, {
          x: 'value',
          y1: ({ r }: Place) => r - 0.12,
          y2: ({ r }: Place) => r + 0.4,
          stroke: color.ink,
          strokeWidth: 2,
        }),
      ],
    })
  );
}

interface Place {
  readonly value: number;
  readonly r: number;
}

const TICK = { stroke: color.vermillion, strokeWidth: 1.75 };

function mean(values: Numbers): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

function csvOf({ panels, referenceName = 'reference values' }: SeedDotsData): string {
  return table(
    ...panels.flatMap(({ title, rows }) =>
      rows.flatMap(({ label, values, reference }) => [
        { panel: title, score: label, kind: 'seed', value: values },
        ...(reference === undefined
          ? []
          : [{ panel: title, score: label, kind: referenceName, value: reference }]),
      ]),
    ),
  );
}

function describe({ panels }: SeedDotsData): string {
  return panels
    .map(({ title, axis, rows }) => {
      const means = rows.map(({ label, values }) => `${label} ${fixed(mean(values), 3)}`);
      const seeds = rows[0]!.values.length;
      return `${title}: ${axis} of ${seeds} ${seeds === 1 ? 'seed' : 'seeds'} for each score; means: ${means.join(', ')}.`;
    })
    .join(' ');
}
