import type { ComponentChildren, JSX } from 'preact';
import { useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { RasterCanvas } from './raster.js';
import type { Raster } from './raster.js';
import { scale, short, ticks } from './scale.js';
import type { Scale } from './scale.js';

export interface AxisOptions {
  readonly domain: readonly [number, number];
  /** With its unit in parentheses. */
  readonly label: string;
  /** Default 'linear'. */
  readonly type?: 'linear' | 'log';
  readonly format?: (value: number) => string;
  /** Lines across the frame. Default false. */
  readonly grid?: boolean;
}

/** The inside of a chart, in pixels from its upper left corner, which lies at (0, 0). */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly x: Scale;
  readonly y: Scale;
  /** Size of the letters, which marks grow with: a projector's are larger than a phone's. */
  readonly letter: number;
}

export interface ChartProps {
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  /** What it shows, in words. */
  readonly description: string;
  /** Width by height of the frame. Default 1.6. */
  readonly aspect?: number;
  /** Has parts that are used, a DragSurface for instance. Default false. */
  readonly interactive?: boolean;
  /** A map that fills the frame, under everything. */
  readonly raster?: Raster | undefined;
  /** Drawn inside of the frame and cut at its edges. */
  readonly children: (frame: Frame) => ComponentChildren;
  /** Drawn over the frame and not cut: labels, handles at the edge. */
  readonly over?: (frame: Frame) => ComponentChildren;
}

/** Of the letters' size; LEFT grows with the ticks' numbers. */
const LEFT = 3.6;
const LABEL = 0.65;
/** From the middle of the upright label to the numbers. */
const GAP = 0.85;
const BOTTOM = 3.1;
const TOP = 0.6;
const RIGHT = 0.9;

