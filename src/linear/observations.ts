import { DataError, ShapeError } from '../errors/index.js';
import type { Matrix } from '../linalg/index.js';
import type { Basis } from './basis.js';

/**
 * Targets y (n) with their inputs: a design matrix (n, d), or numbers x (n) and the feature map that makes
 * it.
 */
export type Observations =
  | { readonly design: Matrix; readonly y: Float64Array }
  | { readonly x: Float64Array; readonly basis: Basis; readonly y: Float64Array };

/**
 * The design matrix of observations, checked.
 * @throws ShapeError when lengths differ or there are no features; DataError when there is no observation or
 *   a number is not finite.
 */
export function designOf(where: string, observations: Observations): Matrix {
  const { y } = observations;
  if ('x' in observations) {
    const { x } = observations;
    if (x.length !== y.length) throw mismatch(where, 'x', x.length, y);
    assertFiniteNumbers(`${where}: x`, x);
  }
  const design = 'design' in observations ? observations.design : observations.basis.features(observations.x);
  if (design.rows !== y.length) throw mismatch(where, 'design', design.rows, y);
  if (y.length === 0) {
    throw new DataError({
      what: `${where}: y`,
      expected: 'one observation or more',
      got: 'none',
      hint: 'linearPrior is the distribution before any',
    });
  }
  assertFiniteNumbers(`${where}: y`, y);
  assertDesign(where, design);
  return design;
}

/**
 * @throws ShapeError when there are no features or not `dimension` of them; DataError when one is not finite.
 */
export function assertDesign(where: string, design: Matrix, dimension: number = design.cols): void {
  if (design.cols !== dimension || design.cols === 0) {
    throw new ShapeError({
      what: `${where}: design`,
      expected: dimension === 0 ? 'one feature or more' : `${dimension} features`,
      got: `(${design.rows}, ${design.cols})`,
    });
  }
  assertFiniteNumbers(`${where}: design`, design.data);
}

function assertFiniteNumbers(what: string, values: Float64Array): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new DataError({ what, expected: 'finite numbers', got: `${values[bad]}`, where: `element ${bad}` });
  }
}

function mismatch(where: string, what: string, rows: number, y: Float64Array): ShapeError {
  return new ShapeError({
    what: `${where}: ${what}`,
    expected: `${y.length} rows, one a target`,
    got: `${rows}`,
  });
}
