import { ConfigurationError } from '../errors/index.js';
import { threefry2x32 } from './threefry.js';
import type { Key } from './threefry.js';

/** Probabilities are rounded to multiples of 2^-24. */
const PRECISION = 24;

/** Four bits as four bytes of 0 and 1, the lowest bit in the first byte. */
const BYTES_OF_NIBBLE = Uint32Array.from({ length: 16 }, (_, nibble) => {
  const bytes = Uint8Array.from([nibble & 1, (nibble >> 1) & 1, (nibble >> 2) & 1, (nibble >> 3) & 1]);
  return new Uint32Array(bytes.buffer)[0]!;
});

/**
 * Rows `rowStart` to `rowStart + rows` of an endless matrix of independent Bernoulli draws with `width` columns: 1 with
 * `probability`, else 0, as bytes. A row depends on the key and on its index alone, so that shards of a batch, in any
 * order and on any worker, make together the same matrix.
 *
 * 32 draws are made at once, bit-sliced: with the probability's binary digits 0.b1 b2 ... bk, taken from the last,
 * draw = b ? draw | word : draw & word halves the probability and adds b / 2. So 1/2 costs one random bit a draw and 3/4 two.
 */
export function bernoulli(
  { 0: k0, 1: k1 }: Key,
  probability: number,
  rows: number,
  width: number,
  { rowStart = 0, out = new Uint8Array(rows * width) }: { rowStart?: number; out?: Uint8Array } = {},
): Uint8Array {
  if (!(probability >= 0 && probability <= 1)) {
    throw new ConfigurationError({
      what: 'bernoulli: probability',
      expected: 'a number of [0, 1]',
      got: `${probability}`,
    });
  }
  let digits = Math.round(probability * 2 ** PRECISION);
  if (digits === 0) return out.fill(0);
  if (digits === 2 ** PRECISION) return out.fill(1);
  let depth = PRECISION;
  for (; digits % 2 === 0; depth--) digits /= 2;

  const block = new Uint32Array(2);
  const inWords = width % 4 === 0 && out.byteOffset % 4 === 0;
  const words = inWords
    ? new Uint32Array(out.buffer, out.byteOffset, (rows * width) / 4)
    : new Uint32Array(0);
  for (let row = 0; row < rows; row++) {
    let used = 0;
    for (let column = 0; column < width; column += 32) {
      let draws = 0;
      for (let digit = 0; digit < depth; digit++, used++) {
        if (used % 2 === 0) threefry2x32(k0, k1, used / 2, rowStart + row, block);
        draws = (digits >>> digit) & 1 ? draws | block[used % 2]! : draws & block[used % 2]!;
      }
      const end = Math.min(32, width - column);
      if (inWords) {
        let target = (row * width + column) / 4;
        for (let bit = 0; bit < end; bit += 4) words[target++] = BYTES_OF_NIBBLE[(draws >>> bit) & 15]!;
      } else {
        const target = row * width + column;
        for (let bit = 0; bit < end; bit++) out[target + bit] = (draws >>> bit) & 1;
      }
    }
  }
  return out;
}