/** A frame with axes, drawn in the pixels that it has, so that letters keep their size. */
export function Chart(props: ChartProps): JSX.Element {
  const { x, y, description, aspect = 1.6, interactive = false, raster, children, over } = props;
  const clip = useId();
  const box = useRef<HTMLDivElement>(null);
  const { width: outer, letter } = useSize(box);
  const left = leftOf(y, (outer - LEFT * letter) / aspect, letter) * letter;
  const top = TOP * letter;
  const width = Math.max(60, outer - left - RIGHT * letter);
  const height = width / aspect;
  const frame: Frame = {
    width,
    height,
    x: scale(x.domain, [0, width], x.type),
    y: scale(y.domain, [height, 0], y.type),
    letter,
  };
  // While something moves inside of them, axes stand still.
  const axes = useMemo(
    () => <Axes frame={frame} x={x} y={y} left={left} />,
    [left, width, height, letter, ...standing(x), ...standing(y)],
  );
  return (
    <div class="chart" ref={box}>
      {raster === undefined ? null : (
        <RasterCanvas
          raster={raster}
          style={{ left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` }}
        />
      )}
      <svg
        width={outer}
        height={top + height + BOTTOM * letter}
        role={interactive ? 'group' : 'img'}
        aria-label={description}
      >
        <clipPath id={clip}>
          <rect width={width} height={height} />
        </clipPath>
        <g transform={`translate(${left},${top})`}>
          {axes}
          <g clip-path={`url(#${clip})`}>{children(frame)}</g>
          <rect class="chart-frame" width={width} height={height} />
          {over?.(frame)}
        </g>
      </svg>
    </div>
  );
}

function standing({ domain, label, type, format, grid }: AxisOptions): readonly unknown[] {
  return [...domain, label, type, format, grid];
}

/** What the numbers of the upright axis and its label need on the left, in letters. */
function leftOf(
  { domain, type = 'linear', format = short }: AxisOptions,
  height: number,
  letter: number,
): number {
  const widths = yTicksOf({ domain, type }, height, letter).map((value) =>
    Array.from(format(value)).reduce((sum, sign) => sum + (WIDTHS[sign] ?? 0.5), 0),
  );
  return Math.max(LEFT, TICK / letter + Math.max(0, ...widths) + GAP + LABEL);
}

/** Of signs, in letters; a digit has half of one. */
const WIDTHS: Readonly<Record<string, number>> = { '.': 0.25, ' ': 0.2, '\u00a0': 0.2, '%': 0.83 };
/** From the frame to a number, in pixels. */
const TICK = 6;

function yTicksOf(axis: Pick<Scale, 'domain' | 'type'>, height: number, letter: number): number[] {
  return ticks(axis, Math.max(2, Math.floor(height / (3 * letter))));
}

interface AxesProps {
  readonly frame: Frame;
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  /** Room on the left, in pixels. */
  readonly left: number;
}

function Axes({ frame: { width, height, x, y, letter }, x: xAxis, y: yAxis, left }: AxesProps): JSX.Element {
  const xTicks = ticks(x, Math.max(2, Math.floor(width / (5 * letter))));
  const yTicks = yTicksOf(y, height, letter);
  const { format: formatX = short, grid: gridX = false } = xAxis;
  const { format: formatY = short, grid: gridY = false } = yAxis;
  return (
    <g class="axes" aria-hidden="true">
      {xTicks.map((value) => (
        <g key={value} transform={`translate(${x.at(value)},${height})`}>
          {gridX ? <path class="grid" d={`M0,0V${-height}`} /> : null}
          <path d="M0,0V4" />
          <text y={6} dy="0.8em" text-anchor="middle">
            {formatX(value)}
          </text>
        </g>
      ))}
      {yTicks.map((value) => (
        <g key={value} transform={`translate(0,${y.at(value)})`}>
          {gridY ? <path class="grid" d={`M0,0H${width}`} /> : null}
          <path d="M0,0H-4" />
          <text x={-TICK} dy="0.35em" text-anchor="end">
            {formatY(value)}
          </text>
        </g>
      ))}
      <text class="axis-label" x={width / 2} y={height + 2.75 * letter} text-anchor="middle">
        {xAxis.label}
      </text>
      <text
        class="axis-label"
        transform={`translate(${LABEL * letter - left},${height / 2}) rotate(-90)`}
        dy="0.35em"
        text-anchor="middle"
      >
        {yAxis.label}
      </text>
    </g>
  );
}

/** A line through (x, y), for the `d` of a path. */
export function linePath(x: ArrayLike<number>, y: ArrayLike<number>, frame: Frame): string {
  let path = '';
  for (let i = 0; i < x.length; i++) path += `${i === 0 ? 'M' : 'L'}${pixel(x[i]!, y[i]!, frame)}`;
  return path;
}

/** The area between two lines over x, for the `d` of a path. */
export function bandPath(
  x: ArrayLike<number>,
  low: ArrayLike<number>,
  high: ArrayLike<number>,
  frame: Frame,
): string {
  let path = linePath(x, high, frame);
  for (let i = x.length - 1; i >= 0; i--) path += `L${pixel(x[i]!, low[i]!, frame)}`;
  return `${path}Z`;
}

/** Heights of the frame that a line may leave it by, either way. */
const REACH = 10;

/**
 * A polynomial that runs off is not followed for millions of pixels, whose dashes would take a browser seconds: the pen stays
 * where a segment is steep enough to look as it would.
 */
function pixel(x: number, y: number, frame: Frame): string {
  const far = REACH * frame.height;
  const down = Math.min(frame.height + far, Math.max(-far, frame.y.at(y)));
  return `${frame.x.at(x).toFixed(1)},${down.toFixed(1)}`;
}

/** Before the first layout: a phone's. */
const FIRST = { width: 340, letter: 13 };

function useSize(box: { readonly current: HTMLElement | null }): typeof FIRST {
  const [size, setSize] = useState(FIRST);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = (): void => {
      const width = Math.floor(element.clientWidth);
      const letter = Number.parseFloat(getComputedStyle(element).fontSize);
      if (width > 0) {
        setSize((old) => (old.width === width && old.letter === letter ? old : { width, letter }));
      }
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return size;
}
