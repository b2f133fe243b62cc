import type { Ramp } from 'credence/figures/ramps';
import type { CSSProperties, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** A map of values over the frame of a chart. */
export interface Raster {
  /** (rows, columns), row by row from the smallest y, from the smallest x in a row. */
  readonly values: ArrayLike<number>;
  readonly columns: number;
  readonly rows: number;
  /** The values at the ramp's ends. */
  readonly domain: readonly [number, number];
  readonly ramp: Ramp;
}

interface RasterCanvasProps {
  readonly raster: Raster;
  readonly style: CSSProperties;
}

/** The map on a canvas of one pixel a value, which the browser enlarges smoothly. */
export function RasterCanvas({ raster, style }: RasterCanvasProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context !== null && context !== undefined) context.putImageData(pixelsOf(raster), 0, 0);
  }, [raster]);
  return (
    <canvas
      ref={canvas}
      class="raster"
      width={raster.columns}
      height={raster.rows}
      style={style}
      aria-hidden="true"
    />
  );
}

function pixelsOf({ values, columns, rows, domain: [low, high], ramp }: Raster): ImageData {
  const image = new ImageData(columns, rows);
  const colors = Array.from({ length: 256 }, (_, i) => ramp(i / 255));
  const factor = 255 / (high - low || 1);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const share = (values[row * columns + column]! - low) * factor;
      const color = colors[Math.min(255, Math.max(0, Math.round(share)))]!;
      const at = 4 * ((rows - 1 - row) * columns + column);
      image.data.set(color, at);
      image.data[at + 3] = 255;
    }
  }
  return image;
}
