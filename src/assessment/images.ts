import type { PngImage } from '../formats/index.js';
import type { DataSource } from '../sources/index.js';
import { elementCount } from '../tensor/index.js';

/** Smaller than this in either direction is no picture. */
const SMALLEST_SIDE = 6;

interface Layout {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** Channels are the last axis. */
  readonly last: boolean;
}

/** How examples of this shape are shown as images; undefined where they are none. */
export function imageLayout(shape: readonly number[]): Layout | undefined {
  const [a = 0, b = 0, c = 0] = shape;
  const isSide = (size: number): boolean => size >= SMALLEST_SIDE;
  const channelsOf = (size: number): 1 | 3 | undefined => (size === 1 || size === 3 ? size : undefined);
  if (shape.length === 2 && isSide(a) && isSide(b)) return { height: a, width: b, channels: 1, last: false };
  if (shape.length !== 3) return undefined;
  const [first, last] = [channelsOf(a), channelsOf(c)];
  if (first !== undefined && isSide(b) && isSide(c))
    return { height: b, width: c, channels: first, last: false };
  if (last !== undefined && isSide(a) && isSide(b))
    return { height: a, width: b, channels: last, last: true };
  return undefined;
}

/**
 * The examples at `indices` of a data set as images, as the model sees them: brought to 0 to 255 each for
 * itself unless they are bytes already. Undefined where examples of this shape are no images.
 */
export async function imagesAt(
  source: DataSource,
  indices: readonly number[],
): Promise<PngImage[] | undefined> {
  const layout = imageLayout(source.shape);
  if (layout === undefined) return undefined;
  if (indices.length === 0) return [];
  const width = elementCount(source.shape);
  const found = new Map<number, PngImage>();
  const wanted = new Set(indices);
  let start = 0;
  for await (const { inputs } of source.batches(250)) {
    const rows = inputs.shape[0]!;
    for (let row = 0; row < rows; row++) {
      if (!wanted.has(start + row)) continue;
      found.set(start + row, imageOf(inputs.data.subarray(row * width, (row + 1) * width), layout));
    }
    start += rows;
    if (found.size === wanted.size) break;
  }
  return indices.flatMap((index) => found.get(index) ?? []);
}

function imageOf(values: Float32Array, { height, width, channels, last }: Layout): PngImage {
  const byte = bytesOf(values);
  const pixels = height * width;
  if (channels === 1) return { width, height, data: Uint8Array.from(values, byte) };
  const data = new Uint8Array(4 * pixels).fill(255);
  for (let p = 0; p < pixels; p++) {
    for (let c = 0; c < 3; c++) data[4 * p + c] = byte(values[last ? 3 * p + c : c * pixels + p]!);
  }
  return { width, height, data };
}

function bytesOf(values: Float32Array): (value: number) => number {
  let [low, high, integers] = [Infinity, -Infinity, true];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
    integers &&= Number.isInteger(value);
  }
  if (integers && low >= 0 && high > 1 && high <= 255) return (value) => value;
  const range = high - low || 1;
  return (value) => Math.round((255 * (value - low)) / range);
}
