import type { Claim } from '../../claims.js';
import { count, evidence, holdsIf, show } from '../../evidence.js';
import { ownRun } from '../result.js';
import type { Week2Run } from '../result.js';
import { allowedError, distanceToLimits, farthest } from './curves.js';

export function lessSureAway(run: Week2Run): Claim {
  const { parallels, rays, map } = ownRun(run);
  const { distances, offsets, laplace, epistemic } = parallels;
  const row = distances.indexOf(1);
  const columns = offsets.length;
  const centre = offsets.indexOf(0);
  const at = (values: Float64Array, column: number): number => values[row * columns + column]!;
  const outwards = [1, 2, 3].flatMap((step) => [centre - step, centre + step]);
  const widens = outwards.every((column) => {
    const inner = column + (column < centre ? 1 : -1);
    return at(laplace, column) < at(laplace, inner) && at(epistemic, column) > at(epistemic, inner);
  });
  const [w1, w2] = map.weights;
  const cosine = (angle: number): number =>
    (Math.cos(angle) * w1! + Math.sin(angle) * w2!) / Math.hypot(w1!, w2!);
  const across = rays.angles.reduce(
    (best, angle, i) => (cosine(angle) > cosine(rays.angles[best]!) ? i : best),
    0,
  );
  const outward = [...rays.radii.keys()].map((i) => rays.laplace[across * rays.radii.length + i]!);
  const surer = outward.at(-1)! >= outward[0]!;
  const shown = [centre, centre + 1, centre + 2, centre + 3];
  return {
    id: 'week2/1.2/less-sure-away',
    question: '1.2',
    statement: 'With the Laplace approximation the model is less sure away from the data.',
    verdict: widens ? (surer ? 'depends' : 'holds') : 'fails',
    ...(widens && surer
      ? { dependsOn: 'the direction: along the boundary it is, across it the model grows surer' }
      : {}),
    evidence: [
      ...shown.map((column) =>
        evidence(`mean p at distance 1 from the boundary, ${offsets[column]} along it`, at(laplace, column), {
          unit: 'probability',
          ...(column > centre ? { expected: 'nearer 0.5 than the one before' } : {}),
        }),
      ),
      ...[centre, centre + 3].map((column) =>
        evidence(`epistemic part there, ${offsets[column]} along it`, at(epistemic, column), {
          unit: 'nats',
        }),
      ),
      ...[0, rays.radii.length - 1].map((i) =>
        evidence(`mean p at distance ${count(rays.radii[i]!)} across the boundary`, outward[i]!, {
          unit: 'probability',
        }),
      ),
    ],
  };
}

export function tendsToHalf(run: Week2Run): Claim {
  const { rays } = ownRun(run);
  const far = farthest(rays.laplace, rays);
  const { largest } = distanceToLimits(far, rays.limits.laplace, rays.samples);
  const distance = Math.max(...far.map((p) => Math.abs(p - 0.5)));
  const near = rays.limits.laplace.filter((limit) => Math.abs(limit - 0.5) < 0.05).length;
  return {
    id: 'week2/1.2/tends-to-half',
    question: '1.2',
    statement: "Far from the data Laplace's probability tends to 1/2.",
    verdict: holdsIf(distance < allowedError(0.5, rays.samples)),
    evidence: [
      evidence(
        `mean p at distance ${count(rays.radii.at(-1)!)}, lowest of ${far.length} directions`,
        Math.min(...far),
        {
          expected: 'by the statement 0.5',
        },
      ),
      evidence('the same, highest', Math.max(...far), { expected: 'by the statement 0.5' }),
      evidence(`directions whose limit is within 0.05 of 1/2, of ${far.length}`, near),
      evidence('largest difference between draws and the closed form of the limit', largest),
      evidence('share of directions with a limit between 0.1 and 0.9', rays.sectors.laplace),
    ],
    correction:
      "Along a direction u the logit's mean and its deviation both grow with the distance, so that p " +
      'tends to the constant ' +
      "Phi(mu'u / sqrt(u'S u)): 1/2 only along the boundary.",
  };
}

