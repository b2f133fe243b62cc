import {
  choice,
  flag,
  integer,
  number,
  numberOf,
  optional,
  panelState,
  rows,
  SPEEDS,
} from '../state/index.js';

export const MOST_POINTS = 200;
export const MOST_WEIGHTS = 20;
/** Of a point's coordinates: powers of it are still numbers. */
const LARGEST = 1000;

/** Null: what follows from the other values. */
export const { signals, set, reset } = panelState('week1', {
  set: choice(['line', 'hole', 'sine'], 'line'),
  n: integer({ initial: 25, min: 2, max: MOST_POINTS }),
  /** Standard deviation of the noise. */
  noise: number({ initial: 0.2, min: 0.02, max: 1 }),
  seed: integer({ initial: 1, min: 0, max: 999_999 }),
  /** The points as they were dragged; null: those of the set. */
  points: optional(rows({ columns: 2, decimals: 4, limit: MOST_POINTS, size: LARGEST })),
  /** How many of the points count; null: all. */
  seen: optional(integer({ initial: 0, min: 0, max: MOST_POINTS })),
  basis: choice(['linear', 'polynomial', 'gaussian'], 'linear'),
  degree: integer({ initial: 9, min: 1, max: 15 }),
  centres: integer({ initial: 9, min: 2, max: MOST_WEIGHTS }),
  /** Of the Gaussian features, as a share of the interval that the inputs are drawn from. */
  width: number({ initial: 1 / 9, min: 0.02, max: 1 }),
  alpha: number({ initial: 2, min: 0.0001, max: 1000 }),
  /** Null: the precision of the noise, 1 / noise^2. */
  beta: optional(number({ initial: 25, min: 0.1, max: 10_000 })),
  /** How many times the interval of the inputs is shown. */
  reach: number({ initial: 4, min: 1, max: 12 }),
  compare: flag(true),
  functions: flag(false),
  first: integer({ initial: 0, min: 0, max: MOST_WEIGHTS }),
  second: integer({ initial: 1, min: 0, max: MOST_WEIGHTS }),
  speed: numberOf(SPEEDS, 1),
});
