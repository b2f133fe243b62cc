import { minimise } from '../../../linalg/index.js';
import type { Claim } from '../../claims.js';
import { basisOf, meanAt, varianceAt } from '../regression.js';
import type { Curve, Regression } from '../regression.js';
import { curveOf } from '../result.js';
import type { Week1Run } from '../result.js';
import { evidence, holdsIf, relativeError, show } from '../../evidence.js';

/** Bands are drawn up to three deviations; what lies outside them is excluded with confidence. */
const BANDS = 3;

export function polynomialFitsInside(run: Week1Run): Claim {
  const regression = run.regressions.polynomial;
  const error = rootMeanSquareInside(regression, curveOf(run, 'polynomial'));
  return {
    id: 'week1/2.1/polynomial-fits-inside',
    question: '2.1',
    statement: 'Within the training span the polynomial follows the true curve to less than the noise.',
    verdict: holdsIf(error < run.settings.noise),
    evidence: [
      evidence('root mean square error of the mean within the span', error, {
        expected: `below the noise, ${run.settings.noise}`,
      }),
    ],
  };
}

export function polynomialExplodes(run: Week1Run): Claim {
  const regression = run.regressions.polynomial;
  const { basis, grid, truth } = regression;
  const { variance, posterior, mean } = curveOf(run, 'polynomial');
  const inside = insideSpan(regression, variance);
  const largestInside = Math.max(...inside);
  const ends = [0, grid.length - 1];
  const exponent = Math.log2(varianceAt(posterior, basis, 200) / varianceAt(posterior, basis, 100));
  return {
    id: 'week1/2.1/polynomial-explodes-outside',
    question: '2.1',
    statement:
      'Outside the training span mean and variance of the polynomial explode, far faster than those of ' +
      'the straight line.',
    verdict: holdsIf(ends.every((i) => variance[i]! > 100 * largestInside) && exponent > 2),
    evidence: [
      evidence('largest variance within the span', largestInside),
      ...ends.map((i) =>
        evidence(`variance at ${grid[i]}`, variance[i]!, { expected: `over ${show(100 * largestInside)}` }),
      ),
      ...ends.map((i) => evidence(`error of the mean at ${grid[i]}`, Math.abs(mean[i]! - truth[i]!))),
      evidence('power of the distance with which the variance grows far away', exponent, {
        expected: 'about 18, twice the degree; 2 for the straight line',
      }),
    ],
  };
}

export function gaussianFallsBack(run: Week1Run): Claim {
  const { grid, basis } = run.regressions.gaussian;
  const { variance, mean, limit, posterior } = curveOf(run, 'gaussian');
  const last = grid.length - 1;
  const exact = [0, last].every(
    (i) => relativeError(variance[i]!, limit) < 1e-12 && Math.abs(mean[i]!) < 1e-12,
  );
  return {
    id: 'week1/2.4/gaussian-variance-falls-back',
    question: '2.4',
    statement:
      'With Gaussian features the predictive variance does not grow away from the data: it returns to 1 ' +
      '/ beta.',
    verdict: holdsIf(exact && relativeError(varianceAt(posterior, basis, 100), limit) < 1e-12),
    evidence: [0, last].flatMap((i) => [
      evidence(`variance at ${grid[i]}`, variance[i]!, { expected: `1 / beta = ${show(limit)}` }),
      evidence(`mean at ${grid[i]}`, mean[i]!, { expected: '0' }),
    ]),
  };
}

export function uncertainFarAway(run: Week1Run): Claim {
  const regression = run.regressions.gaussian;
  const { basis, grid } = regression;
  const { variance, posterior } = curveOf(run, 'gaussian');
  const smallestInside = Math.min(...insideSpan(regression, variance));
  const largest = minimise((x) => -varianceAt(posterior, basis, x), grid[0]!, grid.at(-1)!);
  const far = Math.max(variance[0]!, variance.at(-1)!);
  return {
    id: 'week1/2.4/uncertain-far-away',
    question: '2.4',
    statement: 'Far from the training points the Gaussian features are more uncertain than near them.',
    verdict: holdsIf(far > smallestInside),
    evidence: [
      evidence('variance far away', far, { expected: `by the statement over ${show(smallestInside)}` }),
      evidence('smallest variance within the training span', smallestInside),
      evidence('largest variance', -largest.value),
      evidence('where the variance is largest', largest.x),
    ],
    correction:
      'The variance rises at the edge of the data and then falls to 1 / beta, lower than anywhere near ' +
      'the training points: the noise alone is left, as if there were nothing to learn there.',
  };
}

