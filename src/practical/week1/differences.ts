import { show } from '../evidence.js';
import { varianceAt } from './regression.js';
import type { Week1Run } from './result.js';
import type { Setting } from './settings.js';

/** What the published noise precision does to the results of this run, a sentence each. */
export function week1Differences({ settings, regressions, posterior }: Week1Run): readonly string[] {
  const { published, corrected } = settings.betas;
  const { linear, gaussian } = regressions;
  const band = (setting: Setting): number =>
    Math.sqrt(varianceAt(linear[setting].posterior, linear.basis, linear.barycentre));
  const slope = (setting: Setting): number =>
    Math.sqrt(posterior[setting].at(-1)!.posterior.covariance.data[3]!);
  const shift = (setting: Setting): number => Math.abs(linear[setting].minimum.x - linear.barycentre);
  const wrong = (setting: Setting): number =>
    Math.abs(gaussian.truth[0]! - gaussian[setting].mean[0]!) / gaussian[setting].sd[0]!;
  return [
    `beta = ${published} takes the noise variance for ${show(1 / published)}, twice the ` +
      `${show(1 / corrected)} of the data: at the barycentre of the linear set its bands are ` +
      `${show(band('published') / band('corrected'))} times as wide (a deviation of ` +
      `${show(band('published'))} for ${show(band('corrected'))}).`,
    `It also counts every point for half: after ${posterior.published.at(-1)!.n} points the slope's ` +
      `posterior deviation is ${show(slope('published'))} with it and ${show(slope('corrected'))} ` +
      'without.',
    'The prior then weighs more, and the variance of the straight line is smallest ' +
      `${show(shift('published'))} from the barycentre in place of ${show(shift('corrected'))}.`,
    `The limit of the Gaussian features' variance is ${show(gaussian.published.limit)} in place of ` +
      `${show(gaussian.corrected.limit)}, so that at x = ${gaussian.grid[0]} the truth lies ` +
      `${show(wrong('published'))} deviations from the mean in place of ${show(wrong('corrected'))}: the ` +
      'published value hides part of how wrong the model is there.',
  ];
}
