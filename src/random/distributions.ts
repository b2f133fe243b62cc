import { ConfigurationError } from '../errors/index.js';
import { bits } from './threefry.js';
import type { Key } from './threefry.js';

/** `n` uniform numbers of [0, 1), with 53 random bits each. */
export function uniform(key: Key, n: number, offset = 0): Float64Array {
  const words = bits(key, 2 * n, 2 * offset);
  return Float64Array.from(
    { length: n },
    (_, i) => ((words[2 * i]! >>> 5) * 2 ** 26 + (words[2 * i + 1]! >>> 6)) / 2 ** 53,
  );
}

/**
 * `n` standard normal numbers in float64, each of its own block of the stream, so that any range can be made alone.
 *
 * Source: Box & Muller, 1958. The radius comes of 32 bits, so no draw is further than 6.77 from 0.
 */
export function normal(key: Key, n: number, offset = 0): Float64Array {
  const words = bits(key, 2 * n, 2 * offset);
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const radius = Math.sqrt(-2 * Math.log((words[2 * i]! + 0.5) / 2 ** 32));
    out[i] = radius * Math.cos((2 * Math.PI * words[2 * i + 1]!) / 2 ** 32);
  }
  return out;
}

/** `n` integers of [0, bound), exactly uniform up to the 2^-53 of `uniform`; bound of [1, 2^32]. */
export function uniformInteger(key: Key, n: number, bound: number): Uint32Array {
  if (!(Number.isInteger(bound) && bound >= 1 && bound <= 2 ** 32)) {
    throw new ConfigurationError({
      what: 'uniformInteger: bound',
      expected: 'an integer of [1, 2^32]',
      got: `${bound}`,
    });
  }
  return Uint32Array.from(uniform(key, n), (u) => Math.floor(u * bound));
}

/** A uniform permutation of 0, ..., n - 1 (Fisher & Yates; Durstenfeld, 1964). */
export function permutation(key: Key, n: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const draws = uniform(key, n);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(draws[i]! * (i + 1));
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}
