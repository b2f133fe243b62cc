import type { Claim } from '../../claims.js';
import { evidence, holdsIf, show } from '../../week1/claims/evidence.js';
import type { PredictiveMap } from '../picture.js';
import type { Week2Run } from '../result.js';
import { meanOf } from './curves.js';

export function evaluationMode({ dropoutChecks }: Week2Run): Claim {
  const { spreadInactive, spreadActive } = dropoutChecks;
  return {
    id: 'week2/2.1/evaluation-mode',
    question: '2.1',
    statement: 'Repeated passes of a network in evaluation mode are samples of its prediction.',
    verdict: holdsIf(spreadInactive > 1e-6),
    evidence: [
      evidence(
        'largest difference between five passes at a training point, dropout in evaluation mode',
        spreadInactive,
        {
          expected: 'by the statement over 0',
        },
      ),
      evidence('the same with dropout active', spreadActive),
    ],
    correction:
      'In evaluation mode a Dropout layer is the identity, every pass is the same and nothing tells. MC dropout needs its layers ' +
      'active at test time; Credence makes them so, and refuses a model without any.',
  };
}

export function speckle(run: Week2Run): Claim {
  const { perPixel, shared } = run.dropout;
  const columns = run.planes.moons.x.length;
  const rough = [perPixel, shared].map(({ map }) => roughness(map, columns));
  const ratio = rough[0]! / rough[1]!;
  const difference = meanOf(perPixel.map.probability) - meanOf(shared.map.probability);
  // A bound: shared masks err together, by at most the deviation of one pass over the root of the passes.
  const allowed = 5 * Math.sqrt(0.25 / run.settings.dropout.samples);
  return {
    id: 'week2/2.1/speckle-of-figure-8',
    question: '2.1',
    statement:
      'The speckle of figure 8 is drawn by the method and no uncertainty of the model: a mask for each pixel makes it.',
    verdict: holdsIf(ratio > 2 && Math.abs(difference) < allowed),
    evidence: [
      evidence('mean difference of p between a pixel and the next, a mask for each pixel', rough[0]!),
      evidence('the same with a mask for the whole plane', rough[1]!, {
        expected: `below ${show(rough[0]! / 2)}`,
      }),
      evidence('mean of p over the plane, first less second', difference, {
        expected: `0 +- ${show(allowed)}`,
      }),
    ],
    correction:
      'Each pixel has the same predictive distribution in both pictures; with shared masks a pass is one network over the plane, as a ' +
      'draw of variational inference is.',
  };
}

export function masksIndependent({ dropoutChecks, settings }: Week2Run): Claim {
  const { maskCorrelation, dropped } = dropoutChecks;
  const { largest, pairs, draws } = maskCorrelation;
  // Six standard errors of a correlation: one in 400,000 runs for all pairs together.
  const allowed = 6 / Math.sqrt(draws);
  return {
    id: 'week2/2.1/masks-independent',
    question: '2.1',
    statement: 'Unlike mean-field inference, MC dropout does not take its units to be independent.',
    verdict: holdsIf(largest > allowed),
    evidence: [
      evidence(
        `largest correlation between the masks of two units, of ${pairs} pairs in ${draws} draws`,
        largest,
        {
          expected: `below ${show(allowed)} if they are independent`,
        },
      ),
      evidence('share of units that a mask drops', dropped, { expected: `${settings.dropout.rate}` }),
    ],
    correction:
      "MC dropout's masks are drawn for each unit by itself: its posterior factorises over units, as the mean-field one does over weights.",
  };
}

/** Mean difference of p between neighbours in a row. */
function roughness({ probability }: PredictiveMap, columns: number): number {
  const steps = probability
    .slice(1)
    .map((p, i) => Math.abs(p - probability[i]!))
    .filter((_, i) => (i + 1) % columns !== 0);
  return meanOf(steps);
}
