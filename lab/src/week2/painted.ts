import type { Parameter } from '../state/parameters.js';
import { MOST_POINTS } from './limits.js';

/** Places as shares of the map's sides, of [0, 1], and a class: (u, v, 0 or 1). */
export type Painted = readonly (readonly [u: number, v: number, label: number])[];

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const PLACE_BITS = 11;
const LARGEST = 2 ** PLACE_BITS - 1;
/** A point is 2 x 11 bits of place and one of class, in digits of 6 bits. */
const WIDTH = 4;

/** What the address can hold of a place. */
export function rounded(share: number): number {
  return Math.round(Math.min(1, Math.max(0, share)) * LARGEST) / LARGEST;
}

/** Painted points, four letters each. */
export function painted(): Parameter<Painted> {
  return {
    initial: [],
    expected: `at most ${MOST_POINTS} painted points`,
    encode: (points) =>
      points
        .map(([u, v, label]) => {
          const bits = (Math.round(u * LARGEST) * 2 ** PLACE_BITS + Math.round(v * LARGEST)) * 2 + label;
          return [18, 12, 6, 0].map((shift) => DIGITS[(bits >>> shift) & 63]).join('');
        })
        .join(''),
    decode(text) {
      if (text.length % WIDTH !== 0 || text.length > WIDTH * MOST_POINTS) return undefined;
      const points: [number, number, number][] = [];
      for (let at = 0; at < text.length; at += WIDTH) {
        let bits = 0;
        for (let i = 0; i < WIDTH; i++) {
          const digit = DIGITS.indexOf(text[at + i]!);
          if (digit < 0) return undefined;
          bits = bits * 64 + digit;
        }
        if (bits >= 2 ** (2 * PLACE_BITS + 1)) return undefined;
        points.push([(bits >>> (PLACE_BITS + 1)) / LARGEST, ((bits >>> 1) & LARGEST) / LARGEST, bits & 1]);
      }
      return points;
    },
  };
}
