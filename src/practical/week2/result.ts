import type { Key } from '../../random/index.js';
import type { Claim } from '../claims.js';
import type { DropoutChecks } from './dropout-checks.js';
import type { LaplaceFit, MapFit, WeightPosterior } from './logistic.js';
import type { DropoutFit, NetworkFit } from './networks.js';
import type { Plane, Points } from './plane.js';
import type { Parallels, Rays } from './rays.js';
import type { SetName, Setting, Week2Settings } from './settings.js';
import type { Frame, VariationalFit } from './variational.js';

/** What is fitted in both settings. */
export interface SettingRun {
  /** Figure 3. */
  readonly map: MapFit;
  /** Figure 4. */
  readonly laplace: LaplaceFit;
  /** Figure 5. */
  readonly variational: VariationalFit;
  /** Figure 6, one an epoch. */
  readonly frames: readonly Frame[];
  /** Figure 7. */
  readonly variationalMlp: NetworkFit;
  /** What the classifiers of figures 3 to 5 say far from the data. */
  readonly rays: Rays;
  readonly parallels: Parallels;
}

/** The numbers of a run of week 2, before anything is said about them. */
export interface Week2Run extends Readonly<Record<Setting, SettingRun>> {
  readonly settings: Week2Settings;
  readonly key: Key;
  readonly points: Readonly<Record<SetName, Points>>;
  readonly planes: Readonly<Record<SetName | 'frames', Plane>>;
  /** Figure 8: one training, drawn as published (`perPixel`) and smoothly (`shared`). */
  readonly dropout: DropoutFit;
  readonly dropoutChecks: DropoutChecks;
  /** What the posterior of figure 5 becomes when the divergence is weighted otherwise. */
  readonly temperatures: readonly (WeightPosterior & {
    readonly name: string;
    readonly temperature: number;
  })[];
}

/** Everything of week 2, as plain data. */
export interface Week2Result extends Week2Run {
  /** The report's statements, judged by the run's own setting where it matters. */
  readonly claims: readonly Claim[];
  /** What the published mistakes do to the results, a sentence each. */
  readonly differences: readonly string[];
}

/** The fits of a run's own setting. */
export function ownRun(run: Week2Run): SettingRun {
  return run[run.settings.published ? 'published' : 'corrected'];
}
