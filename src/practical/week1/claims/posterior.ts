import { symmetricEigen } from '../../../linalg/index.js';
import { weightDensity } from '../../../linear/index.js';
import type { LinearPosterior } from '../../../linear/index.js';
import type { Claim } from '../../claims.js';
import type { PosteriorStep } from '../posterior.js';
import { mean } from '../regression.js';
import { settingOf } from '../result.js';
import type { Week1Run } from '../result.js';
import { evidence, holdsIf, relativeError, show } from '../../evidence.js';

/** Of two normal variables, one in a thousand is further from its mean than this many deviations. */
const RADIUS_99_9 = Math.sqrt(2 * Math.log(1000));
/**
 * The area of the 95 % ellipse of two normal variables, in units of the root of their covariance's
 * determinant.
 */
const AREA_95 = 2 * Math.PI * Math.log(20);
const ROUNDING = 1e-9;

export function startsAsPrior(run: Week1Run): Claim {
  const { posterior } = stepOf(run, 0);
  const { alpha } = posterior;
  const meanError = Math.max(...posterior.mean.map(Math.abs));
  const [s00, s01, s10, s11] = posterior.covariance.data;
  const covarianceError = Math.max(
    Math.abs(s00! - 1 / alpha),
    Math.abs(s11! - 1 / alpha),
    Math.abs(s01!),
    Math.abs(s10!),
  );
  const peak = weightDensity(posterior, { first: Float64Array.of(0), second: Float64Array.of(0) })[0]!;
  return {
    id: 'week1/1.2/starts-as-prior',
    question: '1.2',
    statement:
      'Before any point the posterior of (w0, w1) is the prior N(0, I / alpha), round and centred on 0.',
    verdict: holdsIf(
      meanError === 0 && covarianceError < ROUNDING && relativeError(peak, alpha / (2 * Math.PI)) < ROUNDING,
    ),
    evidence: [
      evidence('largest element of the mean', meanError, { expected: '0' }),
      evidence('largest difference between the covariance and I / alpha', covarianceError, { expected: '0' }),
      evidence('density at (0, 0)', peak, {
        expected: `alpha / (2\u00A0pi) = ${show(alpha / (2 * Math.PI))}`,
      }),
    ],
  };
}

export function onePointLeavesRidge(run: Week1Run): Claim {
  const { posterior, points } = stepOf(run, 1);
  const { alpha, beta } = posterior;
  const x = points.x[0]!;
  const { values, vectors } = symmetricEigen(posterior.covariance);
  const across = values[0]!;
  const along = values[1]!;
  const exactAcross = 1 / (alpha + beta * (1 + x * x));
  // The direction in which the line still turns freely about the point: phi'v = 0.
  const tilt = Math.abs(vectors.data[1]! + vectors.data[3]! * x) / Math.hypot(1, x);
  return {
    id: 'week1/1.2/one-point-leaves-a-ridge',
    question: '1.2',
    statement:
      'One point turns the posterior into a ridge: it pins w0 + w1 x1 down and leaves all lines through ' +
      'the point as likely as the prior had them.',
    verdict: holdsIf(
      relativeError(along, 1 / alpha) < ROUNDING &&
        relativeError(across, exactAcross) < ROUNDING &&
        tilt < ROUNDING,
    ),
    evidence: [
      evidence('variance along the ridge', along, {
        expected: `the prior's, 1 / alpha = ${show(1 / alpha)}`,
      }),
      evidence('variance across the ridge', across, {
        expected: `1 / (alpha + beta (1 + x1^2)) = ${show(exactAcross)}`,
      }),
      evidence('cosine between the ridge and phi(x1)', tilt, { expected: '0' }),
    ],
  };
}

export function narrowsAroundTruth(run: Week1Run): Claim {
  const steps = run.posterior[settingOf(run)];
  const areas = steps.map(({ posterior }) => ellipseArea(posterior));
  const last = steps.at(-1)!;
  const distance = mahalanobis(last.posterior, run.posterior.truth);
  const narrows = areas.every((area, i) => i === 0 || area < areas[i - 1]!);
  return {
    id: 'week1/1.2/narrows-around-truth',
    question: '1.2',
    statement:
      'The more points, the narrower the posterior, and it closes in on the line that made the data.',
    verdict: holdsIf(narrows && distance < RADIUS_99_9),
    evidence: [
      ...steps.map(({ n }, i) =>
        evidence(
          `area of the 95 % ellipse of (w0, w1) after ${n} point${n === 1 ? '' : 's'}`,
          areas[i]!,
          i === 0 ? {} : { expected: `below ${show(areas[i - 1]!)}` },
        ),
      ),
      ...[steps[0]!, last].map(({ n, posterior }) =>
        evidence(
          `distance between mean and truth after ${n} points`,
          euclidean(posterior, run.posterior.truth),
        ),
      ),
      evidence(
        `distance of the truth from the mean after ${last.n} points, in posterior deviations`,
        distance,
        {
          expected: `below ${show(RADIUS_99_9)} in 99.9 % of runs`,
        },
      ),
    ],
  };
}

export function publishedNoisePrecision({ settings, regressions }: Week1Run): Claim {
  const variance = settings.noise ** 2;
  const { linear, hole, gaussian } = regressions;
  const squares = [linear, hole, gaussian].flatMap(({ points }) =>
    [...points.y].map((value, i) => (value - points.truth[i]!) ** 2),
  );
  const measured = mean(Float64Array.from(squares));
  const deviation = variance * Math.sqrt(2 / squares.length);
  const { published, corrected } = settings.betas;
  return {
    id: 'week1/1.2/noise-precision',
    question: '1.2',
    statement:
      `The noise precision handed out, beta = ${published}, is that of noise with standard deviation ` +
      `${settings.noise}.`,
    verdict: holdsIf(relativeError(1 / published, variance) < ROUNDING),
    evidence: [
      evidence('noise variance that the published beta stands for', 1 / published, {
        expected: show(variance),
      }),
      evidence(`mean square of the noise in the ${squares.length} training points`, measured, {
        expected: `${show(variance)} +- ${show(2 * deviation)} in 95 % of runs`,
      }),
      evidence('noise variance that the corrected beta stands for', 1 / corrected, {
        expected: show(variance),
      }),
    ],
    correction:
      `The precision of Gaussian noise is 1 / sigma^2 = ${show(1 / variance)}. The published value is 1 ` +
      '/ (2 sigma^2), the factor of the square in the exponent, and doubles the noise variance.',
  };
}

function stepOf(run: Week1Run, n: number): PosteriorStep {
  return run.posterior[settingOf(run)].find((step) => step.n === n)!;
}

function ellipseArea({ covariance }: LinearPosterior): number {
  const [s00, s01, , s11] = covariance.data;
  return AREA_95 * Math.sqrt(s00! * s11! - s01! ** 2);
}

function euclidean({ mean }: LinearPosterior, [w0, w1]: readonly [number, number]): number {
  return Math.hypot(w0 - mean[0]!, w1 - mean[1]!);
}

/** |L' (w - mu)| for L L' = S^-1. */
function mahalanobis({ mean, precision }: LinearPosterior, [w0, w1]: readonly [number, number]): number {
  const [l00, , l10, l11] = precision.lower.data;
  const d0 = w0 - mean[0]!;
  const d1 = w1 - mean[1]!;
  return Math.hypot(l00! * d0 + l10! * d1, l11! * d1);
}
