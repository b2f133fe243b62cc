import { assertSome, assertValues, assertWithin } from './checks.js';
import { compose } from './compose.js';
import { assertDigits, digitImage } from './digits.js';
import type { Figure, FigureOptions, Numbers } from './figure.js';
import { extent, fixed } from './numbers.js';
import { element, text } from './svg.js';
import { table } from './table.js';
import { color } from './theme.js';

export interface DigitGridData {
  /** (n, 28, 28), intensities of 0 to 255: the digits, row by row of the grid. */
  readonly images: Numbers;
  /** (n): the number under each. */
  readonly values: Numbers;
  /** Of the values: 'variation ratio'. */
  readonly valueName: string;
  /** (n): the true classes. Default: not shown. */
  readonly labels?: Numbers;
  /** (n): the predicted classes; a wrong one is marked. Default: not shown. */
  readonly predictions?: Numbers;
  /** Place of each digit in its data set, for the CSV. Default: left out. */
  readonly indices?: Numbers;
  /** Default 5. */
  readonly columns?: number;
  /** Decimals of the values. Default 2. */
  readonly decimals?: number;
}

const SIDE = 92;
const GAP = 30;
const MARGIN = 24;
const TEXT_HEIGHT = 46;

/**
 * Digits in a grid, a number under each, and what was predicted of what is true.
 *
 * @throws ShapeError when the images are not (n, 28, 28); DataError when there is none, or a number is not finite.
 */
export function digitGridFigure(data: DigitGridData, options: FigureOptions): Figure {
  const { images, values, labels, predictions, columns = 5, decimals = 2 } = data;
  const n = values.length;
  assertSome('digitGridFigure: values', values);
  assertValues('digitGridFigure: values', values);
  assertDigits('digitGridFigure', images, n);
  assertWithin('digitGridFigure: columns', [columns], 1, n);
  if (labels !== undefined) assertValues('digitGridFigure: labels', labels, n);
  if (predictions !== undefined) assertValues('digitGridFigure: predictions', predictions, n);
  const rows = Math.ceil(n / columns);
  const parts = Array.from({ length: n }, (_, i) => {
    const x = MARGIN + (i % columns) * (SIDE + GAP);
    const y = MARGIN + Math.floor(i / columns) * (SIDE + TEXT_HEIGHT);
    const line = { x: x + SIDE / 2, 'text-anchor': 'middle' };
    const wrong = isWrong(data, i);
    return [
      digitImage(images, i, { x, y, side: SIDE }),
      element('rect', {
        x: x - 1,
        y: y - 1,
        width: SIDE + 2,
        height: SIDE + 2,
        fill: 'none',
        stroke: wrong ? color.vermillion : color.rule,
        'stroke-width': 2,
      }),
      text(fixed(values[i]!, decimals), {
        ...line,
        y: y + SIDE + 16,
        fill: color.ink,
        'font-size': 13,
        'font-weight': 600,
      }),
      text(describeClass(data, i), {
        ...line,
        y: y + SIDE + 31,
        fill: wrong ? color.vermillion : color.muted,
      }),
    ].join('');
  });
  const bottom = MARGIN + rows * (SIDE + TEXT_HEIGHT) + 4;
  parts.push(
    text(`under each: ${data.valueName}${predictions === undefined ? '' : '; framed: misclassified'}`, {
      x: MARGIN,
      y: bottom,
      fill: color.muted,
      'text-anchor': 'start',
    }),
  );
  return compose(options, {
    width: 2 * MARGIN + columns * (SIDE + GAP) - GAP,
    height: bottom + 12,
    parts,
    csv: csvOf(data),
    alt: describe(data),
  });
}

function isWrong({ labels, predictions }: DigitGridData, i: number): boolean {
  return labels !== undefined && predictions !== undefined && labels[i] !== predictions[i];
}

function describeClass(data: DigitGridData, i: number): string {
  const { labels, predictions } = data;
  if (labels !== undefined && predictions !== undefined) {
    return isWrong(data, i) ? `${labels[i]} taken for ${predictions[i]}` : `label ${labels[i]}`;
  }
  if (labels !== undefined) return `label ${labels[i]}`;
  return predictions === undefined ? '' : `predicted ${predictions[i]}`;
}

function csvOf({ values, valueName, labels, predictions, indices }: DigitGridData): string {
  return table({
    ...(indices === undefined ? {} : { index: indices }),
    [valueName]: values,
    ...(labels === undefined ? {} : { label: labels }),
    ...(predictions === undefined ? {} : { prediction: predictions }),
  });
}

function describe(data: DigitGridData): string {
  const { values, valueName } = data;
  const [low, high] = extent(values);
  const wrong = Array.from(values, (_, i) => isWrong(data, i)).filter(Boolean).length;
  const errors =
    data.labels === undefined || data.predictions === undefined ? '' : `; ${wrong} are misclassified`;
  return `${values.length} handwritten digits with their ${valueName}, from ${fixed(low, 3)} to ${fixed(high, 3)}${errors}.`;
}
