import { inflateSync } from 'fflate';
import { FormatError } from '../errors/index.js';
import { crc32 } from './crc32.js';

/** No deflate stream makes more than this many bytes of one: 258 bytes of two bits. */
const LARGEST_RATIO = 1032;

/** Content that a reader unpacks at most, unless told otherwise: 1 GiB. */
export const DEFAULT_LIMIT: number = 2 ** 30;

/**
 * Deflated bytes unpacked, held against the size and CRC that their container names. The size is checked before
 * anything is allocated.
 * @throws FormatError
 */
export function inflate(
  deflated: Uint8Array,
  { size, crc, where, limit }: { size: number; crc: number; where: string; limit: number },
): Uint8Array {
  if (size > limit) {
    throw new FormatError({
      what: 'compressed data',
      expected: `at most ${limit} bytes`,
      got: `${size}`,
      where,
    });
  }
  if (size > LARGEST_RATIO * deflated.length) {
    throw new FormatError({
      what: 'compressed data',
      expected: `at most ${LARGEST_RATIO * deflated.length} bytes out of ${deflated.length}`,
      got: `a stated size of ${size}`,
      where,
      hint: 'the file is truncated or corrupt: fetch it again',
    });
  }
  let content: Uint8Array;
  try {
    content = inflateSync(deflated, { out: new Uint8Array(size) });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError({
      what: 'compressed data',
      got: reason,
      where,
      hint: 'the file is truncated or corrupt: fetch it again',
      cause,
    });
  }
  // What goes beyond `size` is dropped by the inflater and shows in the CRC.
  if (content.length !== size || crc32(content) !== crc) {
    throw new FormatError({
      what: 'compressed data',
      expected: `${size} bytes with CRC-32 ${hex(crc)}`,
      got: `${content.length} bytes with CRC-32 ${hex(crc32(content))}`,
      where,
      hint: 'the file is corrupt: fetch it again',
    });
  }
  return content;
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
