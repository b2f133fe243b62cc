import { unzlibSync } from 'fflate';
import { FormatError } from '../errors/index.js';
import { crc32 } from './crc32.js';
import { describeBytes } from './signature.js';

/** Pixels row by row from the top, `channels` bytes each: grey (1), grey and opacity (2), RGB (3), RGBA (4). */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Pixels that an image has at most, unless told otherwise: 2^26, 8192 x 8192. */
export const LARGEST_IMAGE: number = 2 ** 26;

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Samples of a pixel in the file, and the depths that go with them, by colour type. */
const COLOURS: ReadonlyMap<number, readonly [samples: number, depths: readonly number[]]> = new Map([
  [0, [1, [1, 2, 4, 8, 16]]],
  [2, [3, [8, 16]]],
  [3, [1, [1, 2, 4, 8]]],
  [4, [2, [8, 16]]],
  [6, [4, [8, 16]]],
] as const);
const INDEXED = 3;
/** First column, first row and the steps between them, of the passes of Adam7. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly samples: number;
  readonly interlaced: boolean;
}

/**
 * The pixels of a PNG of any colour type and depth, interlaced or not, CRCs checked. Samples of 16 bits keep their upper 8; fewer than
 * 8 are spread over 0 to 255; indices become the palette's RGB. Transparency by tRNS, gamma and colour profiles are
 * not applied. The size is held against `limit` (pixels) before anything is allocated.
 *
 * Source: PNG, third edition (W3C).
 * @throws FormatError
 */
export function decodePng(
  bytes: Uint8Array,
  { where = 'PNG data', limit = LARGEST_IMAGE }: { where?: string; limit?: number } = {},
): DecodedImage {
  if (!isPng(bytes)) {
    throw new FormatError({ what: 'signature', expected: 'a PNG image', got: describeBytes(bytes), where });
  }
  let header: Header | undefined;
  let palette: Uint8Array | undefined;
  const packed: Uint8Array[] = [];
  for (const { type, content } of chunks(bytes, where)) {
    if (type === 'IHDR') header = readHeader(content, where, limit);
    else if (type === 'PLTE') palette = content;
    else if (type === 'IDAT') packed.push(content);
  }
  if (header === undefined || packed.length === 0) throw damaged('a header and pixels', 'none', where);
  const { width, height, colour, samples } = header;
  const raw = inflatePixels(packed, header, where);
  const data = new Uint8Array(width * height * samples);
  let at = 0;
  for (const [x, y, dx, dy] of header.interlaced ? ADAM7 : [[0, 0, 1, 1] as const]) {
    const [columns, rows] = [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)];
    if (columns <= 0 || rows <= 0) continue;
    const stride = rowBytes(header, columns);
    unfilter(
      raw.subarray(at, at + rows * (stride + 1)),
      stride,
      Math.max(1, (header.depth * samples) / 8),
      where,
    );
    for (let row = 0; row < rows; row++) {
      const line = raw.subarray(at + row * (stride + 1) + 1, at + (row + 1) * (stride + 1));
      spread(line, header, data, ((y + row * dy) * width + x) * samples, columns, dx * samples);
    }
    at += rows * (stride + 1);
  }
  if (colour === INDEXED) return { width, height, channels: 3, data: lookUp(data, palette, where) };
  return { width, height, channels: samples, data };
}

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

function* chunks(bytes: Uint8Array, where: string): Generator<{ type: string; content: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = SIGNATURE.length;
  for (let type = ''; type !== 'IEND';) {
    const length = at + 12 <= bytes.length ? view.getUint32(at) : Infinity;
    if (at + 12 + length > bytes.length) throw damaged('chunks up to IEND', 'the end of the file', where);
    type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      throw damaged('chunks with the CRC that they state', `'${type}' with another`, where);
    }
    yield { type, content: bytes.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
  }
}

