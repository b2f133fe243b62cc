import * as Plot from '@observablehq/plot';
import { serialize } from './serialize.js';
import { group, text, translate } from './svg.js';
import { color } from './theme.js';

export interface Axis {
  readonly domain: readonly [number, number];
  /** With its unit in parentheses. Default: no label. */
  readonly label?: string;
  /** Default 'linear'. */
  readonly type?: 'linear' | 'log';
  /** About how many, or which. */
  readonly ticks?: number | readonly number[];
  readonly format?: (value: number) => string;
  /** Default true: numbers at the ticks. */
  readonly numbers?: boolean;
  /** Default false. */
  readonly grid?: boolean;
}

export interface PanelOptions {
  readonly document: Document;
  /** The frame within the figure, in pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  /** Above the frame. */
  readonly title?: string;
  /** From the frame to the middle of the y axis' label. Default 44. */
  readonly yLabelOffset?: number;
  /** Drawn in this order, under the frame. */
  readonly marks: readonly Plot.Markish[];
  /** Without axes and frame. Default false. */
  readonly bare?: boolean;
  /** Markup under the marks, in the figure's pixels; a picture for instance. */
  readonly under?: string;
}

/** Room that ticks may take around the frame without being cut. */
const MARGIN = 60;
const TICK_SIZE = 4;

/** A frame with axes and marks. Its coordinates are those of the figure. */
export function panel(options: PanelOptions): string {
  const {
    document,
    x,
    y,
    width,
    height,
    xAxis,
    yAxis,
    title,
    yLabelOffset = 44,
    marks,
    under = '',
    bare = false,
  } = options;
  const plot = Plot.plot({
    document,
    className: 'plot',
    width: width + 2 * MARGIN,
    height: height + 2 * MARGIN,
    margin: MARGIN,
    x: scaleOf(xAxis),
    y: scaleOf(yAxis),
    marks: bare ? [...marks] : [...gridMarks(xAxis, yAxis), ...marks, ...axisMarks(xAxis, yAxis)],
    ...(bare ? { axis: null } : {}),
  });
  const drawn = Array.from(plot.children)
    .filter(({ localName }) => localName !== 'style')
    .map((child) => serialize(child));
  return [
    under,
    group(
      {
        transform: translate(x - MARGIN, y - MARGIN),
        fill: color.ink,
        'font-size': 12,
        'text-anchor': 'middle',
      },
      ...drawn,
    ).replaceAll('currentColor', color.ink),
    title === undefined
      ? ''
      : text(title, {
          x,
          y: y - 9,
          fill: color.ink,
          'font-size': 13,
          'font-weight': 600,
          'text-anchor': 'start',
        }),
    bare || xAxis.label === undefined
      ? ''
      : text(xAxis.label, { x: x + width / 2, y: y + height + 36, fill: color.ink, 'text-anchor': 'middle' }),
    bare || yAxis.label === undefined
      ? ''
      : text(yAxis.label, {
          transform: `${translate(x - yLabelOffset, y + height / 2)} rotate(-90)`,
          dy: '0.35em',
          fill: color.ink,
          'text-anchor': 'middle',
        }),
  ].join('');
}

function gridMarks(x: Axis, y: Axis): Plot.Markish[] {
  const line = { stroke: color.rule, strokeOpacity: 1 };
  return [
    ...(x.grid === true ? [Plot.gridX({ ...ticksOf(x), ...line })] : []),
    ...(y.grid === true ? [Plot.gridY({ ...ticksOf(y), ...line })] : []),
  ];
}

function axisMarks(x: Axis, y: Axis): Plot.Markish[] {
  return [Plot.frame({ stroke: color.rule }), Plot.axisX(axisOptions(x)), Plot.axisY(axisOptions(y))];
}

function scaleOf({ type = 'linear', domain }: Axis): Plot.ScaleOptions {
  return { type, domain: [...domain], label: null, ...(type === 'log' ? { base: 10 } : {}) };
}

function ticksOf({ ticks }: Axis): { ticks?: number | number[] } {
  if (ticks === undefined) return {};
  return { ticks: typeof ticks === 'number' ? ticks : [...ticks] };
}

function axisOptions(axis: Axis): Plot.AxisXOptions & Plot.AxisYOptions {
  const { format, numbers = true } = axis;
  return {
    ...ticksOf(axis),
    ...(numbers ? (format === undefined ? {} : { tickFormat: format }) : { tickFormat: () => '' }),
    color: color.muted,
    tickSize: TICK_SIZE,
    tickPadding: 4,
    label: null,
  };
}
