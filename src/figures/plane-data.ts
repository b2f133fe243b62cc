import type { Numbers } from './figure.js';

/** The points of a rectangular grid over a plane: evenly spaced, ascending, two at least on each axis. */
export interface PlaneGrid {
  /** (nx) */
  readonly x: Numbers;
  /** (ny) */
  readonly y: Numbers;
}

/** Points of the plane, (n) each, with their classes 0 and 1. */
export interface LabelledPoints {
  readonly x: Numbers;
  readonly y: Numbers;
  readonly label: Numbers;
}
