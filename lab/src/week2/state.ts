import { choice, flag, integer, number, numberOf, optional, panelState, rows } from '../state/index.js';
import {
  EPOCHS_A_FRAME,
  LARGEST,
  MOST_EPOCHS,
  MOST_HIDDEN,
  MOST_MEMBERS,
  MOST_POINTS,
  MOST_SAMPLES,
} from './limits.js';
import { painted } from './painted.js';

export const RAY_DECIMALS = 3;

/** Null: what follows from the other values. */
export const { signals, set, reset } = panelState('week2', {
  set: choice(['moons', 'blobs', 'circles', 'spirals', 'empty'], 'moons'),
  n: integer({ initial: 100, min: 2, max: MOST_POINTS }),
  /** Standard deviation of the noise; null: the set's own. */
  noise: optional(number({ initial: 0.2, min: 0, max: 2 })),
  seed: integer({ initial: 1, min: 0, max: 999_999 }),
  /** The points as they were painted; null: those of the set. */
  points: optional(painted()),
  method: choice(['map', 'laplace', 'variational', 'bayesian', 'dropout', 'ensemble'], 'ensemble'),
  hidden: integer({ initial: 50, min: 1, max: MOST_HIDDEN }),
  rate: number({ initial: 0.2, min: 0.01, max: 0.9 }),
  members: integer({ initial: 5, min: 1, max: MOST_MEMBERS }),
  /** Prior precision. */
  alpha: number({ initial: 0.02, min: 0.0001, max: 100 }),
  /** Learning rate; null: the method's own. */
  lr: optional(number({ initial: 0.1, min: 0.0001, max: 2 })),
  samples: integer({ initial: 30, min: 1, max: MOST_SAMPLES }),
  epoch: integer({ initial: 300, min: 0, max: MOST_EPOCHS }),
  speed: numberOf(EPOCHS_A_FRAME, 5),
  /** Its origin and its handle; null: from the points' mean to where the set has its own. */
  ray: optional(rows({ columns: 2, decimals: RAY_DECIMALS, limit: 2, size: LARGEST })),
  brush: choice(['off', '0', '1', 'eraser'], 'off'),
  boundaries: flag(true),
});
