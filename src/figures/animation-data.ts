import type { Numbers } from './figure.js';
import { percent, significant } from './numbers.js';
import type { LabelledPoints, PlaneGrid } from './plane-data.js';

/** The state of a training after one epoch. */
export interface AnimationFrame {
  readonly epoch: number;
  /** (ny, nx), row by row from the smallest y: the mean of p(y = 1). */
  readonly probability: Numbers;
  /** A share of [0, 1]. */
  readonly accuracy?: number;
  readonly loss?: number;
}

export interface AnimationData {
  /** 40 to 60 points a side are enough: the map is interpolated, and the CSV has a column for each frame. */
  readonly grid: PlaneGrid;
  readonly frames: readonly AnimationFrame[];
  readonly points: LabelledPoints;
}

/** 'epoch 12 · accuracy 99.5 % · loss 0.0312' */
export function frameLabel({ epoch, accuracy, loss }: AnimationFrame): string {
  const parts = [`epoch ${epoch}`];
  if (accuracy !== undefined) parts.push(`accuracy ${percent(accuracy)}`);
  if (loss !== undefined) parts.push(`loss ${significant(loss)}`);
  return parts.join(' · ');
}
