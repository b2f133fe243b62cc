import { animationFigure, decisionFigure } from '../../figures/index.js';
import type { Figure } from '../../figures/index.js';
import type { Picture } from './picture.js';
import { ownRun } from './result.js';
import type { Week2Result } from './result.js';
import type { SetName } from './settings.js';

/** Figures 3 to 8, and figure 8 with masks shared over the plane. */
export function week2Figures(result: Week2Result, document: Document): Figure[] {
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
        ...(options.epistemic !== false && { epistemic: picture.map.epistemic }),
        ...(options.contours !== undefined && { contours: options.contours }),
        points: points[set],
        epoch: picture.epoch,
        accuracy: picture.accuracy,
      },
      { document, id, title, caption },
    );
  const { laplace, variational, variationalMlp } = settings;
  return [
    draw(
      'figure-3',
      'Figure 3. Logistic regression by MAP',
      `Blobs, ${n('blobs')}, ${setting} training. One set of weights: no epistemic uncertainty, and certainty that grows with the distance to the boundary.`,
      'blobs',
      own.map.picture,
      { epistemic: false },
    ),
    draw(
      'figure-4',
      'Figure 4. The Laplace approximation',
      `Mean of p(y = 1) over ${laplace.samples} draws from N(w_MAP, H⁻¹), ${setting}; right, what the draws disagree on.`,
      'blobs',
      own.laplace.picture,
    ),
    draw(
      'figure-5',
      'Figure 5. Mean-field variational inference',
      `Mean over ${variational.samples} draws, ${setting}, prior N(0, 1).`,
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
        caption: `A frame for each of ${own.frames.length} epochs, ${variational.samples} draws a frame, ${setting}.`,
      },
    ),
    draw(
      'figure-7',
      'Figure 7. A Bayesian network by variational inference',
      `Moons, ${n('moons')}, ${variationalMlp.hidden} hidden units, ${variationalMlp.samples} draws, ${setting}.`,
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
