import { inflateSync } from 'node:zlib';
import { FormatError } from '../../errors/index.js';

const HEADER_SIZE = 44;
const ENTRY_SIZE = 20;
const MAGIC = 0x774f4646;

/**
 * The TrueType or OpenType font inside a WOFF 1.0 file: its tables unpacked and given a plain directory.
 *
 * Source: WOFF File Format 1.0 (W3C, 2012), sections 3 to 5.
 * @throws FormatError when the bytes are not a WOFF 1.0 font.
 */
export function fontOfWoff(woff: Uint8Array, where: string): Uint8Array {
  const input = new DataView(woff.buffer, woff.byteOffset, woff.byteLength);
  if (woff.length < HEADER_SIZE || input.getUint32(0) !== MAGIC) {
    throw new FormatError({ what: 'font', expected: 'a WOFF 1.0 file', got: `${woff.length} bytes`, where });
  }
  const tables = Array.from({ length: input.getUint16(12) }, (_, i) => {
    const [tag, offset, packed, size, checksum] = [0, 4, 8, 12, 16].map((field) =>
      input.getUint32(HEADER_SIZE + ENTRY_SIZE * i + field),
    ) as [number, number, number, number, number];
    const bytes = woff.subarray(offset, offset + packed);
    return { tag, checksum, bytes: packed < size ? inflateSync(bytes) : bytes };
  });

  const selector = Math.floor(Math.log2(tables.length));
  const directory = 12 + 16 * tables.length;
  const font = new Uint8Array(tables.reduce((sum, { bytes }) => sum + aligned(bytes.length), directory));
  const output = new DataView(font.buffer);
  output.setUint32(0, input.getUint32(4));
  output.setUint16(4, tables.length);
  output.setUint16(6, 16 * 2 ** selector);
  output.setUint16(8, selector);
  output.setUint16(10, 16 * (tables.length - 2 ** selector));
  let at = directory;
  for (const [i, { tag, checksum, bytes }] of tables.entries()) {
    for (const [field, value] of [tag, checksum, at, bytes.length].entries()) {
      output.setUint32(12 + 16 * i + 4 * field, value);
    }
    font.set(bytes, at);
    at += aligned(bytes.length);
  }
  return font;
}

function aligned(size: number): number {
  return (size + 3) & ~3;
}
