import { NumericalError } from '../../../errors/index.js';
import { fitLinear, linearBasis } from '../../../linear/index.js';
import type { LinearPosterior } from '../../../linear/index.js';
import type { Claim } from '../../claims.js';
import { mean, searchMinimum, sum, varianceAt } from '../regression.js';
import type { Regression } from '../regression.js';
import { curveOf } from '../result.js';
import type { Week1Run } from '../result.js';
import { count, evidence, holdsIf, relativeError, show } from '../../evidence.js';

const LINE = { kind: 'linear' } as const;
/** What rounding may do to a variance of condition number 100 or so. */
const ROUNDING = 1e-11;
/**
 * How well the search finds where a parabola is smallest; the prior moves that place over a thousand times as
 * far.
 */
const LOCATED = 1e-6;

export function alphaZeroClosedForm(run: Week1Run): Claim {
  const { points, grid, barycentre } = run.regressions.linear;
  const posterior = flatPosterior(points.x, points.y);
  const n = points.x.length;
  const spread = sum(points.x.map((x) => (x - barycentre) ** 2));
  const exact = grid.map((x) => 1 + 1 / n + (x - barycentre) ** 2 / spread);
  const errors = grid.map((x, i) => relativeError(varianceAt(posterior, LINE, x), exact[i]!));
  const minimum = flatMinimum(run.regressions.linear);
  return {
    id: 'week1/1.5/alpha-zero-closed-form',
    question: '1.5',
    statement:
      'With alpha = 0 and beta = 1 the predictive variance is 1 + 1/N + (x - xbar)^2 / sum (xi - ' +
      'xbar)^2, smallest at the barycentre.',
    verdict: holdsIf(Math.max(...errors) < ROUNDING && Math.abs(minimum - barycentre) < LOCATED),
    evidence: [
      evidence(`largest relative difference over ${grid.length} inputs`, Math.max(...errors), {
        expected: `0, within ${ROUNDING}`,
      }),
      evidence('where the variance is smallest, searched for', minimum, {
        expected: `the barycentre, ${show(barycentre)}`,
      }),
      evidence('variance at the barycentre', varianceAt(posterior, LINE, barycentre), {
        expected: `1 + 1/N = ${show(1 + 1 / n)}`,
      }),
    ],
  };
}

export function constantC(run: Week1Run): Claim {
  const { x, y } = run.regressions.linear.points;
  const [s00, s01, , s11] = flatPosterior(x, y).covariance.data;
  const n = x.length;
  const sumX = sum(x);
  const sumSquares = sum(x.map((value) => value * value));
  const c = 1 / (n * sumSquares - sumX ** 2);
  const measured = [s00! / sumSquares, -s01! / sumX, s11! / n];
  const error = Math.max(...measured.map((value) => relativeError(value, c)));
  return {
    id: 'week1/1.5/constant-c',
    question: '1.5',
    statement:
      'With alpha = 0 and beta = 1 the covariance of the weights is C [[sum xi^2, -sum xi], [-sum xi, ' +
      'N]] with C = 1 / (N sum xi^2 - (sum xi)^2).',
    verdict: holdsIf(error < ROUNDING),
    evidence: [
      evidence('C, by its formula', c),
      evidence('C, as the slope variance over N', measured[2]!, { expected: show(c) }),
      evidence('largest relative difference of the three elements', error, {
        expected: `0, within ${ROUNDING}`,
      }),
      evidence('C, were the square taken inside the second sum', 1 / (n * sumSquares - sumSquares), {
        expected: `not ${show(c)}`,
      }),
    ],
    correction:
      "The report's C has a typing mistake; 1 / (N sum xi^2 - (sum xi)^2), one over the determinant of " +
      "Phi'Phi, is the constant that the numbers confirm.",
  };
}

export function needsTwoInputs(run: Week1Run): Claim {
  const { x, y } = run.regressions.linear.points;
  const same = x.map(() => x[0]!);
  let refused = false;
  try {
    flatPosterior(same, y);
  } catch (error) {
    if (!(error instanceof NumericalError)) throw error;
    refused = true;
  }
  const two = x.slice(0, 2);
  const variance = varianceAt(flatPosterior(two, y.slice(0, 2)), LINE, mean(two));
  return {
    id: 'week1/1.5/two-distinct-inputs',
    question: '1.5',
    statement: 'With alpha = 0 the posterior exists as soon as two training inputs differ, and not before.',
    verdict: holdsIf(refused && relativeError(variance, 1.5) < ROUNDING),
    evidence: [
      evidence(`posteriors found from ${x.length} points at one input`, refused ? 0 : 1, { expected: '0' }),
      evidence('variance at the barycentre of two different inputs', variance, { expected: '1 + 1/2 = 1.5' }),
    ],
  };
}

