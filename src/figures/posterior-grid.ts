import * as Plot from '@observablehq/plot';
import { assertSome, assertValues, assertWithin } from './checks.js';
import { compose } from './compose.js';
import type { Figure, FigureOptions, Numbers } from './figure.js';
import { legend } from './legend.js';
import { extent, fixed, mapDecimals, padded, significant } from './numbers.js';
import { panel } from './panel.js';
import { gridColumns } from './plane.js';
import { colorBar, sequential } from './ramp.js';
import { assertGrid, rasterImage } from './raster.js';
import { text } from './svg.js';
import { table } from './table.js';
import { color } from './theme.js';

/** The posterior of two weights after n observations. */
export interface PosteriorPanel {
  readonly n: number;
  /** (a, b): element i * b + j is the density at (first[i], second[j]); at least 0, somewhere above. */
  readonly density: Numbers;
  /** The n observations, drawn in the row below. Default: none. */
  readonly points?: { readonly x: Numbers; readonly y: Numbers };
  /** Weights drawn from this posterior, (L) each: lines of the row below. Default: none. */
  readonly samples?: { readonly intercept: Numbers; readonly slope: Numbers };
}

export interface PosteriorGridData {
  /** The values of the two weights: (a) and (b), evenly spaced; about 80 each are enough, the map is interpolated. */
  readonly first: Numbers;
  readonly second: Numbers;
  /** One to six. */
  readonly panels: readonly PosteriorPanel[];
  /** The weights that made the data. */
  readonly truth: readonly [number, number];
  /** Of the two weights. Default 'intercept w0' and 'slope w1'. */
  readonly labels?: readonly [string, string];
  /** Inputs that the row below spans. Default: the points' range with a margin. */
  readonly inputDomain?: readonly [number, number];
}

const WIDTH = 880;
const LEFT = 56;
const BAR = 66;
const GAP = 22;

/**
 * How a posterior over (w0, w1) narrows: heat maps side by side, each relative to its own maximum, the true weights
 * marked. Where points or samples are given, a second row shows them in the space of the data.
 *
 * @throws DataError when a list is empty, of the wrong length or not finite, or a density is nowhere above 0.
 */
export function posteriorGridFigure(data: PosteriorGridData, options: FigureOptions): Figure {
  const { first, second, panels, truth, labels = ['intercept w0', 'slope w1'] } = data;
  assertSome('posteriorGridFigure: panels', panels);
  const maps = panels.map((each) => relativeDensity(data, each));
  const size = Math.min(220, (WIDTH - LEFT - BAR - GAP * (panels.length - 1)) / panels.length);
  const left = (i: number) => LEFT + i * (size + GAP);
  const top = 34;
  const grid = { x: first, y: second };
  const parts = panels.map(({ n }, i) =>
    panel({
      document: options.document,
      x: left(i),
      y: top,
      width: size,
      height: size,
      title: `n = ${n}`,
      xAxis: { domain: extent(first), label: labels[0], ticks: 4 },
      yAxis: {
        domain: extent(second),
        ticks: 4,
        numbers: i === 0,
        ...(i === 0 ? { label: labels[1] } : {}),
      },
      under: rasterImage(grid, maps[i]!, {
        ramp: sequential,
        domain: [0, 1],
        x: left(i),
        y: top,
        width: size,
        height: size,
      }),
      marks: [
        Plot.dot([truth], { r: 7, fill: 'none', stroke: HALO, strokeWidth: 4 }),
        Plot.dot([truth], { r: 7, fill: 'none', stroke: RING, strokeWidth: 1.75 }),
      ],
    }),
  );
  const barX = left(panels.length - 1) + size + 14;
  parts.push(
    colorBar({
      ramp: sequential,
      x: barX,
      y: top,
      height: size,
      domain: [0, 1],
      ticks: [0, 0.5, 1],
      format: (value) => fixed(value, 1),
    }),
  );
  let bottom = top + size + 52;
  const dataSpace = panels.some(({ points, samples }) => points !== undefined || samples !== undefined);
  if (dataSpace) {
    parts.push(...dataPanels(data, { document: options.document, left, top: bottom, size }));
    bottom += size + 52;
  }
  const key = legend(
    [
      [
        { label: `true weights (${fixed(truth[0], 2)}, ${fixed(truth[1], 2)})`, shape: 'ring', color: RING },
        ...(dataSpace
          ? ([
              { label: 'observations', shape: 'dot', color: color.orange, outline: color.ink },
              { label: 'lines drawn from the posterior', shape: 'line', color: color.blue },
              { label: 'true line', shape: 'line', color: color.ink, dash: '5 3' },
            ] as const)
          : []),
      ],
    ],
    { x: LEFT, y: bottom - 8, width: WIDTH - LEFT },
  );
  parts.push(
    key.svg,
    text('density / its maximum', {
      transform: `translate(${(barX + 47).toFixed(1)},${(top + size / 2).toFixed(1)}) rotate(-90)`,
      fill: color.ink,
      'text-anchor': 'middle',
    }),
  );
  return compose(options, {
    width: WIDTH,
    height: bottom + key.height + 4,
    parts,
    csv: csvOf(data, maps),
    alt: describe(data, maps),
  });
}

