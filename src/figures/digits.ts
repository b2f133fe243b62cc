import { ShapeError } from '../errors/index.js';
import { encodePng } from '../formats/index.js';
import { assertWithin } from './checks.js';
import type { Numbers } from './figure.js';
import { imageElement } from './raster.js';

/** Side of a digit, in pixels. */
const SIDE = 28;
const PIXELS = SIDE * SIDE;

/**
 * Digits as squares of `side` pixels of the figure, their upper left corners given. One PNG a digit: white on black, as
 * the data are, in both themes.
 *
 * @param images (n, 28, 28), intensities of 0 to 255.
 */
export function digitImage(
  images: Numbers,
  index: number,
  { x, y, side }: { x: number; y: number; side: number },
): string {
  const data = Uint8Array.from({ length: PIXELS }, (_, i) => images[index * PIXELS + i]!);
  return imageElement(
    encodePng({ width: SIDE, height: SIDE, data }),
    { x, y, width: side, height: side },
    { crisp: true },
  );
}

/**
 * @throws ShapeError when there are not n images of 28 x 28; DataError when an intensity lies outside [0, 255].
 */
export function assertDigits(what: string, images: Numbers, n: number): void {
  if (images.length !== n * PIXELS) {
    throw new ShapeError({
      what: `${what}: images`,
      expected: `${n} of ${SIDE} x ${SIDE}, ${n * PIXELS} intensities`,
      got: `${images.length}`,
    });
  }
  assertWithin(`${what}: images`, images, 0, 255);
}
