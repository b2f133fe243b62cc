import type { Parameter } from '../state/index.js';
import { distanceTo, GRID } from './image.js';
import type { Stroke } from './image.js';

/** Points of all strokes together, so that an address stays short enough to be sent. */
export const MOST_POINTS = 800;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_';

/** Strokes in the address: two letters a point, a dot between strokes. Null: nothing is drawn, a test digit is shown. */
export const ink: Parameter<readonly Stroke[] | null> = {
  initial: null,
  expected: `strokes of at most ${MOST_POINTS} points together, two letters a point`,
  encode: (strokes) =>
    strokes === null
      ? 'none'
      : strokes.map((stroke) => stroke.map(([x, y]) => `${ALPHABET[x]}${ALPHABET[y]}`).join('')).join('.'),
  decode(text) {
    if (text === 'none') return null;
    if (text === '') return [];
    if (text.length > 3 * MOST_POINTS || !/^(?:[\w-]{2})+(?:\.(?:[\w-]{2})+)*$/.test(text)) return undefined;
    return text
      .split('.')
      .map((stroke) =>
        Array.from(
          { length: stroke.length / 2 },
          (_, i) => [ALPHABET.indexOf(stroke[2 * i]!), ALPHABET.indexOf(stroke[2 * i + 1]!)] as const,
        ),
      );
  },
};

/** A stroke of fewer points that stays within `tolerance` steps of it (Douglas & Peucker, 1973). */
export function simplified(stroke: Stroke, tolerance = 0.6): Stroke {
  if (stroke.length < 3) return stroke;
  const [first, last] = [stroke[0]!, stroke.at(-1)!];
  let [farthest, most] = [0, -1];
  stroke.forEach(([x, y], i) => {
    const off = distanceTo(first, last, x, y);
    if (off > most) [farthest, most] = [i, off];
  });
  if (most <= tolerance) return [first, last];
  return [
    ...simplified(stroke.slice(0, farthest + 1), tolerance).slice(0, -1),
    ...simplified(stroke.slice(farthest), tolerance),
  ];
}

/** The point of the grid for a place in a square, as shares of its side. */
export function gridPoint(x: number, y: number): readonly [number, number] {
  const step = (share: number): number => Math.min(GRID - 1, Math.max(0, Math.floor(share * GRID)));
  return [step(x), step(y)];
}