function readHeader(content: Uint8Array, where: string, limit: number): Header {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  if (content.length === 13) {
    const [width, height] = [view.getUint32(0), view.getUint32(4)];
    const [depth, colour, compression, filter, interlace] = [...content.subarray(8)];
    const [samples, depths] = COLOURS.get(colour!) ?? [0, []];
    if (width * height > limit) {
      throw damaged(`at most ${limit} pixels`, `${width} x ${height}`, where);
    }
    if (
      width > 0 &&
      height > 0 &&
      depths.includes(depth!) &&
      compression === 0 &&
      filter === 0 &&
      interlace! < 2
    ) {
      return { width, height, depth: depth!, colour: colour!, samples, interlaced: interlace === 1 };
    }
  }
  throw damaged('a header of a known kind', [...content].join(' '), where);
}

function inflatePixels(packed: readonly Uint8Array[], header: Header, where: string): Uint8Array {
  const { width, height, interlaced } = header;
  let size = 0;
  for (const [x, y, dx, dy] of interlaced ? ADAM7 : [[0, 0, 1, 1] as const]) {
    const [columns, rows] = [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)];
    if (columns > 0 && rows > 0) size += rows * (rowBytes(header, columns) + 1);
  }
  const joined = new Uint8Array(packed.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of packed) {
    joined.set(piece, at);
    at += piece.length;
  }
  let raw: Uint8Array;
  try {
    raw = unzlibSync(joined, { out: new Uint8Array(size) });
  } catch (cause) {
    throw damaged('deflated pixels', cause instanceof Error ? cause.message : String(cause), where);
  }
  if (raw.length !== size) throw damaged(`${size} bytes of pixels`, `${raw.length}`, where);
  return raw;
}

function rowBytes({ depth, samples }: Header, columns: number): number {
  return Math.ceil((columns * samples * depth) / 8);
}

/** Undoes the filters of all rows, in place. `pixel`: the bytes of a pixel, at least 1. */
function unfilter(raw: Uint8Array, stride: number, pixel: number, where: string): void {
  for (let start = 0; start < raw.length; start += stride + 1) {
    const filter = raw[start]!;
    if (filter > 4) throw damaged('filters of 0 to 4', `${filter}`, where);
    const isFirst = start === 0;
    for (let x = 0; x < stride; x++) {
      const at = start + 1 + x;
      const left = x < pixel ? 0 : raw[at - pixel]!;
      const up = isFirst ? 0 : raw[at - stride - 1]!;
      if (filter === 1) raw[at]! += left;
      else if (filter === 2) raw[at]! += up;
      else if (filter === 3) raw[at]! += (left + up) >> 1;
      else if (filter === 4)
        raw[at]! += paeth(left, up, isFirst || x < pixel ? 0 : raw[at - stride - 1 - pixel]!);
    }
  }
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** A row's samples as bytes: pixel i goes to `start + i * step`. */
function spread(
  line: Uint8Array,
  header: Header,
  data: Uint8Array,
  start: number,
  columns: number,
  step: number,
): void {
  const { depth, samples, colour } = header;
  const largest = 2 ** depth - 1;
  const scale = colour === INDEXED ? 1 : 255 / largest;
  for (let column = 0; column < columns; column++) {
    for (let sample = 0; sample < samples; sample++) {
      const i = column * samples + sample;
      let value: number;
      if (depth === 8) value = line[i]!;
      else if (depth === 16) value = line[2 * i]!;
      else value = scale * ((line[(i * depth) >> 3]! >> (8 - depth - ((i * depth) & 7))) & largest);
      data[start + column * step + sample] = value;
    }
  }
}

function lookUp(indices: Uint8Array, palette: Uint8Array | undefined, where: string): Uint8Array {
  const colours = Math.floor((palette?.length ?? 0) / 3);
  const rgb = new Uint8Array(3 * indices.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (index >= colours)
      throw damaged(`indices below ${colours}, the size of the palette`, `${index}`, where);
    for (let channel = 0; channel < 3; channel++) rgb[3 * i + channel] = palette![3 * index + channel]!;
  }
  return rgb;
}

function damaged(expected: string, got: string, where: string): FormatError {
  const hint = 'the image is truncated or corrupt';
  return new FormatError({ what: 'PNG image', expected, got, where, hint });
}
