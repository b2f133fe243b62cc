import type { Claim } from '../../claims.js';
import { count, evidence, holdsIf, show } from '../../evidence.js';
import { ownRun } from '../result.js';
import type { Week2Run } from '../result.js';
import { allowedError, distanceToLimits, farthest, meanOf } from './curves.js';

export function likeLaplace(run: Week2Run): Claim {
  const { laplace, variational, rays } = ownRun(run);
  const differences = laplace.picture.map.probability.map((p, i) =>
    Math.abs(p - variational.picture.map.probability[i]!),
  );
  const mean = meanOf(differences);
  const ratio = rays.sectors.laplace / rays.sectors.variational;
  const alike = mean < 0.05;
  const sameSector = ratio < 1.25 && ratio > 0.8;
  return {
    id: 'week2/1.3/like-laplace',
    question: '1.3',
    statement: 'The picture of variational inference is like that of Laplace.',
    verdict: alike ? (sameSector ? 'holds' : 'depends') : 'fails',
    ...(alike && !sameSector
      ? {
          dependsOn:
            'where one looks: near the data they agree; far away the undecided sectors differ in width',
        }
      : {}),
    evidence: [
      evidence('mean difference of p over the plane', mean, { unit: 'probability' }),
      evidence('largest difference', Math.max(...differences), { unit: 'probability' }),
      evidence('share of directions in which Laplace stays between 0.1 and 0.9', rays.sectors.laplace),
      evidence('the same of variational inference', rays.sectors.variational),
    ],
    correction:
      'Laplace is local, after the fact and has all correlations; variational inference is a global fit ' +
      'of a diagonal ' +
      'Gaussian in KL(q || p), usually narrower, and its mean is not the MAP.',
  };
}

export function narrower(run: Week2Run): Claim {
  const { laplace, variational } = ownRun(run);
  const slopes = [0, 1];
  return {
    id: 'week2/1.3/narrower-than-laplace',
    question: '1.3',
    statement:
      "The mean-field posterior is narrower than Laplace's: KL(q || p) shuns what correlated weights " +
      'leave open.',
    verdict: holdsIf(slopes.every((i) => variational.deviation[i]! < laplace.deviation[i]!)),
    evidence: [
      ...slopes.map((i) =>
        evidence(`variational standard deviation of w${i + 1}`, variational.deviation[i]!, {
          expected: 'about 0.48',
        }),
      ),
      ...slopes.map((i) => evidence(`Laplace's standard deviation of w${i + 1}`, laplace.deviation[i]!)),
      evidence('variational standard deviation of b', variational.deviation[2]!),
      evidence("Laplace's standard deviation of b", laplace.deviation[2]!),
    ],
  };
}

export function meanIsNotMap({ corrected }: Week2Run): Claim {
  const { map, variational, laplace } = corrected;
  const difference = variational.mean.map((value, i) => value - map.weights[i]!);
  return {
    id: 'week2/1.3/mean-is-not-the-map',
    question: '1.3',
    statement: 'The mean of the variational posterior is the MAP.',
    // The average of the iterates wanders by a few hundredths.
    verdict: holdsIf(Math.hypot(...difference) < 0.1),
    evidence: ['w1', 'w2', 'b'].flatMap((name, i) => [
      evidence(`variational mean of ${name}`, variational.mean[i]!),
      evidence(`MAP of ${name}`, map.weights[i]!),
      evidence(`difference of ${name} in Laplace's deviations`, difference[i]! / laplace.deviation[i]!, {
        expected: 'by the statement 0',
      }),
    ]),
    correction:
      'The posterior is skewed: it falls off steeply towards small weights, which misclassify, and ' +
      'slowly towards large ones. ' +
      'A fit of the whole lies further out than the peak.',
  };
}

export function limitsToo(run: Week2Run): Claim {
  const { rays } = ownRun(run);
  const { variational: limits } = rays.limits;
  const { largest, within } = distanceToLimits(farthest(rays.variational, rays), limits, rays.samples);
  return {
    id: 'week2/1.3/limit-along-a-ray',
    question: '1.3',
    statement:
      "The variational probability, too, tends to a constant along each direction, Phi(m'u / sqrt(u'S u)) " +
      'with its diagonal S, and not to 1/2.',
    verdict: holdsIf(within && limits.some((limit) => Math.abs(limit - 0.5) > 0.25)),
    evidence: [
      evidence(
        `largest difference from the mean of ${count(rays.samples)} draws at distance ${count(rays.radii.at(-1)!)}`,
        largest,
        {
          expected: `below ${show(allowedError(0.5, rays.samples))}, five standard errors where p is 1/2`,
        },
      ),
      evidence('lowest limit', Math.min(...limits), { unit: 'probability' }),
      evidence('highest limit', Math.max(...limits), { unit: 'probability' }),
    ],
  };
}

export function thirtyEpochs({ corrected, settings }: Week2Run): Claim {
  const last = corrected.frames.at(-1)!;
  const { variational } = corrected;
  const { epochs, converged } = settings.variational;
  const arrived = last.deviation.every(
    (sd, i) =>
      Math.abs(sd / variational.deviation[i]! - 1) < 0.1 &&
      Math.abs(last.mean[i]! - variational.mean[i]!) < variational.deviation[i]! / 2,
  );
  return {
    id: 'week2/1.3/trained-to-the-end',
    question: '1.3',
    statement: `${epochs} epochs fit the variational posterior.`,
    verdict: holdsIf(arrived),
    evidence: [
      ...['w1', 'w2', 'b'].flatMap((name, i) => [
        evidence(`mean of ${name} after ${epochs} epochs`, last.mean[i]!),
        evidence(`mean of ${name} after ${count(converged.epochs)}`, variational.mean[i]!),
        evidence(`deviation of ${name} after ${epochs} epochs`, last.deviation[i]!),
        evidence(`deviation of ${name} after ${count(converged.epochs)}`, variational.deviation[i]!),
      ]),
      evidence(`accuracy after ${epochs} epochs`, last.picture.accuracy),
    ],
    correction:
      `Whatever its accuracy then, the posterior is not fitted: ${epochs} steps move a number by little ` +
      'more than 3 in all, and the ' +
      'gradient of the deviations is mostly noise. Figure 5 shows what the training converges to, figure ' +
      '6 its first epochs.',
  };
}
