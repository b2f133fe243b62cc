import type { Region } from './model.js';

/** Beyond it a float32 probability is 0 or 1. */
const LARGEST_LOGIT = 16;

/** log(p / (1 - p)), bounded: straight where p itself bends, so that lines between two cells fall where they should. */
export function boundedLogit(p: number): number {
  return Math.min(LARGEST_LOGIT, Math.max(-LARGEST_LOGIT, Math.log(p) - Math.log1p(-p)));
}

/**
 * The line where a function of the plane has a value, by marching squares: segments (x1, y1, x2, y2), one after the other.
 * `values`: (size, size), row by row from the smallest y; the two lines of a saddle are chosen by the square's mean.
 */
export function contour(
  values: ArrayLike<number>,
  size: number,
  { x: [left, right], y: [bottom, top] }: Region,
  level: number,
): Float32Array {
  const segments: number[] = [];
  const stepX = (right - left) / (size - 1);
  const stepY = (top - bottom) / (size - 1);
  for (let row = 0; row + 1 < size; row++) {
    for (let column = 0; column + 1 < size; column++) {
      const at = row * size + column;
      // Counterclockwise from the lower left corner.
      const corners = [values[at]!, values[at + 1]!, values[at + size + 1]!, values[at + size]!];
      const kind = corners.reduce((bits, value, k) => bits | (value > level ? 1 << k : 0), 0);
      if (kind === 0 || kind === 15) continue;
      const mean = (corners[0]! + corners[1]! + corners[2]! + corners[3]!) / 4;
      for (const [first, second] of edgesOf(kind, mean > level)) {
        for (const edge of [first, second]) {
          const a = corners[edge]!;
          const share = (level - a) / (corners[(edge + 1) % 4]! - a);
          const [x, y] = ALONG[edge]!(share);
          segments.push(left + (column + x) * stepX, bottom + (row + y) * stepY);
        }
      }
    }
  }
  return Float32Array.from(segments);
}

/** Places on the four edges, from corner k to the next one. */
const ALONG: readonly ((share: number) => readonly [x: number, y: number])[] = [
  (share) => [share, 0],
  (share) => [1, share],
  (share) => [1 - share, 1],
  (share) => [0, 1 - share],
];

/** The pairs of edges that the line joins in a square whose corners above the level are the bits of `kind`. */
function edgesOf(kind: number, above: boolean): readonly (readonly [number, number])[] {
  if (kind === 5 || kind === 10) {
    const lowerLeftIsCutOff = (kind === 5) !== above;
    return lowerLeftIsCutOff
      ? [
          [3, 0],
          [1, 2],
        ]
      : [
          [0, 1],
          [2, 3],
        ];
  }
  const crossed = [0, 1, 2, 3].filter((k) => ((kind >> k) & 1) !== ((kind >> ((k + 1) % 4)) & 1));
  return [[crossed[0]!, crossed[1]!]];
}
