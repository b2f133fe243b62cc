/** The weights of one pass: `width` source pixels from `starts[i]` on make pixel i. */
interface Filter {
  readonly starts: Int32Array;
  readonly width: number;
  /** (target, width), each row of sum 1. */
  readonly weights: Float64Array;
}

/** Bits behind the point of Pillow's weights for bytes. */
const PRECISION = 2 ** 22;

/**
 * The triangle filter over pixel centres: neighbours are interpolated when an image grows; when it shrinks the triangle is
 * as wide as the step, so that every pixel counts.
 */
function triangle(source: number, target: number): Filter {
  const step = source / target;
  const support = Math.max(1, step);
  const width = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(target);
  const weights = new Float64Array(target * width);
  for (let i = 0; i < target; i++) {
    const centre = (i + 0.5) * step;
    const start = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(source, Math.floor(centre + support + 0.5));
    const row = weights.subarray(i * width, (i + 1) * width);
    let sum = 0;
    for (let k = 0; k < end - start; k++) {
      row[k] = Math.max(0, 1 - Math.abs((start + k + 0.5 - centre) / support));
      sum += row[k]!;
    }
    for (let k = 0; k < end - start; k++) row[k]! /= sum;
    starts[i] = start;
  }
  return { starts, width, weights };
}

/**
 * A plane (height, width) resized bilinearly, antialiased when it shrinks: first along the rows, then along the columns. `bytes`: the
 * numbers are of 0 to 255 and rounded after each pass, with weights of 22 bits, which is what Pillow does.
 */
export function resizePlane(
  plane: Float64Array,
  [height, width]: readonly [number, number],
  [newHeight, newWidth]: readonly [number, number],
  { bytes }: { bytes: boolean },
): Float64Array {
  const rows = { count: height, step: 1, line: width, newLine: newWidth };
  const columns = { count: newWidth, step: newWidth, line: 1, newLine: 1 };
  const wide = width === newWidth ? plane : pass(plane, width, newWidth, rows, bytes);
  return height === newHeight ? wide : pass(wide, height, newHeight, columns, bytes);
}

/** Filters `count` lines, which begin `line` apart (in the result `newLine`) and whose pixels are `step` apart. */
function pass(
  plane: Float64Array,
  source: number,
  target: number,
  { count, step, line, newLine }: { count: number; step: number; line: number; newLine: number },
  bytes: boolean,
): Float64Array {
  const { starts, width, weights } = triangle(source, target);
  if (bytes)
    for (let i = 0; i < weights.length; i++) weights[i] = Math.round(weights[i]! * PRECISION) / PRECISION;
  const out = new Float64Array(count * target);
  for (let other = 0; other < count; other++) {
    for (let i = 0; i < target; i++) {
      const start = starts[i]!;
      const taps = Math.min(width, source - start);
      let sum = 0;
      for (let k = 0; k < taps; k++)
        sum += weights[i * width + k]! * plane[other * line + (start + k) * step]!;
      out[other * newLine + i * step] = bytes ? Math.min(255, Math.max(0, Math.floor(sum + 0.5))) : sum;
    }
  }
  return out;
}