/** Over a map of the sequential ramp, whose colours do not change with the theme, neither do these. */
const RING = '#d40000';
const HALO = '#fffffe';

/** `(b, a)`, row by row from the smallest second weight, relative to the maximum. */
function relativeDensity({ first, second }: PosteriorGridData, { n, density }: PosteriorPanel): Float64Array {
  const what = `posteriorGridFigure: density, n = ${n}`;
  assertGrid(what, { x: first, y: second }, density);
  const [, highest] = extent(density);
  assertWithin(what, density, 0, highest);
  assertWithin(`${what}: maximum`, [highest], Number.MIN_VALUE, Number.MAX_VALUE);
  const out = new Float64Array(density.length);
  for (let i = 0; i < first.length; i++) {
    for (let j = 0; j < second.length; j++) {
      out[j * first.length + i] = density[i * second.length + j]! / highest;
    }
  }
  return out;
}

function dataPanels(
  data: PosteriorGridData,
  {
    document,
    left,
    top,
    size,
  }: { document: Document; left: (i: number) => number; top: number; size: number },
): string[] {
  const { panels, truth } = data;
  const inputs = panels.flatMap(({ points }) => (points === undefined ? [] : Array.from(points.x)));
  const targets = panels.flatMap(({ points }) => (points === undefined ? [] : Array.from(points.y)));
  const domain = data.inputDomain ?? (inputs.length === 0 ? [-1, 1] : padded(extent(inputs), 0.1));
  const line = ([intercept, slope]: readonly [number, number]) =>
    domain.map((x) => ({ x, y: intercept + slope * x }));
  const truthEnds = line(truth);
  const [low, high] = extent(
    targets,
    truthEnds.map(({ y }) => y),
  );
  const yDomain = padded([low, high], 0.6);
  return panels.map(({ n, points, samples }, i) => {
    if (points !== undefined && points.x.length > 0) {
      assertValues(`posteriorGridFigure: points.x, n = ${n}`, points.x);
      assertValues(`posteriorGridFigure: points.y, n = ${n}`, points.y, points.x.length);
    }
    if (samples !== undefined) {
      assertValues(`posteriorGridFigure: samples.intercept, n = ${n}`, samples.intercept);
      assertValues(`posteriorGridFigure: samples.slope, n = ${n}`, samples.slope, samples.intercept.length);
    }
    const drawn = Array.from(samples?.intercept ?? [], (value, k) => line([value, samples!.slope[k]!]));
    return panel({
      document,
      x: left(i),
      y: top,
      width: size,
      height: size,
      xAxis: { domain, label: 'x', ticks: 4 },
      yAxis: { domain: yDomain, ticks: 4, numbers: i === 0, ...(i === 0 ? { label: 'y' } : {}) },
      marks: [
        ...drawn.map((ends) =>
          Plot.line(ends, {
            x: 'x',
            y: 'y',
            stroke: color.blue,
            strokeOpacity: 0.55,
            strokeWidth: 1,
            clip: true,
          }),
        ),
        Plot.line(truthEnds, { x: 'x', y: 'y', stroke: color.ink, strokeDasharray: '5 3', clip: true }),
        Plot.dot(Array.from(points?.x ?? []), {
          x: (value: number) => value,
          y: Array.from(points?.y ?? []),
          r: 2.6,
          fill: color.orange,
          stroke: color.ink,
          strokeWidth: 0.8,
          clip: true,
        }),
      ],
    });
  });
}

function csvOf({ first, second, panels }: PosteriorGridData, maps: readonly Float64Array[]): string {
  const { x: w0, y: w1 } = gridColumns({ x: first, y: second });
  const densities = panels.map(({ n }, i) => [`density / maximum, n = ${n}`, mapDecimals(maps[i]!)] as const);
  return table(
    { kind: 'map', w0, w1, ...Object.fromEntries(densities) },
    ...panels.flatMap(({ n, samples }) =>
      samples === undefined ? [] : [{ kind: `sample, n = ${n}`, w0: samples.intercept, w1: samples.slope }],
    ),
    ...panels.flatMap(({ n, points }) =>
      points === undefined || points.x.length === 0
        ? []
        : [{ kind: `observation, n = ${n}`, x: points.x, y: points.y }],
    ),
  );
}

function describe(
  { first, second, panels, truth }: PosteriorGridData,
  maps: readonly Float64Array[],
): string {
  const peaks = panels.map(({ n }, i) => {
    const at = maps[i]!.indexOf(1);
    const peak = [first[at % first.length]!, second[Math.floor(at / first.length)]!];
    return `n = ${n}: (${peak.map((value) => significant(value, 2)).join(', ')})`;
  });
  return (
    `Heat maps of the posterior density of two weights, one for each number of observations; the true weights ` +
    `(${fixed(truth[0], 2)}, ${fixed(truth[1], 2)}) are marked. The maximum lies at ${peaks.join('; ')}.`
  );
}
