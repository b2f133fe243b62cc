import { show } from '../evidence.js';
import { meanOf } from './claims/curves.js';
import { sigmoidTwiceFloor } from './published.js';
import type { Week2Run } from './result.js';

/** What the published settings and mistakes do to the results of this run, a sentence each. */
export function week2Differences({ published, corrected, settings, points }: Week2Run): readonly string[] {
  const slope = ({ map }: typeof published): string => show(map.weights[0]!);
  const sd = ({ laplace }: typeof published): string => show(laplace.deviation[0]!);
  const largest = (values: Float64Array): string => show(Math.max(...values));
  const mlp = (run: typeof published): string =>
    `a mean deviation of ${show(meanOf(run.variationalMlp.deviation))}, ` +
    `${show(run.variationalMlp.divergence)} nats from the prior`;
  return [
    `Figure 3: ${settings.map.published.epochs} epochs with weight decay end at w1 = ` +
      `${slope(published)}; the maximum under the prior ` +
      `N(0, 1) is at ${slope(corrected)}.`,
    `Figure 4: the Hessian of the mean loss makes w1's deviation ${sd(published)}, the prior's, whatever ` +
      'N; that of the sum, ' +
      `at the minimum of the same objective, makes it ${sd(corrected)}. The undecided directions are ` +
      `${show(100 * published.rays.sectors.laplace)} % of all in place of ` +
      `${show(100 * corrected.rays.sectors.laplace)} %.`,
    `Figures 5 and 6: the published likelihood applies two sigmoids, so that its loss cannot fall under ` +
      `${show(sigmoidTwiceFloor(points.blobs.label))} nats; it ends at ` +
      `${show(published.variational.losses.at(-1)!)}, the corrected one at ` +
      `${show(corrected.variational.losses.at(-1)!)}. Published is the ` +
      `state after ${settings.variational.epochs} epochs, begun at deviations of 0.1 and ended at up to ` +
      `${largest(published.variational.deviation)}; the corrected ` +
      `figure 5 is what ${settings.variational.converged.epochs} epochs converge to, up to ` +
      `${largest(corrected.variational.deviation)}.`,
    `Figure 7: trained so, the network has ${mlp(published)}; with the evidence lower bound ` +
      `${mlp(corrected)}. Its evidence lower ` +
      `bound is ${show(published.variationalMlp.bound.value)} in place of ` +
      `${show(corrected.variationalMlp.bound.value)} nats.`,
    'Figure 8 is one training, drawn twice: with a mask for each pixel as published, and with masks ' +
      'shared over the plane.',
  ];
}
