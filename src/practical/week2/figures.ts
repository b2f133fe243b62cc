import { animationFigure, decisionFigure } from '../../figures/index.js';
import type { Figure } from '../../figures/index.js';
import type { Picture } from './picture.js';
import { ownRun } from './result.js';
import type { Week2Result } from './result.js';
import type { SetName } from './settings.js';

/** The end of all epistemic maps, so that figures can be compared: log 2, the most there can be, rounded up. */
const EPISTEMIC_MAX = 0.7;

/** Figures 3 to 8, and figure 8 with masks shared over the plane. @param seed of the run's key, for the captions */
export function week2Figures(result: Week2Result, document: Document, seed: number): Figure[] {
  const { settings, planes, points, dropout } = result;
  const own = ownRun(result);
  const setting = settings.published ? 'published' : 'corrected';
  const n = (set: SetName): string => `n = ${points[set].x.length}`;
  const draw = (
    id: string,
    title: string,
    caption: string,
    set: SetName,
    picture: Picture,
    options: { epistemic?: boolean; contours?: readonly number[] } = {},
  ): Figure =>
    decisionFigure(
      {
        grid: planes[set],
        probability: picture.map.probability,
        ...(options.epistemic === false
          ? { quantity: 'p(y = 1)' }
          : { epistemic: picture.map.epistemic, epistemicMax: EPISTEMIC_MAX }),
        ...(options.contours !== undefined && { contours: options.contours }),
        points: points[set],
        epoch: picture.epoch,
        accuracy: picture.accuracy,
      },
      { document, id, title, caption: `${caption} Seed ${seed}.` },
    );
  const { laplace, variational, variationalMlp } = settings;
  return [
    draw(
      'figure-3',
      'Figure 3. Logistic regression by MAP',
      `Blobs, ${n('blobs')}, ${setting} settings. One set of weights: no epistemic uncertainty, and certainty that grows with the distance to the boundary.`,
      'blobs',
      own.map.picture,
      { epistemic: false },
    ),
    draw(
      'figure-4',
      'Figure 4. The Laplace approximation',
      `Mean of p(y = 1) over ${laplace.samples} draws of the weights from the normal around the MAP with covariance H⁻¹, ${setting} settings; right, what the draws disagree on.`,
      'blobs',
      own.laplace.picture,
    ),
    draw(
      'figure-5',
      'Figure 5. Mean-field variational inference',
      `Mean of p(y = 1) over ${variational.samples} draws of the weights, ${setting} settings, prior N(0, 1)${settings.published ? ', which does not reach the gradient' : ''}; right, what the draws disagree on.`,
      'blobs',
      own.variational.picture,
    ),
    animationFigure(
      {
        grid: planes.frames,
        frames: own.frames.map(({ picture }) => ({
          epoch: picture.epoch,
          probability: picture.map.probability,
          accuracy: picture.accuracy,
          loss: picture.nll,
        })),
        points: points.blobs,
      },
      {
        document,
        id: 'figure-6',
        title: 'Figure 6. Variational inference while it trains',
        caption: `Mean of p(y = 1) after each of the first ${own.frames.length} epochs, ${variational.samples} draws a frame, ${setting} settings. The loss is the negative log likelihood of the points, in nats an example. Seed ${seed}.`,
      },
    ),
    draw(
      'figure-7',
      'Figure 7. A Bayesian network by variational inference',
      `Moons, ${n('moons')}, ${variationalMlp.hidden} hidden units, ${variationalMlp.samples} draws of the weights, ${setting} settings.`,
      'moons',
      own.variationalMlp.picture,
    ),
    draw(
      'figure-8',
      'Figure 8. MC dropout, as published',
      `Moons, ${n('moons')}, dropout ${settings.dropout.rate}, ${settings.dropout.samples} passes, a mask for every pixel: the noise is the method's, not the model's.`,
      'moons',
      dropout.perPixel,
      { contours: [0.5] },
    ),
    draw(
      'figure-8-smooth',
      'Figure 8, smooth. MC dropout with masks shared over the plane',
      'The same network: a pass is one network for the whole plane, as a draw of variational inference is. Every pixel has the same distribution as above.',
      'moons',
      dropout.shared,
    ),
  ];
}
