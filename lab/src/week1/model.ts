// What the page and the worker say to each other about a regression: plain data.

/** The feature map of the inputs. */
export type BasisChoice =
  | { readonly kind: 'linear' }
  | { readonly kind: 'polynomial'; readonly degree: number }
  | { readonly kind: 'gaussian'; readonly centres: readonly number[]; readonly width: number };

/** A data set and the model of it. */
export interface Problem {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly basis: BasisChoice;
  readonly alpha: number;
  /** How many of the points the posterior has seen, in their order. */
  readonly seen: number;
}

export interface FitInput extends Problem {
  /** The noise precisions to compare, one or more. */
  readonly betas: readonly number[];
  /** The inputs to predict at are `count` from `from` to `to`, both included. */
  readonly range: { readonly from: number; readonly to: number; readonly count: number };
  /** How many functions to draw from the posterior of the first beta. */
  readonly samples: number;
  readonly seed: number;
}

export interface Curve {
  readonly beta: number;
  readonly mean: Float64Array;
  /** 1 / beta + phi'S phi. */
  readonly variance: Float64Array;
  /** Where the variance is smallest in the range. */
  readonly minimum: { readonly x: number; readonly value: number };
  /** The variance at the barycentre of the points seen; undefined while there are none. */
  readonly atBarycentre: number | undefined;
}

export interface Fit {
  readonly grid: Float64Array;
  readonly curves: readonly Curve[];
  /** Functions drawn from the posterior, at the grid. */
  readonly samples: readonly Float64Array[];
  /** The mean input of the points seen. */
  readonly barycentre: number | undefined;
}

export interface WeightsInput extends Problem {
  readonly beta: number;
  /** Which two weights. */
  readonly pair: readonly [number, number];
  /** Values of each weight. */
  readonly size: number;
}

/** The joint density of two weights. */
export interface WeightsPosterior {
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** (size, size), row by row of the second weight, relative to its maximum. */
  readonly density: Float64Array;
  readonly mean: readonly [number, number];
  readonly deviation: readonly [number, number];
  readonly correlation: number;
}
