import type { Key } from '../../random/index.js';
import type { Claim } from '../claims.js';
import type { PosteriorFigure } from './posterior.js';
import type { Curve, Regression } from './regression.js';
import type { RegressionName, Setting, Week1Settings } from './settings.js';

/** The numbers of a run of week 1, before anything is said about them. Curves are given in both settings. */
export interface Week1Run {
  readonly settings: Week1Settings;
  readonly key: Key;
  /** Question 1.2. */
  readonly posterior: PosteriorFigure;
  /** Figure 1 (linear, hole), questions 2.1 and 2.2 (polynomial), figure 2 (gaussian). */
  readonly regressions: Readonly<Record<RegressionName, Regression>>;
}

/** Everything of week 1, as plain data. */
export interface Week1Result extends Week1Run {
  /** The report's statements, judged by the curves of the run's own setting. */
  readonly claims: readonly Claim[];
  /** What the published noise precision does to the results, a sentence each. */
  readonly differences: readonly string[];
}

/** The setting that a run's claims are about. */
export function settingOf({ settings }: Week1Run): Setting {
  return settings.published ? 'published' : 'corrected';
}

/** A regression's curve in the run's own setting. */
export function curveOf(run: Week1Run, name: RegressionName): Curve {
  return run.regressions[name][settingOf(run)];
}
