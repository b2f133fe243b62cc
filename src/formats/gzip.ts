import { gzipSync } from 'fflate';
import { FormatError } from '../errors/index.js';
import { DEFAULT_LIMIT, inflate } from './inflate.js';
import { describeBytes } from './signature.js';

const HEADER_SIZE = 10;
const TRAILER_SIZE = 8;
const FLAG = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 };

/** Whether the bytes begin as gzip data does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The bytes gzipped, without a name or a date: the same bytes give the same file. */
export function gzip(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { mtime: 0, level: 9 });
}

/**
 * The content of gzip data of one member, size and CRC-32 checked. `limit`: the largest content that is unpacked, in
 * bytes (1 GiB); nothing is allocated before the stated size was held against it and against the compressed length.
 *
 * Source: RFC 1952.
 * @throws FormatError on anything that is not intact gzip data.
 */
export function gunzip(
  bytes: Uint8Array,
  { where = 'gzip data', limit = DEFAULT_LIMIT }: { where?: string; limit?: number } = {},
): Uint8Array {
  if (!isGzip(bytes)) {
    throw new FormatError({ what: 'magic number', expected: 'gzip data', got: describeBytes(bytes), where });
  }
  const start = headerLength(bytes);
  const end = bytes.length - TRAILER_SIZE;
  if (bytes[2] !== 8 || (bytes[3]! & FLAG.reserved) !== 0 || start > end) {
    throw new FormatError({
      what: 'gzip header',
      expected: 'a deflate stream and its trailer',
      got: `${bytes.length} bytes, method ${bytes[2]}, flags ${bytes[3]}`,
      where,
      hint: 'the file is truncated or corrupt: fetch it again',
    });
  }
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + end, TRAILER_SIZE);
  const crc = trailer.getUint32(0, true);
  return inflate(bytes.subarray(start, end), { size: trailer.getUint32(4, true), crc, where, limit });
}

/** Where the deflate stream begins; beyond the end when the header is cut. */
function headerLength(bytes: Uint8Array): number {
  const flags = bytes[3] ?? 0;
  let at = HEADER_SIZE;
  if (flags & FLAG.extra) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  for (const flag of [FLAG.name, FLAG.comment]) {
    if ((flags & flag) === 0) continue;
    const zero = bytes.indexOf(0, at);
    at = zero < 0 ? Infinity : zero + 1;
  }
  return flags & FLAG.headerCrc ? at + 2 : at;
}
