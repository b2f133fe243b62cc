import type { Claim } from '../../claims.js';
import { evidence, holdsIf, show } from '../../evidence.js';
import { sigmoidTwiceFloor } from '../published.js';
import type { Week2Run } from '../result.js';
import { meanOf } from './curves.js';

export function sigmoidTwice({ published, corrected, points }: Week2Run): Claim {
  const floor = sigmoidTwiceFloor(points.moons.label);
  const least = Math.min(...published.variational.losses, ...published.variationalMlp.losses);
  const correctly = Math.min(...corrected.variational.losses);
  return {
    id: 'week2/1.3/sigmoid-twice',
    question: '1.3',
    statement: 'The likelihood of the published variational training is that of the labels.',
    verdict: holdsIf(least < floor - 1e-4),
    evidence: [
      evidence('least loss of any epoch with the published likelihood', least, {
        expected: `never under ${show(floor)} for classes of equal size`,
        unit: 'nats an example',
      }),
      evidence('loss of its last epochs on the moons', meanOf(published.variationalMlp.losses.slice(-50)), {
        unit: 'nats an example',
      }),
      evidence(
        'negative log likelihood of the same network with one sigmoid',
        published.variationalMlp.picture.nll,
        {
          unit: 'nats an example',
        },
      ),
      evidence('least loss of the corrected one on the blobs, divergence included', correctly, {
        unit: 'nats an example',
      }),
    ],
    correction:
      'A cross entropy that takes a logit is given a probability, so that a second sigmoid is applied: ' +
      'certainty counts as 0.73 ' +
      'for class 1 and as 0.5 for class 0, a mean of (log(1 + 1/e) + log 2) / 2 = 0.5032 nats at best, ' +
      'and the gradient fades where the ' +
      'fit should go on.',
  };
}

export function divergenceDetached({ published, corrected }: Week2Run): Claim {
  const [mistaken, right] = [published.variationalMlp, corrected.variationalMlp];
  const error = Math.hypot(mistaken.bound.standardError, right.bound.standardError);
  const worse =
    right.bound.value - mistaken.bound.value > 5 * error && mistaken.divergence > right.divergence;
  const narrow = meanOf(mistaken.deviation);
  return {
    id: 'week2/1.3/divergence-detached',
    question: '1.3',
    statement: 'The published objective weighs the fit against the prior.',
    verdict: holdsIf(!worse),
    evidence: [
      evidence('KL(q || prior) of the published network on the moons', mistaken.divergence, { unit: 'nats' }),
      evidence('KL(q || prior) of the corrected one', right.divergence, { unit: 'nats' }),
      evidence('evidence lower bound of the published one', mistaken.bound.value, { unit: 'nats' }),
      evidence('evidence lower bound of the corrected one', right.bound.value, { unit: 'nats' }),
      evidence('mean deviation of the published weights', narrow, {
        expected: "the prior's 1, where data says nothing",
      }),
      evidence('mean deviation of the corrected weights', meanOf(right.deviation)),
    ],
    correction:
      'Its divergence is cut off from the gradient, and divided by N twice besides: nothing holds the ' +
      'weights near the prior, ' +
      'and the noise of the likelihood drives the deviations towards 0.',
  };
}

export function divergenceScaling({ corrected, temperatures, settings }: Week2Run): Claim {
  const right = corrected.variational.deviation;
  const ratios = temperatures.map(({ deviation }) => meanOf(deviation) / meanOf(right));
  return {
    id: 'week2/1.3/scaling-of-the-divergence',
    question: '1.3',
    statement: 'The weight of the divergence in the objective is a constant to choose.',
    verdict: holdsIf(ratios.every((ratio) => Math.abs(ratio - 1) < 0.1)),
    evidence: [
      evidence('mean deviation with KL / N', meanOf(right), { expected: 'that of the posterior' }),
      ...temperatures.map(({ name, temperature, deviation }) =>
        evidence(
          `mean deviation with the divergence ${name} (${show(temperature)} times KL / N)`,
          meanOf(deviation),
        ),
      ),
    ],
    correction:
      'The mean of the losses has one right partner, KL / N: N times their sum is minus the evidence ' +
      'lower bound. ' +
      'Averaged over the weights or divided by N twice it leaves deviations that are too narrow, ' +
      `undivided nearly the prior's ${settings.priorDeviation}.`,
  };
}
