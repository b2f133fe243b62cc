// In the worker: examples as the reader sees them, where they look like images.
import type { PngImage } from 'credence/formats';
import type { DataSource } from 'credence/sources';

/** Smaller than this in either direction is no picture. */
const SMALLEST_SIDE = 6;
const BATCH = 250;

interface Layout {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** From one channel to the next, and from one pixel to the next. */
  readonly strides: readonly [channel: number, pixel: number];
}

/** The examples at these places, each stretched from black to white; undefined where they are no images. */
export async function picturesOf(
  source: DataSource,
  indices: readonly number[],
): Promise<PngImage[] | undefined> {
  const layout = layoutOf(source.shape);
  if (layout === undefined) return undefined;
  const size = source.shape.reduce((product, side) => product * side, 1);
  const wanted = new Set(indices);
  const found = new Map<number, PngImage>();
  let start = 0;
  for await (const { inputs } of source.batches(BATCH)) {
    const rows = inputs.shape[0] ?? 0;
    for (let row = 0; row < rows; row++) {
      if (!wanted.has(start + row)) continue;
      found.set(start + row, pictureOf(inputs.data.subarray(row * size, (row + 1) * size), layout));
    }
    start += rows;
    if (found.size === wanted.size) break;
  }
  return indices.flatMap((index) => found.get(index) ?? []);
}

function layoutOf(shape: readonly number[]): Layout | undefined {
  const sides = shape.length === 2 ? [1, ...shape] : shape;
  const [a = 0, b = 0, c = 0] = sides;
  if (sides.length !== 3) return undefined;
  const isSides = (x: number, y: number): boolean => x >= SMALLEST_SIDE && y >= SMALLEST_SIDE;
  const areChannels = (n: number): boolean => n === 1 || n === 3;
  if (areChannels(a) && isSides(b, c)) return { height: b, width: c, channels: a, strides: [b * c, 1] };
  if (areChannels(c) && isSides(a, b)) return { height: a, width: b, channels: c, strides: [1, c] };
  return undefined;
}

function pictureOf(values: Float32Array, { height, width, channels, strides }: Layout): PngImage {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const factor = 255 / (high - low || 1);
  const at = (channel: number, pixel: number): number =>
    Math.round((values[channel * strides[0] + pixel * strides[1]]! - low) * factor);
  const pixels = height * width;
  if (channels === 1) return { width, height, data: Uint8Array.from({ length: pixels }, (_, p) => at(0, p)) };
  const data = new Uint8Array(4 * pixels).fill(255);
  for (let p = 0; p < pixels; p++) for (let c = 0; c < 3; c++) data[4 * p + c] = at(c, p);
  return { width, height, data };
}
