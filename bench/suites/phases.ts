import { week3Settings } from '#credence/practical/week3/settings';
import type { PhaseName } from '../contenders/contender.js';

const { classifier, confidnet } = week3Settings({ quick: false, published: false });

export interface PhaseDescription {
  readonly name: PhaseName;
  readonly title: string;
  /** How many times faster than PyTorch it must be. */
  readonly floor: number;
  /** How often the third week does it. */
  readonly times: number;
}

/** The phases of the third week: an epoch, or all test images once. */
export const PHASE_DESCRIPTIONS: readonly PhaseDescription[] = [
  { name: 'classifier', title: 'an epoch of the classifier', floor: 1.3, times: classifier.epochs },
  { name: 'confidnet', title: 'an epoch of ConfidNet', floor: 2.5, times: confidnet.epochs },
  // Both sets have as many images.
  { name: 'mc-dropout', title: 'MC dropout over 10,000 images', floor: 30, times: 2 },
  { name: 'odin', title: 'ODIN over 10,000 images', floor: 1.5, times: 2 },
];

/** How many times faster the third week as a whole must be. */
export const WHOLE_FLOOR = 3;
