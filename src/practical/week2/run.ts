import { blobs, moons } from '../../data/toy.js';
import { fold } from '../../random/index.js';
import type { Key } from '../../random/index.js';
import { week2Claims } from './claims.js';
import type { Week2Context } from './context.js';
import { week2Differences } from './differences.js';
import { runDropoutChecks } from './dropout-checks.js';
import { runLogistic } from './logistic.js';
import { runDropout, runVariationalMlp } from './networks.js';
import { planeOf, pointsOf } from './plane.js';
import { runParallels, runRays } from './rays.js';
import type { SettingRun, Week2Result, Week2Run } from './result.js';
import { week2Settings } from './settings.js';
import type { Setting, Week2Settings } from './settings.js';
import { runTemperatures, runVariational } from './variational.js';

export interface Week2Options {
  readonly key: Key;
  /**
   * Whether the claims are judged by the published settings and mistakes; both are computed. False unless
   * given.
   */
  readonly published?: boolean;
  /** Threads of the predictions; 0, the calling thread, unless given. The result does not depend on it. */
  readonly workers?: number;
  readonly onProgress?: (done: number, total: number, detail?: string) => void;
  readonly signal?: AbortSignal;
}

const STEPS = 13;

/** Runs week 2. The data sets depend on the key alone, so that both settings see the same points. */
export async function runWeek2({ published = false, ...options }: Week2Options): Promise<Week2Result> {
  return runWeek2With(week2Settings({ published }), options);
}

/** The same with other settings: fewer epochs, a coarser plane. */
export async function runWeek2With(
  settings: Week2Settings,
  { key, workers = 0, onProgress, signal }: Omit<Week2Options, 'published'>,
): Promise<Week2Result> {
  const { sets, planes } = settings;
  const context: Week2Context = {
    settings,
    key,
    sets: { blobs: blobs(fold(key, 'blobs'), sets.blobs), moons: moons(fold(key, 'moons'), sets.moons) },
    planes: {
      blobs: planeOf(planes.blobs),
      moons: planeOf(planes.moons),
      frames: planeOf(planes.frames),
    },
    workers,
    signal,
  };
  let done = 0;
  const step = async <T>(detail: string, work: () => Promise<T>): Promise<T> => {
    signal?.throwIfAborted();
    onProgress?.(done, STEPS, detail);
    const result = await work();
    onProgress?.(++done, STEPS, detail);
    return result;
  };
  const both = async (setting: Setting): Promise<SettingRun> => {
    const logistic = await step(`MAP and Laplace (${setting})`, async () => runLogistic(context, setting));
    const variational = await step(`variational logistic regression (${setting})`, async () =>
      runVariational(context, setting),
    );
    const variationalMlp = await step(`variational network (${setting})`, async () =>
      runVariationalMlp(context, setting),
    );
    return {
      map: logistic.map,
      laplace: logistic.laplace,
      variational: variational.fit,
      frames: variational.frames,
      variationalMlp,
      rays: await step(`far from the data (${setting})`, async () => runRays(context, logistic, variational)),
      parallels: await step(`along the boundary (${setting})`, async () => runParallels(context, logistic)),
    };
  };
  const corrected = await both('corrected');
  const mistaken = await both('published');
  const dropout = await step('MC dropout', async () => runDropout(context));
  const run: Week2Run = {
    settings,
    key,
    points: { blobs: pointsOf(context.sets.blobs), moons: pointsOf(context.sets.moons) },
    planes: context.planes,
    corrected,
    published: mistaken,
    dropout: dropout.fit,
    dropoutChecks: await step('masks', async () => runDropoutChecks(context, dropout)),
    temperatures: await step('scalings of the divergence', async () => runTemperatures(context)),
  };
  return { ...run, claims: week2Claims(run), differences: week2Differences(run) };
}
