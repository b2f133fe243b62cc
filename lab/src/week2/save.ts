import { capture } from '../ui/index.js';
import type { SavedFigure } from '../ui/index.js';
import { data } from './data.js';
import type { Fit, Ray } from './model.js';

/** The practical's figure of the plane, with the numbers that are shown. */
export async function saveDecision(fit: Fit, title: string): Promise<SavedFigure> {
  const { decisionFigure } = await import('credence/figures');
  const { points, labels } = data.value;
  return decisionFigure(
    {
      grid: gridOf(fit),
      probability: fit.probability,
      // A single set of weights has none to show.
      ...(fit.boundaries.length > 0 && { epistemic: fit.epistemic }),
      points: {
        x: points.filter((_, i) => i % 2 === 0),
        y: points.filter((_, i) => i % 2 === 1),
        label: labels,
      },
      epoch: fit.epoch,
      accuracy: fit.accuracy,
    },
    { document, id: 'week2-probability', title },
  );
}

/** A map as it is seen. */
export async function saveMap(
  figure: HTMLElement,
  fit: Fit,
  {
    id,
    title,
    quantity,
  }: { readonly id: string; readonly title: string; readonly quantity: 'epistemic' | 'aleatoric' },
): Promise<SavedFigure> {
  const { encodeCsv } = await import('credence/formats');
  const { x, y } = gridOf(fit);
  const values = fit[quantity];
  const csv = encodeCsv({
    x1: values.map((_, at) => x[at % fit.size]!),
    x2: values.map((_, at) => y[Math.floor(at / fit.size)]!),
    [`${quantity} (nats)`]: values,
  });
  return capture(figure, { id, title, csv });
}

export async function saveRay(figure: HTMLElement, ray: Ray): Promise<SavedFigure> {
  const { encodeCsv } = await import('credence/formats');
  const csv = encodeCsv({
    distance: ray.distance,
    'p(y = 1)': ray.probability,
    'epistemic (nats)': ray.epistemic,
    'aleatoric (nats)': ray.aleatoric,
  });
  return capture(figure, { id: 'week2-ray', title: 'Along the ray', csv });
}

export async function saveTraining({ losses, accuracies }: Fit): Promise<SavedFigure> {
  const { trainingCurveFigure } = await import('credence/figures');
  return trainingCurveFigure(
    [
      { axis: 'loss (nats)', series: [{ label: 'loss', values: losses }] },
      {
        axis: 'accuracy',
        series: [{ label: 'accuracy', values: accuracies.values, epochs: accuracies.epochs }],
      },
    ],
    { document, id: 'week2-training', title: 'Training' },
  );
}

function gridOf({ region, size }: Fit): { readonly x: Float64Array; readonly y: Float64Array } {
  const evenly = ([low, high]: readonly [number, number]): Float64Array =>
    Float64Array.from({ length: size }, (_, i) => low + ((high - low) * i) / (size - 1));
  return { x: evenly(region.x), y: evenly(region.y) };
}
