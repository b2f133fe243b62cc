import { ConfigurationError } from '../errors/index.js';

/**
 * The name of one random stream: two words of 32 bits. A key is a value: nothing is consumed by using it, the same
 * key gives the same numbers, and independent streams come from `fold`.
 */
export type Key = readonly [number, number];

/** The key of a seed, an integer of [0, 2^53). */
export function key(seed: number): Key {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ConfigurationError({ what: 'key: seed', expected: 'an integer of [0, 2^53)', got: `${seed}` });
  }
  return [Math.floor(seed / 2 ** 32) >>> 0, seed >>> 0];
}

/**
 * A key of its own for each path of names and indices: `fold(key, 'dropout1', step)`. Numbers are integers of
 * [0, 2^53); names are hashed (FNV-1a, 32 bits) and marked, so that 1 and '1' differ.
 */
export function fold(parent: Key, ...path: readonly (number | string)[]): Key {
  const out = new Uint32Array(2);
  let [k0, k1] = parent;
  for (const part of path) {
    if (typeof part === 'string') threefry2x32(k0, k1, fnv1a(part), 0xffffffff, out);
    else {
      const [high, low] = key(part);
      threefry2x32(k0, k1, low, high, out);
    }
    k0 = out[0]!;
    k1 = out[1]!;
  }
  return [k0, k1];
}

/** Words `offset` to `offset + n` of the key's stream of 32-bit words; any part can be had without the ones before. */
export function bits({ 0: k0, 1: k1 }: Key, n: number, offset = 0): Uint32Array {
  const out = new Uint32Array(n);
  const block = new Uint32Array(2);
  for (let i = 0; i < n;) {
    const word = offset + i;
    const counter = Math.floor(word / 2);
    threefry2x32(k0, k1, counter >>> 0, Math.floor(counter / 2 ** 32), block);
    if (word % 2 === 0) out[i++] = block[0]!;
    if (i < n) out[i++] = block[1]!;
  }
  return out;
}

/**
 * Threefry-2x32 with 20 rounds: a keyed bijection of 64-bit counters, written to `out[0..1]`.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. The known answers of
 * the authors' Random123 library are in the tests.
 */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number, out: Uint32Array): void {
  const k2 = k0 ^ k1 ^ 0x1bd11bda;
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let injection = 1; ; injection += 2) {
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
    x0 = (x0 + (injection === 1 ? k1 : injection === 3 ? k0 : k2)) | 0;
    x1 = (x1 + (injection === 1 ? k2 : injection === 3 ? k1 : k0) + injection) | 0;
    if (injection === 5) break;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
    x0 = (x0 + (injection === 1 ? k2 : k1)) | 0;
    x1 = (x1 + (injection === 1 ? k0 : k2) + injection + 1) | 0;
  }
  out[0] = x0;
  out[1] = x1;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