export function minimumAtBarycentre(run: Week1Run): Claim {
  const { linear, hole } = run.regressions;
  const flat = flatMinimum(linear);
  const { posterior, beta } = curveOf(run, 'linear');
  const found = searchMinimum(posterior, LINE, run.settings.regressions.linear.test).x;
  const atZero = Math.abs(flat - linear.barycentre) < LOCATED;
  const atAlpha = Math.abs(found - linear.barycentre) < LOCATED;
  return {
    id: 'week1/1.5/minimum-at-barycentre',
    question: '1.5',
    statement: 'The predictive variance is smallest at the barycentre of the training inputs.',
    verdict: atZero && atAlpha ? 'holds' : atZero ? 'depends' : 'fails',
    ...(atZero && !atAlpha
      ? { dependsOn: 'whether alpha is 0: a prior precision over 0 pulls the minimum towards 0' }
      : {}),
    evidence: [
      evidence('where the variance is smallest with alpha = 0', flat, {
        expected: `the barycentre, ${show(linear.barycentre)}`,
      }),
      evidence(`where it is smallest with alpha = ${linear.alpha}`, found, {
        expected:
          'the barycentre by the statement; beta N xbar / (alpha + beta N) = ' + show(shifted(linear, beta)),
      }),
      evidence('distance from the barycentre, linear set', found - linear.barycentre),
      evidence('distance from the barycentre, hole set', curveOf(run, 'hole').minimum.x - hole.barycentre),
    ],
    correction:
      'With alpha over 0 the minimum is at beta N xbar / (alpha + beta N), between the barycentre and 0.',
  };
}

export function minimumWithPrior(run: Week1Run): Claim {
  const parts = (['linear', 'hole'] as const).map((name) => {
    const { minimum, beta, posterior } = curveOf(run, name);
    const found = searchMinimum(posterior, LINE, run.settings.regressions[name].test).x;
    return { name, found, exact: shifted(run.regressions[name], beta), vertex: minimum.x };
  });
  return {
    id: 'week1/1.5/minimum-with-prior',
    question: '1.5',
    statement: 'With alpha over 0 the predictive variance is smallest at beta N xbar / (alpha + beta N).',
    verdict: holdsIf(
      parts.every(
        ({ found, exact, vertex }) => Math.abs(found - exact) < LOCATED && Math.abs(vertex - exact) < LOCATED,
      ),
    ),
    evidence: parts.flatMap(({ name, found, exact, vertex }) => [
      evidence(`where the variance is smallest, searched for, ${name} set`, found, { expected: show(exact) }),
      evidence(`the same from the covariance, -S01 / S11, ${name} set`, vertex, { expected: show(exact) }),
    ]),
  };
}

export function growsQuadratically(run: Week1Run): Claim {
  const { linear } = run.regressions;
  const { posterior, minimum } = curveOf(run, 'linear');
  const slopeVariance = posterior.covariance.data[3]!;
  const distances = [10, 100, 1000];
  const curvatures = distances.map(
    (d) => (varianceAt(posterior, LINE, minimum.x + d) - minimum.value) / d ** 2,
  );
  return {
    id: 'week1/1.5/grows-quadratically',
    question: '1.5',
    statement:
      'Far from the training inputs the predictive variance of the straight line grows without bound, as ' +
      'the square of the distance.',
    verdict: holdsIf(
      slopeVariance > 0 && curvatures.every((value) => relativeError(value, slopeVariance) < LOCATED),
    ),
    evidence: [
      ...distances.map((d, i) =>
        evidence(
          `growth of the variance over the square of the distance, at ${count(d)} from the minimum`,
          curvatures[i]!,
          {
            expected: `the slope's variance, ${show(slopeVariance)}`,
          },
        ),
      ),
      ...(
        [
          [linear.barycentre, 'the barycentre', '0.0832'],
          [0, '0', '0.0932'],
          [-10, '-10', '1.30 +- 0.25'],
          [10, '10', '0.90 +- 0.17'],
        ] as const
      ).map(([x, place, expected]) =>
        evidence(
          `variance at ${place} with the published beta`,
          varianceAt(linear.published.posterior, LINE, x),
          { expected },
        ),
      ),
    ],
  };
}

function flatPosterior(x: Float64Array, y: Float64Array): LinearPosterior {
  return fitLinear({ x, y, basis: linearBasis, alpha: 0, beta: 1 });
}

function flatMinimum({ points, grid }: Regression): number {
  return searchMinimum(flatPosterior(points.x, points.y), LINE, { from: grid[0]!, to: grid.at(-1)! }).x;
}

function shifted({ points, barycentre, alpha }: Regression, beta: number): number {
  const n = points.x.length;
  return (beta * n * barycentre) / (alpha + beta * n);
}
