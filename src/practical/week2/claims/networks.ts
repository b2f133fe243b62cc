import type { Claim } from '../../claims.js';
import { evidence, holdsIf, show } from '../../evidence.js';
import type { Picture } from '../picture.js';
import { ownRun } from '../result.js';
import type { Week2Run } from '../result.js';
import { meanOf } from './curves.js';

/**
 * Cells this near to a point count as near the data, and beyond the other as away from it; the moons' noise
 * is 0.05.
 */
const NEAR = 0.15;
const AWAY = 1;

export function fitTheMoons(run: Week2Run): Claim {
  const { variationalMlp } = ownRun(run);
  const accuracies = [variationalMlp.picture.accuracy, run.dropout.shared.accuracy];
  return {
    id: 'week2/2.1/fit-the-moons',
    question: '2.1',
    statement: 'A hidden layer separates the moons, by variational inference and by MC dropout.',
    verdict: holdsIf(accuracies.every((accuracy) => accuracy > 0.95)),
    evidence: [
      evidence('accuracy of the variational network', accuracies[0]!),
      evidence('accuracy of MC dropout', accuracies[1]!),
      evidence('negative log likelihood of the variational network', variationalMlp.picture.nll, {
        unit: 'nats an example',
      }),
      evidence('negative log likelihood of MC dropout', run.dropout.shared.nll, { unit: 'nats an example' }),
    ],
  };
}

export function uncertainAtBoundary(run: Week2Run): Claim {
  const parts = methods(run).map(({ name, picture }) => {
    const { probability, epistemic } = picture.map;
    const open = epistemic.filter((_, i) => probability[i]! > 0.25 && probability[i]! < 0.75);
    const closed = epistemic.filter((_, i) => probability[i]! <= 0.25 || probability[i]! >= 0.75);
    return { name, open: meanOf(open), closed: meanOf(closed) };
  });
  return {
    id: 'week2/2.1/uncertain-along-the-boundary',
    question: '2.1',
    statement: 'Both networks are uncertain of their weights along the boundary between the classes.',
    verdict: holdsIf(parts.every(({ open, closed }) => open > 2 * closed)),
    evidence: parts.flatMap(({ name, open, closed }) => [
      evidence(`${name}: mean epistemic part where p is between 0.25 and 0.75`, open, {
        unit: 'nats',
        expected: `by the statement well over ${show(closed)}`,
      }),
      evidence(`${name}: elsewhere`, closed, { unit: 'nats' }),
    ]),
  };
}

export function uncertainAway(run: Week2Run): Claim {
  const distances = distancesToPoints(run);
  const parts = methods(run).map(({ name, picture }) => {
    const { probability, epistemic } = picture.map;
    const near = epistemic.filter((_, i) => distances[i]! < NEAR);
    const away = epistemic.filter((_, i) => distances[i]! > AWAY);
    const far = probability.filter((_, i) => distances[i]! > AWAY);
    const sure = far.filter((p) => p < 0.05 || p > 0.95).length / far.length;
    return { name, near: meanOf(near), away: meanOf(away), sure };
  });
  const more = parts.map(({ near, away }) => away > near);
  const sure = parts.some((part) => part.sure > 0.25);
  const all = more.every(Boolean);
  return {
    id: 'week2/2.1/uncertain-away',
    question: '2.1',
    statement: 'Both networks are uncertain away from the moons.',
    verdict: all ? (sure ? 'depends' : 'holds') : 'fails',
    ...(all && sure
      ? {
          dependsOn:
            'the direction: more so than near the data on average, yet much of the empty plane is given ' +
            'to one class',
        }
      : {}),
    evidence: parts.flatMap(({ name, near, away, sure: share }) => [
      evidence(`${name}: mean epistemic part within ${NEAR} of a point`, near, { unit: 'nats' }),
      evidence(`${name}: beyond ${AWAY} of every point`, away, {
        unit: 'nats',
        expected: `over ${show(near)}`,
      }),
      evidence(`${name}: share of the plane beyond ${AWAY} with p below 0.05 or over 0.95`, share),
    ]),
  };
}

export function noNewModel(run: Week2Run): Claim {
  const { variationalMlp } = ownRun(run);
  const { dropout } = run;
  return {
    id: 'week2/2.1/no-new-model',
    question: '2.1',
    statement:
      'MC dropout needs no new model: as many weights as the plain network, where mean-field inference ' +
      'has two numbers a weight.',
    verdict: holdsIf(variationalMlp.parameters === 2 * dropout.parameters),
    evidence: [
      evidence('trained numbers of the network with dropout', dropout.parameters),
      evidence('trained numbers of the variational network', variationalMlp.parameters, {
        expected: `twice as many, ${2 * dropout.parameters}`,
      }),
    ],
  };
}

function methods(run: Week2Run): readonly { readonly name: string; readonly picture: Picture }[] {
  return [
    { name: 'variational inference', picture: ownRun(run).variationalMlp.picture },
    { name: 'MC dropout', picture: run.dropout.shared },
  ];
}

/** From each cell of the plane to the nearest point of the moons. */
function distancesToPoints({ planes, points }: Week2Run): Float64Array {
  const { x, y } = planes.moons;
  const { moons } = points;
  return Float64Array.from({ length: x.length * y.length }, (_, cell) => {
    const [a, b] = [x[cell % x.length]!, y[Math.floor(cell / x.length)]!];
    let least = Infinity;
    for (let i = 0; i < moons.x.length; i++) {
      least = Math.min(least, (moons.x[i]! - a) ** 2 + (moons.y[i]! - b) ** 2);
    }
    return Math.sqrt(least);
  });
}
