import { cholesky, choleskySolve, fromRows } from '../../../linalg/index.js';
import { fitLinear, linearBasis, predictLinear, sampleWeights } from '../../../linear/index.js';
import { fold } from '../../../random/index.js';
import type { Claim } from '../../claims.js';
import { varianceAt } from '../regression.js';
import { curveOf } from '../result.js';
import type { Week1Run } from '../result.js';
import { count, evidence, holdsIf, show } from '../../evidence.js';

const DRAWS = 10_000;
/** Deviations beyond which a normal variable falls once in 1.7 million draws. */
const FIVE_SIGMA = 5;
/** The two routes subtract numbers of up to (1 + 10^2) / alpha; their rounding is far below this. */
const AGREEMENT = 1e-9;

export function closedFormPredictive(run: Week1Run): Claim {
  const { points, grid, alpha } = run.regressions.linear;
  const { beta, posterior, mean, variance, limit } = curveOf(run, 'linear');

  // The same distribution without weights: targets are jointly normal with covariance phi'phi / alpha +
  // noise.
  const kernel = (a: number, b: number): number => (1 + a * b) / alpha;
  const joint = fromRows(
    Array.from(points.x, (a, i) => points.x.map((b, j) => kernel(a, b) + (i === j ? 1 / beta : 0))),
  );
  const factor = cholesky(joint);
  const dual = choleskySolve(factor, points.y);
  let meanError = 0;
  let varianceError = 0;
  grid.forEach((at, i) => {
    const cross = points.x.map((x) => kernel(at, x));
    const explained = choleskySolve(factor, cross);
    const conditional = kernel(at, at) + 1 / beta - dot(cross, explained);
    meanError = Math.max(meanError, Math.abs(dot(cross, dual) - mean[i]!));
    varianceError = Math.max(varianceError, Math.abs(conditional / variance[i]! - 1));
  });

  const far = grid[0]!;
  const draws = sampleWeights(posterior, fold(run.key, 'closed-form-predictive'), DRAWS);
  let sampled = 0;
  for (let s = 0; s < DRAWS; s++) {
    const line = draws.data[2 * s]! + draws.data[2 * s + 1]! * far;
    sampled += (line - mean[0]!) ** 2 / DRAWS;
  }
  const deviation = (variance[0]! - limit) * Math.sqrt(2 / DRAWS);
  return {
    id: 'week1/1.3/closed-form-predictive',
    question: '1.3',
    statement: "The predictive distribution is normal with mean phi'mu and variance 1 / beta + phi'S phi.",
    verdict: holdsIf(
      meanError < AGREEMENT &&
        varianceError < AGREEMENT &&
        Math.abs(sampled + limit - variance[0]!) < FIVE_SIGMA * deviation,
    ),
    evidence: [
      evidence(
        'largest difference of the mean from conditioning the joint distribution of all targets',
        meanError,
        {
          expected: `0, within ${AGREEMENT}`,
        },
      ),
      evidence('largest relative difference of the variance from the same', varianceError, {
        expected: `0, within ${AGREEMENT}`,
      }),
      evidence(`variance at ${far} over ${count(DRAWS)} sampled lines, noise added`, sampled + limit, {
        expected: `${show(variance[0]!)} +- ${show(2 * deviation)} in 95 % of runs`,
      }),
    ],
  };
}

export function meanNearLeastSquares(run: Week1Run): Claim {
  const { points, span, alpha } = run.regressions.linear;
  const { beta, posterior } = curveOf(run, 'linear');
  const fit = { x: points.x, y: points.y, basis: linearBasis, beta };
  const ends = linearBasis.features(Float64Array.from(span));
  const leastSquares = fitLinear({ ...fit, alpha: 0 });
  // Of two straight lines, the largest difference over an interval is at one of its ends.
  const distance = (weakened: number): number => {
    const { mean } = predictLinear(fitLinear({ ...fit, alpha: alpha / weakened }), ends);
    const line = predictLinear(leastSquares, ends).mean;
    return Math.max(...mean.map((value, i) => Math.abs(value - line[i]!)));
  };
  const own = predictLinear(posterior, ends);
  const deviation = Math.sqrt(Math.min(...own.epistemic));
  const distances = [distance(1), distance(10), distance(100)];
  return {
    id: 'week1/1.4/mean-near-least-squares',
    question: '1.4',
    statement:
      'The predictive mean lies close to the least-squares line, and the closer the weaker the prior.',
    verdict: holdsIf(
      distances[0]! < deviation && distances[1]! < distances[0]! / 5 && distances[2]! < distances[1]! / 5,
    ),
    evidence: [
      evidence('largest distance of mean and least-squares line over the training span', distances[0]!, {
        expected: `below the mean's own deviation, ${show(deviation)}`,
      }),
      evidence('the same with alpha / 10', distances[1]!, { expected: `about ${show(distances[0]! / 10)}` }),
      evidence('the same with alpha / 100', distances[2]!, { expected: `about ${show(distances[1]! / 10)}` }),
      evidence('slope of the mean', posterior.mean[1]!),
      evidence('slope of the least-squares line', leastSquares.mean[1]!),
      evidence('slope of the truth', run.posterior.truth[1]),
    ],
  };
}

export function varianceSmallestNearData(run: Week1Run): Claim {
  const { span, grid, basis, barycentre } = run.regressions.linear;
  const { variance, minimum, posterior } = curveOf(run, 'linear');
  const inside = minimum.x > span[0] && minimum.x < span[1];
  const grows = grid.every((x, i) => {
    const inner = x < minimum.x ? i + 1 : i - 1;
    const next = grid[inner];
    // Neighbours on the minimum's two sides have no order.
    return next === undefined || next < minimum.x !== x < minimum.x || variance[inner]! < variance[i]!;
  });
  return {
    id: 'week1/1.4/variance-smallest-near-data',
    question: '1.4',
    statement:
      'The predictive variance of the straight line is smallest amid the training points and grows away ' +
      'from them.',
    verdict: holdsIf(inside && grows),
    evidence: [
      evidence('where the variance is smallest', minimum.x, {
        expected: `within ${show(span[0])} to ${show(span[1])}`,
      }),
      evidence('smallest variance', minimum.value),
      evidence('variance at the barycentre', varianceAt(posterior, basis, barycentre)),
      evidence(`variance at ${grid[0]}`, variance[0]!),
      evidence(`variance at ${grid.at(-1)}`, variance.at(-1)!),
    ],
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((total, value, i) => total + value * b[i]!, 0);
}
