import type { PointSet } from '../../data/toy.js';
import { tensor } from '../../tensor/index.js';
import type { Tensor } from '../../tensor/index.js';
import type { Range } from './settings.js';

/** An evenly spaced grid over a plane. Its cells are numbered row by row from the smallest y. */
export interface Plane {
  /** (nx). */
  readonly x: Float64Array;
  /** (ny). */
  readonly y: Float64Array;
}

/** A labelled set of points, as figures take it. */
export interface Points {
  /** (N). */
  readonly x: Float64Array;
  /** (N). */
  readonly y: Float64Array;
  /** 0 or 1, (N). */
  readonly label: Uint8Array;
}

/**
 * What a picture is computed on: the cells of a plane, then the points of a set, so that one pass gives map
 * and accuracy.
 */
export interface View {
  readonly plane: Plane;
  readonly labels: Uint8Array;
  /** (ny nx + N, 2). */
  readonly x: Tensor<'float32'>;
}

export function planeOf({ x, y }: { readonly x: Range; readonly y: Range }): Plane {
  return { x: evenly(x), y: evenly(y) };
}

export function pointsOf({ points, labels }: PointSet): Points {
  const column = (k: number): Float64Array =>
    Float64Array.from(labels.data, (_, i) => points.data[2 * i + k]!);
  return { x: column(0), y: column(1), label: labels.data };
}

export function viewOf(plane: Plane, { points, labels }: PointSet): View {
  const cells = plane.x.length * plane.y.length;
  const x = new Float32Array(2 * (cells + labels.data.length));
  let at = 0;
  for (const y of plane.y) {
    for (const own of plane.x) {
      x[at++] = own;
      x[at++] = y;
    }
  }
  x.set(points.data, at);
  return { plane, labels: labels.data, x: tensor('float32', [x.length / 2, 2], x) };
}

/** Points of the plane from pairs of coordinates. */
export function positions(pairs: readonly (readonly [x: number, y: number])[]): Tensor<'float32'> {
  return tensor('float32', [pairs.length, 2], Float32Array.from(pairs.flat()));
}

function evenly({ from, to, count }: Range): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}
