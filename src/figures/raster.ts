import { DataError } from '../errors/index.js';
import { encodePng } from '../formats/index.js';
import { assertValues } from './checks.js';
import type { Numbers } from './figure.js';
import type { PlaneGrid } from './plane-data.js';
import { BANDS, bandOf } from './ramp.js';
import type { Ramp } from './ramp.js';
import { element } from './svg.js';

/**
 * @throws DataError for an axis that is not evenly spaced and ascending, or values that are not finite or not `(ny, nx)`.
 */
export function assertGrid(what: string, { x, y }: PlaneGrid, ...values: readonly Numbers[]): void {
  for (const [name, axis] of Object.entries({ x, y })) {
    assertValues(`${what}: ${name}`, axis);
    const step = (axis[axis.length - 1]! - axis[0]!) / (axis.length - 1);
    for (let i = 1; i < axis.length || i === 1; i++) {
      if (step > 0 && Math.abs(axis[i]! - axis[i - 1]! - step) <= 1e-3 * step) continue;
      throw new DataError({
        what: `${what}: ${name}`,
        expected: 'two or more ascending numbers, evenly spaced',
        got: axis.length < 2 ? `${axis.length}` : `a step of ${axis[i]! - axis[i - 1]!} beside ${step}`,
        where: `element ${i}`,
      });
    }
  }
  for (const list of values) assertValues(`${what}: values`, list, x.length * y.length);
}

export interface RasterOptions {
  readonly ramp: Ramp;
  readonly domain: readonly [number, number];
  /** Where the picture goes, in the figure's pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The picture's pixels to a pixel of the figure. Default 1. */
  readonly pixelRatio?: number;
  /** Default 20. */
  readonly bands?: number;
}

/**
 * A map of values `(ny, nx)`, row by row from the smallest y, interpolated linearly between the points and drawn in bands
 * of one colour: filled contours, and a PNG of a few kilobytes.
 */
export function rasterImage({ x, y }: PlaneGrid, values: Numbers, options: RasterOptions): string {
  const { ramp, domain, pixelRatio = 1, bands = BANDS } = options;
  const columns = Math.round(options.width * pixelRatio);
  const rows = Math.round(options.height * pixelRatio);
  const [low, high] = domain;
  const colors = Array.from({ length: bands }, (_, i) => ramp((i + 0.5) / bands));
  const data = new Uint8Array(4 * rows * columns);
  for (let row = 0; row < rows; row++) {
    const v = (1 - (row + 0.5) / rows) * (y.length - 1);
    for (let column = 0; column < columns; column++) {
      const u = ((column + 0.5) / columns) * (x.length - 1);
      const share = (bilinear(values, x.length, u, v) - low) / (high - low);
      const [red, green, blue] = colors[bandOf(share, bands)]!;
      data.set([red, green, blue, 255], 4 * (row * columns + column));
    }
  }
  return imageElement(encodePng({ width: columns, height: rows, data }), options);
}

function bilinear(values: Numbers, width: number, u: number, v: number): number {
  const i = Math.floor(u);
  const j = Math.floor(v);
  const s = u - i;
  const t = v - j;
  const at = j * width + i;
  return (
    (1 - t) * ((1 - s) * values[at]! + s * values[at + 1]!) +
    t * ((1 - s) * values[at + width]! + s * values[at + width + 1]!)
  );
}

/** A PNG within the figure. `crisp`: its pixels stay squares. */
export function imageElement(
  png: Uint8Array,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  { crisp = false }: { crisp?: boolean } = {},
): string {
  return element('image', {
    x,
    y,
    width,
    height,
    preserveAspectRatio: 'none',
    style: crisp ? 'image-rendering:pixelated' : undefined,
    href: `data:image/png;base64,${base64(png)}`,
  });
}

export function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}
