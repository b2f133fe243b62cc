// From ink to the 28 x 28 pixels that the network reads. Pure numbers, so that a test computes the same.

export const SIDE = 28;
/** Ink is kept on a grid of so many steps a side. */
export const GRID = 64;
/** Of the pen, in pixels of the image: digits of MNIST are drawn about as wide. */
export const PEN_RADIUS = 1.15;
/** MNIST's digits fill a box of this side. */
const BOX = 20;
/** A dot is not blown up to a blot. */
const MOST_ENLARGED = 4;

/** Points of the grid, x from the left and y from the top, 0 to 63. */
export type Stroke = readonly (readonly [number, number])[];

export interface Placement {
  /** Degrees, clockwise. */
  readonly rotate: number;
  readonly scale: number;
  /** Pixels, to the right and down. */
  readonly dx: number;
  readonly dy: number;
}

type Line = readonly (readonly [number, number])[];

/**
 * Strokes as an image (784,) of 0 to 255. `centre`: as MNIST was made, the ink's box scaled to 20 x 20 and its centre of mass moved to the middle
 * (LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998).
 */
export function renderInk(strokes: readonly Stroke[], centre: boolean): Float64Array {
  const lines = strokes.map((stroke) => stroke.map(([x, y]) => [pixel(x), pixel(y)] as const));
  const points = lines.flat();
  if (!centre || points.length === 0) return rasterise(lines, PEN_RADIUS);
  const [left, right] = range(points.map(([x]) => x));
  const [top, bottom] = range(points.map(([, y]) => y));
  const longer = Math.max(right - left, bottom - top) + 2 * PEN_RADIUS;
  const factor = Math.min(MOST_ENLARGED, BOX / longer);
  const middle = [(left + right) / 2, (top + bottom) / 2] as const;
  const moved = (dx: number, dy: number): Line[] =>
    lines.map((line) =>
      line.map(([x, y]) => [
        SIDE / 2 + (x - middle[0]) * factor + dx,
        SIDE / 2 + (y - middle[1]) * factor + dy,
      ]),
    );
  const radius = PEN_RADIUS * factor;
  const [x, y] = centreOfMass(rasterise(moved(0, 0), radius));
  return rasterise(moved(SIDE / 2 - x, SIDE / 2 - y), radius);
}

/** An image (784,) rotated and scaled about its middle, then moved; between its pixels it is interpolated linearly. */
export function place(image: ArrayLike<number>, { rotate, scale, dx, dy }: Placement): Float64Array {
  const [cos, sin] = [Math.cos((rotate * Math.PI) / 180) / scale, Math.sin((rotate * Math.PI) / 180) / scale];
  const out = new Float64Array(SIDE * SIDE);
  const half = (SIDE - 1) / 2;
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= SIDE || y >= SIDE ? 0 : image[y * SIDE + x]!;
  for (let i = 0; i < SIDE; i++) {
    for (let j = 0; j < SIDE; j++) {
      const [u, v] = [j - half - dx, i - half - dy];
      const x = snapped(half + cos * u + sin * v);
      const y = snapped(half - sin * u + cos * v);
      const [x0, y0] = [Math.floor(x), Math.floor(y)];
      const [fx, fy] = [x - x0, y - y0];
      out[i * SIDE + j] =
        (1 - fy) * ((1 - fx) * at(x0, y0) + fx * at(x0 + 1, y0)) +
        fy * ((1 - fx) * at(x0, y0 + 1) + fx * at(x0 + 1, y0 + 1));
    }
  }
  return out;
}

/** As bytes, with noise of standard deviation `deviation` (of white) added; `noise` (784,) is standard normal. */
export function toBytes(image: ArrayLike<number>, deviation = 0, noise?: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(image, (value, i) =>
    Math.min(255, Math.max(0, Math.round(value + (noise === undefined ? 0 : 255 * deviation * noise[i]!)))),
  );
}

/** How much of each pixel lies within `radius` of a line, nearly: its edge is a pixel wide. */
function rasterise(lines: readonly Line[], radius: number): Float64Array {
  const out = new Float64Array(SIDE * SIDE);
  for (const line of lines) {
    line.forEach((to, k) => {
      const from = line[Math.max(0, k - 1)]!;
      const reach = radius + 0.5;
      const [left, right] = [Math.min(from[0], to[0]) - reach, Math.max(from[0], to[0]) + reach];
      const [top, bottom] = [Math.min(from[1], to[1]) - reach, Math.max(from[1], to[1]) + reach];
      for (let i = Math.max(0, Math.floor(top)); i < Math.min(SIDE, bottom); i++) {
        for (let j = Math.max(0, Math.floor(left)); j < Math.min(SIDE, right); j++) {
          const covered = Math.min(1, reach - distanceTo(from, to, j + 0.5, i + 0.5));
          if (255 * covered > out[i * SIDE + j]!) out[i * SIDE + j] = 255 * covered;
        }
      }
    });
  }
  return out;
}

/** Of a point from a line's piece. */
export function distanceTo(
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
  x: number,
  y: number,
): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

function centreOfMass(image: Float64Array): [number, number] {
  let [mass, x, y] = [0, 0, 0];
  image.forEach((value, at) => {
    mass += value;
    x += value * ((at % SIDE) + 0.5);
    y += value * (Math.floor(at / SIDE) + 0.5);
  });
  return mass === 0 ? [SIDE / 2, SIDE / 2] : [x / mass, y / mass];
}

/** Of the grid, in pixels of the image. */
function pixel(step: number): number {
  return ((step + 0.5) * SIDE) / GRID;
}

function range(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** Quarter turns must not interpolate: their cosine is 6e-17, not 0. */
function snapped(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-9 ? whole : value;
}
