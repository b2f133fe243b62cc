import { assertId } from './checks.js';
import type { Figure, FigureOptions } from './figure.js';
import { element, escapeText, group, text } from './svg.js';
import { FIGURE_CLASS, FONT_FAMILY, color, styleSheet } from './theme.js';

export interface Content {
  readonly width: number;
  readonly height: number;
  readonly parts: readonly string[];
  readonly csv: string;
  /** The description, where the caller gives none. */
  readonly alt: string;
}

/**
 * The figure around its parts: paper, style sheet, title and description.
 *
 * @throws ConfigurationError for an id that cannot name a file.
 */
export function compose(
  { id, title, caption = '', alt: given }: FigureOptions,
  { width: exactWidth, height: exactHeight, parts, csv, alt: made }: Content,
): Figure {
  assertId(id);
  const alt = given ?? made;
  const width = Math.ceil(exactWidth);
  const height = Math.ceil(exactHeight);
  const body = renumber(
    group(
      { class: FIGURE_CLASS, 'stroke-miterlimit': 4 },
      element('rect', { width, height, fill: color.paper }),
      ...parts,
    ),
    id,
  );
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ` font-family="${FONT_FAMILY}" font-size="12" role="img" aria-labelledby="${id}-title ${id}-desc">`,
    `<title id="${id}-title">${escapeText(title)}</title>`,
    `<desc id="${id}-desc">${escapeText(alt)}</desc>`,
    `<style>${styleSheet(body)}</style>`,
    body,
    '</svg>',
  ].join('');
  return { id, title, caption, alt, width, height, svg, csv };
}

/** A heading over a row of panels. */
export function heading(content: string, x: number, y: number): string {
  return text(content, {
    x,
    y,
    fill: color.ink,
    'font-size': 14,
    'font-weight': 600,
    'text-anchor': 'start',
  });
}

/**
 * Plot numbers its clip paths through the life of the program. Here they are numbered through the figure, under its
 * id, so that the same input gives the same bytes and two figures may stand in one page.
 */
function renumber(body: string, id: string): string {
  const numbers = new Map<string, number>();
  return body.replace(/plot-clip-\d+/g, (name) => {
    const number = numbers.get(name) ?? numbers.size + 1;
    numbers.set(name, number);
    return `${id}-clip-${number}`;
  });
}
