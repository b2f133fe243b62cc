import { posteriorGridFigure, regressionFigure } from '../../figures/index.js';
import type { Figure, FigureOptions, RegressionRow } from '../../figures/index.js';
import { fold } from '../../random/index.js';
import { sampleWeights } from '../../linear/index.js';
import type { Regression } from './regression.js';
import { settingOf } from './result.js';
import type { Week1Result } from './result.js';

/** Lines drawn from each posterior of question 1.2. */
const LINES = 20;

/** The posterior of question 1.2, figures 1 and 2, and the polynomial one. @param seed of the run's key, for the captions */
export function week1Figures(result: Week1Result, document: Document, seed: number): Figure[] {
  const setting = settingOf(result);
  const { posterior, regressions, key } = result;
  const n = (name: keyof typeof regressions): number => regressions[name].points.x.length;
  const regression = (id: string, title: string, caption: string, rows: readonly RegressionRow[]): Figure =>
    regressionFigure(rows, { document, id, title, caption: `${caption} Seed ${seed}.` });
  const options: FigureOptions = {
    document,
    id: 'posterior',
    title: 'Posterior of the weights of a straight line',
    caption:
      `Density over intercept and slope after n points of the linear set (β = ${regressions.linear[setting].beta}, α = ${regressions.linear.alpha}); ` +
      `the ring marks the weights that made the data. Below, ${LINES} lines drawn from each posterior. Seed ${seed}.`,
  };
  return [
    posteriorGridFigure(
      {
        first: posterior.w0,
        second: posterior.w1,
        truth: posterior.truth,
        panels: posterior[setting].map((step) => {
          const weights = sampleWeights(step.posterior, fold(key, 'figure', 'posterior', step.n), LINES);
          const column = (k: number): number[] =>
            Array.from({ length: LINES }, (_, i) => weights.data[2 * i + k]!);
          return {
            n: step.n,
            points: step.points,
            density: step.density,
            samples: { intercept: column(0), slope: column(1) },
          };
        }),
      },
      options,
    ),
    regression(
      'figure-1',
      'Figure 1. A straight line and the variance of its predictions',
      `Points in one piece (n = ${n('linear')}) and with a hole (n = ${n('hole')}); bands of 1, 2 and 3 standard deviations. Right, the predictive variance: the span of the points shaded, their barycentre dashed, the exact minimum marked.`,
      [row(regressions.linear, result, 'Linear set'), row(regressions.hole, result, 'Set with a hole')],
    ),
    regression(
      'polynomial',
      'Polynomial features of degree 9',
      `A sine with a slope, n = ${n('polynomial')}, α = ${regressions.polynomial.alpha}. Outside the span of the points the variance explodes; its axis is logarithmic.`,
      [row(regressions.polynomial, result)],
    ),
    regression(
      'figure-2',
      'Figure 2. Gaussian features',
      `The same points, n = ${n('gaussian')}, nine Gaussian bumps on [0, 8/9]. Far from them the variance falls back to 1/β, lower than near the data, with mean 0: confidently wrong.`,
      [row(regressions.gaussian, result)],
    ),
  ];
}

/** A regression in the run's own setting, with the other's variance beside it. */
function row(regression: Regression, result: Week1Result, title?: string): RegressionRow {
  const own = settingOf(result);
  const other = own === 'published' ? 'corrected' : 'published';
  const curve = (setting: 'published' | 'corrected') => {
    const { beta, limit, mean, variance, minimum } = regression[setting];
    // Gaussian features' variance is least in the limit: what the search finds at an end of its range is none.
    const isInside = minimum.x > regression.span[0] && minimum.x < regression.span[1];
    return { label: `β = ${beta}, ${setting}`, mean, variance, limit, ...(isInside && { minimum }) };
  };
  return {
    ...(title !== undefined && { title }),
    points: regression.points,
    grid: regression.grid,
    truth: regression.truth,
    curves: [curve(own), curve(other)],
  };
}
