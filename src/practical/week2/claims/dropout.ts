import type { Claim } from '../../claims.js';
import { count, evidence, holdsIf, show } from '../../evidence.js';
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
      'In evaluation mode a Dropout layer is the identity, every pass is the same and nothing tells. MC ' +
      'dropout needs its layers ' +
      'active at test time; Credence makes them so, and refuses a model without any.',
  };
}

export function speckle(run: Week2Run): Claim {
  const { perPixel, shared, planeMeanError } = run.dropout;
  const columns = run.planes.moons.x.length;
  const [rough, smooth] = [perPixel, shared].map(({ map }) => roughness(map, columns));
  const difference = meanOf(perPixel.map.probability) - meanOf(shared.map.probability);
  return {
    id: 'week2/2.1/speckle-of-figure-8',
    question: '2.1',
    statement:
      'The speckle of figure 8 is drawn by the method and no uncertainty of the model: a mask for each ' +
      'pixel makes it.',
    verdict: holdsIf(rough! > 2 * smooth! && Math.abs(difference) < 5 * planeMeanError),
    evidence: [
      evidence("mean distance of p from its two neighbours' mean, a mask for each pixel", rough!),
      evidence('the same with a mask for the whole plane', smooth!, {
        expected: `below ${show(rough! / 2)}`,
      }),
      evidence('mean of p over the plane, first less second', difference, {
        expected: `0 +- ${show(5 * planeMeanError)}, five standard errors`,
      }),
    ],
    correction:
      'Each pixel has the same predictive distribution in both pictures; with shared masks a pass is one ' +
      'network over the plane, as a ' +
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
        `largest correlation between the masks of two units, of ${count(pairs)} pairs in ${count(draws)} draws`,
        largest,
        {
          expected: `below ${show(allowed)} if they are independent`,
        },
      ),
      evidence('share of units that a mask drops', dropped, { expected: `${settings.dropout.rate}` }),
    ],
    correction:
      "MC dropout's masks are drawn for each unit by itself: its posterior factorises over units, as the " +
      'mean-field one does over weights.',
  };
}

/** Mean of |p - (left + right) / 2| over the pixels inside a row: slopes do not count, noise does. */
function roughness({ probability }: PredictiveMap, columns: number): number {
  const inside = [...probability.keys()].filter((i) => i % columns !== 0 && i % columns !== columns - 1);
  return meanOf(
    inside.map((i) => Math.abs(probability[i]! - (probability[i - 1]! + probability[i + 1]!) / 2)),
  );
}
