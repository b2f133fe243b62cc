import type { JSX } from 'preact';
import type { DrawnFigure } from '../../../figures/node/index.js';
import { FigureBlock, formatSeconds } from '../../../report/index.js';
import type { AssessmentResults } from '../../results.js';

/** Less than this share of a prediction is within what its timing varies by. */
const LEAST_COST = 0.02;

/** A figure of the run, where it was drawn. */
export function Drawn({
  figures,
  id,
}: {
  readonly figures: readonly DrawnFigure[];
  readonly id: string;
}): JSX.Element | null {
  const drawn = figures.find(({ figure }) => figure.id === id);
  return drawn === undefined ? null : <FigureBlock figure={drawn.figure} png={drawn.png} />;
}

export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))}\u00A0%`;
}

/** A value with its interval; where a column is narrow the interval goes to a line of its own. */
export function withInterval(value: number, { low, high }: { low: number; high: number }): string {
  return `${value.toFixed(3)} (${low.toFixed(3)}\u00A0to\u00A0${high.toFixed(3)})`;
}

/** Seconds of one prediction: '12 µs', '3.4 ms'. */
export function duration(seconds: number): string {
  if (seconds >= 1) return formatSeconds(seconds);
  const [value, unit] = seconds < 1e-3 ? [1e6 * seconds, 'µs'] : [1e3 * seconds, 'ms'];
  return `${Number(value.toPrecision(2))}\u00A0${unit}`;
}

/** What a score adds to a prediction that takes `base`. */
export function costText(seconds: number, base: number): string {
  if (seconds < LEAST_COST * base) return `under ${100 * LEAST_COST}\u00A0%`;
  return `+${duration(seconds)} (${Number((seconds / base + 1).toPrecision(2))}\u00A0×)`;
}

/** A class as people call it. */
export function classText({ model }: AssessmentResults, label: number): string {
  return model.classNames?.[label] ?? `${label}`;
}
