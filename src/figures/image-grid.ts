import { DataError } from '../errors/index.js';
import { encodePng } from '../formats/index.js';
import type { PngImage } from '../formats/index.js';
import { assertSome, assertValues } from './checks.js';
import { compose } from './compose.js';
import type { Figure, FigureOptions, Numbers } from './figure.js';
import { textWidth } from './measure.js';
import { extent, significant } from './numbers.js';
import { imageElement } from './raster.js';
import { element, text } from './svg.js';
import { table } from './table.js';
import { color } from './theme.js';

export interface ImageGridData {
  /** (n), shown row by row, each in a square of its own. */
  readonly images: readonly PngImage[];
  /** (n): the number under each. */
  readonly values: Numbers;
  /** Of the values: 'energy (nats)'. */
  readonly valueName: string;
  /** (n): what is said of each: 'cat taken for dog'. */
  readonly notes: readonly string[];
  /** (n): whether each is framed as an error. */
  readonly wrong: readonly boolean[];
  /** Place of each image in its data set. */
  readonly indices: Numbers;
}

const SIDE = 96;
const GAP = 26;
const MARGIN = 24;
const TEXT_HEIGHT = 46;
const COLUMNS = 6;

/**
 * Images of any size in a grid, a number and a note under each.
 *
 * @throws DataError when there is none, lists differ in length, or a number is not finite.
 */
export function imageGridFigure(data: ImageGridData, options: FigureOptions): Figure {
  const { images, values, notes, wrong, indices } = data;
  assertSome('imageGridFigure: images', images);
  assertValues('imageGridFigure: values', values, images.length);
  assertValues('imageGridFigure: indices', indices, images.length);
  if (notes.length !== images.length || wrong.length !== images.length) {
    throw new DataError({
      what: 'imageGridFigure: notes and flags',
      expected: `${images.length} each`,
      got: `${notes.length} and ${wrong.length}`,
    });
  }
  const columns = Math.min(COLUMNS, images.length);
  const rows = Math.ceil(images.length / columns);
  const parts = images.map((image, i) => {
    const x = MARGIN + (i % columns) * (SIDE + GAP);
    const y = MARGIN + Math.floor(i / columns) * (SIDE + TEXT_HEIGHT);
    const line = { x: x + SIDE / 2, 'text-anchor': 'middle' };
    const scale = SIDE / Math.max(image.width, image.height);
    const [width, height] = [image.width * scale, image.height * scale];
    return [
      imageElement(
        encodePng(image),
        { x: x + (SIDE - width) / 2, y: y + (SIDE - height) / 2, width, height },
        { crisp: scale > 1 },
      ),
      element('rect', {
        x: x - 1,
        y: y - 1,
        width: SIDE + 2,
        height: SIDE + 2,
        fill: 'none',
        stroke: wrong[i] === true ? color.vermillion : color.rule,
        'stroke-width': 2,
      }),
      text(significant(values[i]!), {
        ...line,
        y: y + SIDE + 16,
        fill: color.ink,
        'font-size': 13,
        'font-weight': 600,
      }),
      text(shortened(notes[i]!), {
        ...line,
        y: y + SIDE + 31,
        fill: wrong[i] === true ? color.vermillion : color.muted,
      }),
    ].join('');
  });
  const bottom = MARGIN + rows * (SIDE + TEXT_HEIGHT) + 4;
  parts.push(
    text(`under each: ${data.valueName}; framed: misclassified`, {
      x: MARGIN,
      y: bottom,
      fill: color.muted,
      'text-anchor': 'start',
    }),
  );
  const [low, high] = extent(values);
  return compose(options, {
    width: Math.max(2 * MARGIN + columns * (SIDE + GAP) - GAP, 320),
    height: bottom + 12,
    parts,
    csv: table({ index: indices, [data.valueName]: values, note: notes }),
    alt: `${images.length} images with their ${data.valueName}, from ${significant(low)} to ${significant(high)}; ${wrong.filter(Boolean).length} are misclassified.`,
  });
}

/** As much of a note as fits under its image. */
function shortened(note: string): string {
  let end = note.length;
  while (end > 1 && textWidth(note.slice(0, end)) > SIDE + GAP - 4) end--;
  return end === note.length ? note : `${note.slice(0, end - 1)}…`;
}
