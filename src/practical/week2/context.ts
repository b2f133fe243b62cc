import type { PointSet } from '../../data/toy.js';
import type { Key } from '../../random/index.js';
import type { Feeds } from '../../runtime/index.js';
import { viewOf } from './plane.js';
import type { Plane, View } from './plane.js';
import type { SetName, Week2Settings } from './settings.js';

/** What the parts of a run share. */
export interface Week2Context {
  readonly settings: Week2Settings;
  readonly key: Key;
  readonly sets: Readonly<Record<SetName, PointSet>>;
  readonly planes: Readonly<Record<SetName | 'frames', Plane>>;
  /** Threads of the predictions; the trainings are too short to share. */
  readonly workers: number;
  readonly signal: AbortSignal | undefined;
}

/** A training set as an objective takes it. */
export function trainingData({ sets }: Week2Context, name: SetName): Feeds {
  return { x: sets[name].points, label: sets[name].labels };
}

export function view({ sets, planes }: Week2Context, name: SetName, plane: SetName | 'frames' = name): View {
  return viewOf(planes[plane], sets[name]);
}

/** A pass over a whole view is one run: there are few examples and many samples. */
export const BATCH = 20_000;

export function signalOf({ signal }: Week2Context): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