export function confidentlyWrong(run: Week1Run): Claim {
  const regression = run.regressions.gaussian;
  const { grid, truth } = regression;
  const { variance, mean, sd } = curveOf(run, 'gaussian');
  const smallestInside = Math.min(...insideSpan(regression, variance));
  const ends = [0, grid.length - 1].map((i) => ({
    x: grid[i]!,
    truth: truth[i]!,
    variance: variance[i]!,
    deviations: Math.abs(truth[i]! - mean[i]!) / sd[i]!,
  }));
  return {
    id: 'week1/2.4/confidently-wrong',
    question: '2.4',
    statement:
      'Far from the training points the Gaussian features are confidently wrong: they predict 0, with ' +
      'narrower bands than near the data, and the true curve is outside all of them.',
    verdict: holdsIf(ends.every((end) => end.variance < smallestInside && end.deviations > BANDS)),
    evidence: [
      ...ends.map(({ x, truth: value, deviations }) =>
        evidence(
          `distance of the true ${show(value)} from the mean at ${x}, in predictive deviations`,
          deviations,
          {
            expected: `over ${BANDS}`,
          },
        ),
      ),
      ...ends.map((end) =>
        evidence(`variance at ${end.x}`, end.variance, {
          expected: `below the span's smallest, ${show(smallestInside)}`,
        }),
      ),
    ],
    correction:
      'The report stops at the limit 1 / beta. What follows from it is that this variance cannot be used ' +
      'to tell new inputs from known ones.',
  };
}

export function featuresVanish(run: Week1Run): Claim {
  const { basis, grid } = run.regressions.gaussian;
  const { posterior, limit } = curveOf(run, 'gaussian');
  const edge = grid.at(-1)!;
  const places = [1, 1 + (edge - 1) / 4, 1 + (edge - 1) / 2, edge].map((x) => ({
    x,
    length: Math.hypot(...basisOf(basis).features(Float64Array.of(x)).data),
    epistemic: varianceAt(posterior, basis, x) - limit,
    mean: meanAt(posterior, basis, x),
  }));
  const last = places.at(-1)!;
  return {
    id: 'week1/2.5/features-vanish',
    question: '2.5',
    statement:
      'The variance tends to 1 / beta and the mean to 0 because every Gaussian feature tends to 0 away ' +
      "from its centre, and with them phi'S phi and phi'mu.",
    verdict: holdsIf(
      last.length < 1e-12 &&
        places.every(({ length }, i) => i === 0 || length < places[i - 1]!.length) &&
        // phi'S phi <= |phi|^2 / alpha: the posterior is nowhere wider than the prior.
        places.every(
          ({ length, epistemic }) => epistemic <= length ** 2 / run.regressions.gaussian.alpha + 1e-12,
        ) &&
        Math.abs(last.epistemic) < 1e-12 &&
        Math.abs(last.mean) < 1e-12,
    ),
    evidence: places.flatMap(({ x, length, epistemic }) => [
      evidence(`length of phi at ${x}`, length, x === edge ? { expected: '0' } : {}),
      evidence(`phi'S phi at ${x}`, epistemic, x === edge ? { expected: '0' } : {}),
    ]),
  };
}

export function limitOfVariance(run: Week1Run): Claim {
  const { published, corrected, grid } = run.regressions.gaussian;
  const reported = 0.08;
  const [atPublished, atCorrected] = [published, corrected].map((curve) => curve.variance.at(-1)!);
  const published008 = relativeError(atPublished!, reported) < 1e-9;
  const corrected008 = relativeError(atCorrected!, reported) < 1e-9;
  return {
    id: 'week1/2.5/limit-0.08',
    question: '2.5',
    statement: 'Far from the data the predictive variance of figure 2 tends to 0.08.',
    verdict: published008 && corrected008 ? 'holds' : published008 ? 'depends' : 'fails',
    ...(published008 && !corrected008
      ? { dependsOn: `the published noise precision, beta = ${published.beta}` }
      : {}),
    evidence: [
      evidence(`variance at ${grid.at(-1)} with beta = ${published.beta}`, atPublished!, {
        expected: '0.08',
      }),
      evidence(`variance at ${grid.at(-1)} with beta = ${corrected.beta}`, atCorrected!, {
        expected: `1 / beta = ${show(1 / corrected.beta)}`,
      }),
    ],
    correction: `The limit is 1 / beta, the noise variance: ${show(run.settings.noise ** 2)} for this data.`,
  };
}

function insideSpan({ grid, span }: Regression, values: Float64Array): Float64Array {
  return values.filter((_, i) => grid[i]! >= span[0] && grid[i]! <= span[1]);
}

function rootMeanSquareInside(regression: Regression, { mean }: Curve): number {
  const squares = insideSpan(
    regression,
    mean.map((value, i) => (value - regression.truth[i]!) ** 2),
  );
  return Math.sqrt(squares.reduce((total, value) => total + value, 0) / squares.length);
}
