import type { SavedFigure } from '../ui/index.js';
import { short } from '../ui/index.js';
import { points, seen, truth } from './data.js';
import type { Curve, Fit } from './model.js';
import { nameOf } from './numbers.js';

/** The figure of the practical with the numbers that are shown. */
export async function saveRegression(
  { grid, curves: [first, second] }: Fit,
  id: string,
): Promise<SavedFigure> {
  const { regressionFigure } = await import('credence/figures');
  const counted = points.value.slice(0, seen.value);
  const shown = counted.length > 0 ? counted : points.value;
  const curve = ({ beta, mean, variance, minimum }: Curve, k: number) => ({
    label: `β = ${short(beta)}${nameOf(k)}`,
    mean,
    variance,
    limit: 1 / beta,
    minimum,
  });
  return regressionFigure(
    [
      {
        points: { x: shown.map(({ x }) => x), y: shown.map(({ y }) => y) },
        grid,
        truth: grid.map(truth.value),
        curves: second === undefined ? [curve(first!, 0)] : [curve(first!, 0), curve(second, 1)],
      },
    ],
    { document, id, title: 'Bayesian linear regression' },
  );
}
