import { cholesky, choleskySolve, matrix } from '../../../linalg/index.js';
import type { Claim } from '../../claims.js';
import { count, evidence, holdsIf, show } from '../../evidence.js';
import { ownRun } from '../result.js';
import type { Week2Run } from '../result.js';
import { ranges } from './curves.js';

/**
 * Float32 coordinates of up to 40 times weights of up to 4 move a logit by 3e-5 at most, and p by a quarter
 * of it.
 */
const ROUNDING = 1e-4;

export function signedDistance(run: Week2Run): Claim {
  const { parallels } = ownRun(run);
  const { distances, offsets } = parallels;
  const map = Math.max(...ranges(parallels.map, offsets.length));
  const laplace = Math.max(...ranges(parallels.laplace, offsets.length));
  return {
    id: 'week2/1.1/map-signed-distance',
    question: '1.1',
    statement: "MAP's probability depends on x only through its signed distance to the line w'x + b = 0.",
    verdict: holdsIf(map < ROUNDING),
    evidence: [
      evidence(
        `largest difference of p between points up to ${show(2 * offsets.at(-1)!)} apart on a line ` +
          'beside the boundary',
        map,
        {
          expected:
            `0 up to rounding, at ${distances.length} distances of ${distances[0]} to ` +
            `${distances.at(-1)}`,
        },
      ),
      evidence("the same of Laplace's mean probability, for comparison", laplace),
    ],
  };
}

export function certainFarAway(run: Week2Run): Claim {
  const { rays, map } = ownRun(run);
  const [w1, w2] = map.weights;
  const normal = Math.atan2(w2!, w1!);
  const last = rays.radii.length - 1;
  // A ray along the boundary itself stays there.
  const leaving = [...rays.angles.keys()].filter((i) => Math.abs(Math.cos(rays.angles[i]! - normal)) > 0.01);
  const certainty = (radius: number): number =>
    Math.min(...leaving.map((i) => Math.abs(rays.map[i * rays.radii.length + radius]! - 0.5) + 0.5));
  const epistemic = Math.max(...map.picture.map.epistemic);
  return {
    id: 'week2/1.1/map-certain-far-away',
    question: '1.1',
    statement:
      'MAP is as sure far from the data as near it, and surer: p tends to 0 or 1 in every direction that ' +
      'leaves the boundary, ' +
      'and no part of its uncertainty is about the weights.',
    verdict: holdsIf(certainty(last) > 1 - ROUNDING && epistemic < 1e-6),
    evidence: [
      ...[...rays.radii.keys()].map((radius) =>
        evidence(
          `probability of the more probable class at distance ${count(rays.radii[radius]!)}, in the least sure ` +
            `of ${leaving.length} directions`,
          certainty(radius),
          radius === last ? { expected: '1', unit: 'probability' } : { unit: 'probability' },
        ),
      ),
      evidence('largest epistemic part over the plane', epistemic, { expected: '0', unit: 'nats' }),
    ],
  };
}

export function publishedReachesMap({ published, corrected, settings }: Week2Run): Claim {
  const { mean, covariance, distanceToMode } = corrected.laplace;
  const difference = published.map.weights.map((value, i) => value - mean[i]!);
  const whitened = choleskySolve(cholesky(matrix(3, 3, covariance)), difference);
  const distance = Math.sqrt(difference.reduce((sum, value, i) => sum + value * whitened[i]!, 0));
  const own = settings.map.published;
  const precision = own.optimiser.kind === 'sgd' ? own.optimiser.weightDecay * settings.sets.blobs.n : 0;
  const slopes = (weights: Float64Array): string => `${show(weights[0]!)} and ${show(weights[1]!)}`;
  return {
    id: 'week2/1.1/published-training-reaches-map',
    question: '1.1',
    statement:
      `${own.epochs} epochs of gradient descent give the maximum a posteriori weights under the ` +
      'prior N(0, 1).',
    verdict: holdsIf(distance < 0.1),
    evidence: [
      evidence('distance of the published weights from the MAP, in posterior deviations', distance, {
        expected: 'by the statement about 0',
      }),
      ...[0, 1].map((i) => evidence(`published weight w${i + 1}`, published.map.weights[i]!)),
      ...[0, 1].map((i) =>
        evidence(`MAP weight w${i + 1}`, corrected.map.weights[i]!, { expected: 'about 1.7 to 2.0' }),
      ),
      evidence("the MAP's own distance to the mode, in posterior deviations", distanceToMode, {
        expected: '0',
      }),
    ],
    correction:
      'The likelihood of blobs that a line separates grows with the weights without end, so that the ' +
      'prior decides where they stop: at ' +
      `${slopes(corrected.map.weights)}. The published training ends at ` +
      `${slopes(published.map.weights)}, where ${own.epochs} steps ` +
      'have carried it from where it began; and a weight decay on the mean loss is a prior of N times ' +
      'its number, a precision of ' +
      `${show(precision)} here for the 1 that is meant.`,
  };
}