export function limitBetween(run: Week2Run): Claim {
  const { rays } = ownRun(run);
  const { laplace: limits } = rays.limits;
  const far = farthest(rays.laplace, rays);
  const { largest, within } = distanceToLimits(far, limits, rays.samples);
  const inside = limits.every((limit) => limit > 0 && limit < 1);
  return {
    id: 'week2/1.2/limit-along-a-ray',
    question: '1.2',
    statement:
      "Along a direction u, Laplace's probability tends to a constant strictly between 0 and 1, Phi(mu'u " +
      "/ sqrt(u'S u)).",
    verdict: holdsIf(within && inside),
    evidence: [
      evidence(
        `largest difference from the mean of ${count(rays.samples)} draws at distance ${count(rays.radii.at(-1)!)}`,
        largest,
        {
          expected: `below ${show(allowedError(0.5, rays.samples))}, five standard errors where p is 1/2`,
        },
      ),
      evidence('lowest limit', Math.min(...limits), { expected: 'over 0', unit: 'probability' }),
      evidence('highest limit', Math.max(...limits), { expected: 'below 1', unit: 'probability' }),
    ],
  };
}

export function fullCovariance(run: Week2Run): Claim {
  const { deviation, covariance } = ownRun(run).laplace;
  const correlation = covariance[1]! / (deviation[0]! * deviation[1]!);
  const isThere = correlation < -0.1;
  return {
    id: 'week2/1.2/full-covariance',
    question: '1.2',
    statement:
      "Laplace's posterior has all correlations: the two slopes make up for each other, and what is left " +
      'open is their difference.',
    verdict: holdsIf(isThere),
    evidence: [
      evidence('correlation of w1 and w2', correlation, { expected: 'about -0.4' }),
      ...[0, 1].map((i) =>
        evidence(`standard deviation of w${i + 1}`, deviation[i]!, { expected: 'about 0.56 to 0.60' }),
      ),
      evidence('standard deviation of b', deviation[2]!),
    ],
    ...(!isThere && {
      correction:
        'The Hessian has them; that of the mean loss, as published, leaves next to nothing of the data beside the ' +
        'prior, whose weights are independent.',
    }),
  };
}

export function hessianOfTheMean({ published, corrected, settings }: Week2Run): Claim {
  const change = ({
    deviation,
    deviationOfTwice,
  }: {
    deviation: Float64Array;
    deviationOfTwice: Float64Array;
  }): number => Math.max(...deviation.map((sd, i) => Math.abs(deviationOfTwice[i]! / sd - 1)));
  const ignoresN = change(published.laplace) < 1e-6;
  const knowsN = change(corrected.laplace) > 1e-3;
  return {
    id: 'week2/1.2/hessian-of-the-mean',
    question: '1.2',
    statement: 'The Hessian of the mean loss, as published, gives the posterior of the weights.',
    verdict: holdsIf(!(ignoresN && knowsN)),
    evidence: [
      evidence(
        'relative change of the published deviations when every point is given twice',
        change(published.laplace),
        {
          expected: 'not 0, for a posterior',
        },
      ),
      evidence('relative change of the corrected deviations', change(corrected.laplace)),
      evidence('published standard deviation of w1', published.laplace.deviation[0]!, {
        expected: `below the prior's ${settings.priorDeviation}`,
      }),
      evidence('corrected standard deviation of w1', corrected.laplace.deviation[0]!),
      evidence(
        "distance from the published weights to the minimum of the published Hessian's objective, in its " +
          'deviations',
        published.laplace.distanceToMode,
        { expected: '0, had they been trained on it' },
      ),
      evidence('the same of the corrected ones', corrected.laplace.distanceToMode, { expected: '0' }),
    ],
    correction:
      'The posterior sums the log likelihood over the examples. Of its mean, N points count as one, so ' +
      'that the published ' +
      'posterior is nearly the prior however much data there is; and a Hessian is that of the posterior ' +
      'only at the minimum of ' +
      'the objective it is taken of.',
  };
}

export function probitFormula(run: Week2Run): Claim {
  const { rays } = ownRun(run);
  const largest = Math.max(...rays.probit.map((p, i) => Math.abs(p - rays.integral[i]!)));
  const differences = rays.laplace.map((p, i) => Math.abs(p - rays.integral[i]!));
  const within = differences.every(
    (difference, i) => difference < allowedError(rays.integral[i]!, rays.samples),
  );
  return {
    id: 'week2/1.2/probit-formula',
    question: '1.2',
    statement:
      "MacKay's closed form, sigmoid(m / sqrt(1 + pi v / 8)), stands in for the draws to two digits.",
    verdict: holdsIf(largest < 0.02 && within),
    evidence: [
      evidence(
        `largest difference from the integral, at ${rays.integral.length} points near and far`,
        largest,
        {
          expected: 'below 0.02',
          unit: 'probability',
        },
      ),
      evidence(
        `largest difference of ${count(rays.samples)} draws from the integral`,
        Math.max(...differences),
        {
          expected: `below ${show(allowedError(0.5, rays.samples))} where p is 1/2, and less elsewhere`,
          unit: 'probability',
        },
      ),
    ],
  };
}
