import { holeSet, linearSet, sinusoidalSet } from '../../data/toy.js';
import type { RegressionSet } from '../../data/toy.js';
import { fold } from '../../random/index.js';
import type { Key } from '../../random/index.js';
import { week1Claims } from './claims.js';
import { week1Differences } from './differences.js';
import { runPosterior } from './posterior.js';
import { runRegression } from './regression.js';
import type { Regression } from './regression.js';
import type { Week1Result, Week1Run } from './result.js';
import { week1Settings } from './settings.js';
import type { RegressionName, SetName } from './settings.js';

/** Runs week 1. The data sets depend on the key alone, so that both settings see the same points. */
export function runWeek1({
  key,
  published = false,
}: {
  readonly key: Key;
  readonly published?: boolean;
}): Week1Result {
  const settings = week1Settings({ published });
  const { noise, sizes, betas } = settings;
  const sets: Readonly<Record<SetName, RegressionSet>> = {
    linear: linearSet(fold(key, 'linear'), { n: sizes.linear, noise }),
    hole: holeSet(fold(key, 'hole'), { n: sizes.hole, noise }),
    sinusoidal: sinusoidalSet(fold(key, 'sinusoidal'), { n: sizes.sinusoidal, noise }),
  };
  const regression = (name: RegressionName): Regression => {
    const own = settings.regressions[name];
    return runRegression(name, own, sets[own.set], betas);
  };
  const run: Week1Run = {
    settings,
    key,
    posterior: runPosterior(sets.linear, settings),
    regressions: {
      linear: regression('linear'),
      hole: regression('hole'),
      polynomial: regression('polynomial'),
      gaussian: regression('gaussian'),
    },
  };
  return { ...run, claims: week1Claims(run), differences: week1Differences(run) };
}
