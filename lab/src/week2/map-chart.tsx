import type { ComponentChildren, JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Chart } from '../ui/index.js';
import type { Frame } from '../ui/index.js';
import type { Raster } from '../ui/index.js';
import { ray, region, shown } from './data.js';
import type { Fit } from './model.js';

/** Of the letters' size. */
const CIRCLE = 0.26;
const TRIANGLE = 0.33;
/** More points than these are drawn smaller. */
const FEW = 100;

export interface MapChartProps {
  readonly description: string;
  readonly raster: Raster | undefined;
  /** Has parts that are used. */
  readonly interactive?: boolean;
  /** Lines under the points. */
  readonly lines?: (frame: Frame) => ComponentChildren;
  readonly over?: (frame: Frame) => ComponentChildren;
}

/** A map of the plane with the points and the ray over it. */
export function MapChart({
  description,
  raster,
  interactive = false,
  lines,
  over,
}: MapChartProps): JSX.Element {
  const { x, y } = region.value;
  return (
    <Chart
      aspect={1}
      interactive={interactive}
      x={{ domain: x, label: 'x₁' }}
      y={{ domain: y, label: 'x₂' }}
      description={description}
      raster={raster}
      {...(over === undefined ? {} : { over })}
    >
      {(frame) => (
        <>
          {lines?.(frame)}
          <Points frame={frame} />
          <RayLine frame={frame} />
        </>
      )}
    </Chart>
  );
}

/** All points of a class are one path: hundreds of elements would be slow to move. */
function Points({ frame }: { readonly frame: Frame }): JSX.Element {
  const points = shown.value;
  const { width, height, letter } = frame;
  const paths = useMemo(() => {
    const size = letter * Math.min(1, (FEW / points.length) ** 0.25);
    const [r, t] = [CIRCLE * size, TRIANGLE * size];
    const out = ['', ''];
    for (const [u, v, label] of points) {
      const [x, y] = [u * width, (1 - v) * height];
      out[label]! +=
        label === 0
          ? `M${(x - r).toFixed(1)},${y.toFixed(1)}a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0Z`
          : `M${x.toFixed(1)},${(y - t).toFixed(1)}l${t},${1.8 * t}h${-2 * t}Z`;
    }
    return out;
  }, [points, width, height, letter]);
  return (
    <>
      <path class="mark-class-0" d={paths[0]} />
      <path class="mark-class-1" d={paths[1]} />
    </>
  );
}

function RayLine({ frame }: { readonly frame: Frame }): JSX.Element {
  const { from, to } = ray.value;
  const [x0, y0] = [frame.x.at(from.x), frame.y.at(from.y)];
  const [dx, dy] = [frame.x.at(to.x) - x0, frame.y.at(to.y) - y0];
  // Beyond the map in every direction; the frame cuts it.
  const reach = (2 * (frame.width + frame.height)) / (Math.hypot(dx, dy) || 1);
  const d = `M${x0.toFixed(1)},${y0.toFixed(1)}l${(dx * reach).toFixed(1)},${(dy * reach).toFixed(1)}`;
  return (
    <>
      <path class="mark-ray-halo" d={d} />
      <path class="mark-ray" d={d} />
    </>
  );
}

/** Segments (x1, y1, x2, y2) for the `d` of a path. */
export function segmentsPath(segments: Float32Array, frame: Frame): string {
  let path = '';
  for (let i = 0; i < segments.length; i += 4) {
    path += `M${frame.x.at(segments[i]!).toFixed(1)},${frame.y.at(segments[i + 1]!).toFixed(1)}L${frame.x.at(segments[i + 2]!).toFixed(1)},${frame.y.at(segments[i + 3]!).toFixed(1)}`;
  }
  return path;
}

/** The map of a fit, unless it is of another part of the plane. */
export function isShown(fit: Fit | undefined): fit is Fit {
  return fit !== undefined && fit.region.x.join() === region.value.x.join();
}
