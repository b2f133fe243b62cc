import { choice, flag, integer, number, numberOf, panelState, SPEEDS } from '../state/index.js';
import type { Parameter } from '../state/index.js';
import manifest from './assets/manifest.json' with { type: 'json' };
import { ink } from './ink.js';
import { SCORE_NAMES } from './scores.js';

/** Degrees between two images of the sweep. */
export const SWEEP_STEP = 5;
export const MOST_PASSES = 500;

/** A test digit that the page has, by its index in the test set. */
const shippedDigit: Parameter<number> = {
  initial: manifest.start,
  expected: 'the index of a test digit that ships with the page',
  encode: (index) => `${index}`,
  decode: (text) => manifest.digits.find((index) => `${index}` === text),
};

export const { signals, set, reset } = panelState('week3', {
  digit: shippedDigit,
  /** What was drawn; null: the test digit is shown. */
  ink,
  /** Whether a drawing is centred as MNIST's digits are. */
  centre: flag(true),
  /** Degrees, clockwise. */
  rotate: number({ initial: 0, min: 0, max: 360 }),
  scale: number({ initial: 1, min: 0.4, max: 1.6 }),
  dx: number({ initial: 0, min: -10, max: 10 }),
  dy: number({ initial: 0, min: -10, max: 10 }),
  /** Standard deviation, of white. */
  noise: number({ initial: 0, min: 0, max: 1 }),
  seed: integer({ initial: 1, min: 0, max: 999_999 }),
  passes: integer({ initial: 200, min: 10, max: MOST_PASSES }),
  temperature: number({ initial: manifest.settings.odin.temperature, min: 1, max: 100 }),
  epsilon: number({ initial: manifest.settings.odin.epsilon, min: 0, max: 0.05 }),
  score: choice(SCORE_NAMES, 'mcDropout.entropy'),
  task: choice(['failure', 'ood'], 'failure'),
  /** The share of the test digits that is flagged. */
  flagged: number({ initial: 0.02, min: 0.0001, max: 1 }),
  epochs: integer({ initial: 6, min: 1, max: 30 }),
  speed: numberOf(SPEEDS, 1),
});
