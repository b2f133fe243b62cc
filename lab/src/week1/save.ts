import type { SavedFigure } from '../ui/index.js';
import { short } from '../ui/index.js';
import { points, seen, truth } from './data.js';
import type { Fit } from './model.js';
import { nameOf } from './numbers.js';

/** The mean and bands of the fit's curve `index`, which the functions are drawn from if it is the first. */
export async function savePrediction(fit: Fit, index: number): Promise<SavedFigure> {
  return saved(fit, [index], 'mean');
}

/** The variance of all curves of the fit. */
export async function saveVariance(fit: Fit): Promise<SavedFigure> {
  return saved(fit, Array.from(fit.curves.keys()), 'variance');
}

/** A panel of the practical's figure with the numbers that are shown. */
async function saved(
  { grid, curves, samples }: Fit,
  [first = 0, second]: readonly number[],
  panels: 'mean' | 'variance',
): Promise<SavedFigure> {
  const { regressionFigure } = await import('credence/figures');
  const shown = points.value.slice(0, seen.value);
  const curve = (k: number) => {
    const { beta, mean, variance, minimum } = curves[k]!;
    return {
      label: `β = ${short(beta)}${nameOf(k)}`,
      mean,
      variance,
      limit: 1 / beta,
      minimum,
      series: k,
    };
  };
  return regressionFigure(
    [
      {
        points: { x: shown.map(({ x }) => x), y: shown.map(({ y }) => y) },
        grid,
        truth: grid.map(truth.value),
        curves: second === undefined ? [curve(first)] : [curve(first), curve(second)],
        ...(panels === 'mean' && first === 0 && { functions: samples }),
      },
    ],
    {
      document,
      id: `week1-${panels === 'mean' ? 'prediction' : 'variance'}${first === 0 ? '' : `-${first + 1}`}`,
      title: `Bayesian linear regression: ${panels === 'mean' ? 'prediction' : 'predictive variance'}`,
      panels,
    },
  );
}
