import { zlibSync } from 'fflate';
import { ShapeError } from '../errors/index.js';
import { crc32 } from './crc32.js';

/** Pixels row by row from the top: one byte each (grey, 0 is black) or four (red, green, blue, opacity). */
export interface PngImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const GREY = 0;
const RGBA = 6;

/**
 * A PNG of 8 bits a channel: grey when `data` has width * height bytes, RGBA (not premultiplied) with four times as
 * many. The same pixels give the same bytes, in Node and in a browser.
 *
 * Source: PNG, third edition (W3C).
 * @throws ShapeError when the number of bytes is neither, or the image has no pixel.
 */
export function encodePng({ width, height, data }: PngImage): Uint8Array {
  const pixels = width * height;
  const channels = data.length === 4 * pixels ? 4 : 1;
  if (!isSize(width) || !isSize(height) || data.length !== channels * pixels) {
    throw new ShapeError({
      what: 'encodePng: data',
      expected: 'width * height bytes of grey or four times as many of RGBA, at least one pixel',
      got: `${data.length} bytes for ${width} x ${height}`,
    });
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, channels === 4 ? RGBA : GREY, 0, 0, 0], 8);
  const packed = zlibSync(filterRows(data, width * channels, height, channels), { level: 9 });
  const chunks = [chunk('IHDR', header), chunk('IDAT', packed), chunk('IEND', new Uint8Array())];
  const out = new Uint8Array(SIGNATURE.length + chunks.reduce((sum, { length }) => sum + length, 0));
  out.set(SIGNATURE);
  let at = SIGNATURE.length;
  for (const bytes of chunks) {
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}

function isSize(size: number): boolean {
  return Number.isInteger(size) && size > 0 && size < 2 ** 31;
}

/**
 * Each row as itself, as differences to its left or as differences to the row above, whichever has the least sum of
 * magnitudes (the heuristic of the PNG specification, section 12.7), after a byte that names the filter.
 */
function filterRows(data: PngImage['data'], stride: number, height: number, channels: number): Uint8Array {
  const out = new Uint8Array(height * (stride + 1));
  const none = new Uint8Array(stride);
  const sub = new Uint8Array(stride);
  const up = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const row = y * stride;
    for (let x = 0; x < stride; x++) {
      const value = data[row + x]!;
      none[x] = value;
      sub[x] = x < channels ? value : value - data[row + x - channels]!;
      up[x] = y === 0 ? value : value - data[row + x - stride]!;
    }
    const filters = [none, sub, up];
    const sums = filters.map(sumOfMagnitudes);
    const best = sums.indexOf(Math.min(...sums));
    out[y * (stride + 1)] = best;
    out.set(filters[best]!, y * (stride + 1) + 1);
  }
  return out;
}

function sumOfMagnitudes(differences: Uint8Array): number {
  let sum = 0;
  for (let x = 0; x < differences.length; x++) sum += Math.abs((differences[x]! << 24) >> 24);
  return sum;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + content.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, content.length);
  out.set(new TextEncoder().encode(type), 4);
  out.set(content, 8);
  view.setUint32(8 + content.length, crc32(out.subarray(4, 8 + content.length)));
  return out;
}
