import { fitLinear } from '../../../linear/index.js';
import type { Claim } from '../../claims.js';
import { basisOf, varianceAt } from '../regression.js';
import type { BasisSettings } from '../settings.js';
import { curveOf } from '../result.js';
import type { Week1Run } from '../result.js';
import { evidence, holdsIf, show } from '../../evidence.js';

/** Bumps over the data and the gap alike, as the contrast to a straight line. */
const LOCAL_BASIS: BasisSettings = {
  kind: 'gaussian',
  centres: Array.from({ length: 13 }, (_, j) => -3 + j / 2),
  width: 0.5,
};

export function holeIsInvisible(run: Week1Run): Claim {
  const { points, alpha, basis, published, grid } = run.regressions.hole;
  const { minimum, posterior, beta } = curveOf(run, 'hole');
  const [left, right] = widestGap(points.x);
  const middle = (left + right) / 2;
  const inGap = varianceAt(posterior, basis, middle);
  const atPoints = Math.min(...points.x.map((x) => varianceAt(posterior, basis, x)));
  const local = fitLinear({ x: points.x, y: points.y, basis: basisOf(LOCAL_BASIS), alpha, beta });
  const localAtPoints = Math.max(...points.x.map((x) => varianceAt(local, LOCAL_BASIS, x)));
  return {
    id: 'week1/1.5/hole-is-invisible',
    question: '1.5',
    statement:
      'On the set with a hole the predictive variance of the straight line is lowest inside the hole, ' +
      'where there is no training point: the model cannot see the hole.',
    verdict: holdsIf(minimum.x > left && minimum.x < right && inGap < atPoints),
    evidence: [
      evidence('where the variance is smallest', minimum.x, {
        expected: `within the hole, ${show(left)} to ${show(right)}`,
      }),
      evidence('variance in the middle of the hole', inGap, {
        expected: `below that at every training point, ${show(atPoints)} or more`,
      }),
      evidence(
        'variance in the middle of the hole with local (Gaussian) features',
        varianceAt(local, LOCAL_BASIS, middle),
        {
          expected: `above that at the training points, ${show(localAtPoints)} or less`,
        },
      ),
      ...(
        [
          [run.regressions.hole.barycentre, 'the barycentre', '0.0840'],
          [2, '2', '0.0878'],
          [grid[0]!, `${grid[0]}`, '0.220'],
          [grid.at(-1)!, `${grid.at(-1)}`, '0.220'],
        ] as const
      ).map(([x, place, expected]) =>
        evidence(`variance at ${place} with the published beta`, varianceAt(published.posterior, basis, x), {
          expected,
        }),
      ),
    ],
    correction:
      'A low predictive variance does not say that training points are near: a straight line is as sure ' +
      'between two groups of points as amid them, because its two weights are. Only features that are ' +
      'local to the hole would leave it uncertain.',
  };
}

/** The neighbouring training inputs that are furthest apart. */
function widestGap(x: Float64Array): readonly [number, number] {
  const sorted = x.slice().sort();
  let start = 0;
  for (let i = 1; i + 1 < sorted.length; i++) {
    if (sorted[i + 1]! - sorted[i]! > sorted[start + 1]! - sorted[start]!) start = i;
  }
  return [sorted[start]!, sorted[start + 1]!];
}
