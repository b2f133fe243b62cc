import { captureChart } from './capture-chart.js';
import type { CaptureOptions } from './capture-chart.js';
import type { SavedFigure } from './save.js';

/** What of a legend's style makes its marks. */
const PROPERTIES = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray'];
const GAP = 12;
/** Of a legend: the height of a line, and what lies between two. */
const LINE = 24;
const BETWEEN = 20;

/**
 * All charts of a figure as they are seen now, under its legend, in one SVG that needs nothing else. Charts beside each
 * other stay so.
 */
export function capture(figure: HTMLElement, options: CaptureOptions): SavedFigure {
  const rows = rowsOf(
    [...figure.querySelectorAll<HTMLElement>('.chart')].map((chart) => ({
      chart,
      box: chart.querySelector('svg')!.getBoundingClientRect(),
    })),
  );
  const width = Math.ceil(
    Math.max(...rows.map((row) => row.at(-1)!.box.right - Math.min(...row.map(({ box }) => box.left)))),
  );
  const legend = legendOf(figure, width);
  let top = legend.height;
  const parts = rows.flatMap((row) => {
    const left = Math.min(...row.map(({ box }) => box.left));
    const placed = row.map(({ chart, box }) =>
      captureChart(chart, options).svg.replace(
        '<svg ',
        `<svg x="${box.left - left}" y="${top + box.top - row[0]!.box.top}" `,
      ),
    );
    top += Math.max(...row.map(({ box }) => box.bottom)) - row[0]!.box.top + GAP;
    return placed;
  });
  const height = Math.ceil(top - GAP);
  const fill = getComputedStyle(document.body).backgroundColor;
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`;
  const paper = `<rect width="${width}" height="${height}" fill="${fill}"/>`;
  const svg = `${open}${paper}${legend.svg}${parts.join('')}</svg>`;
  return { id: options.id, svg, csv: options.csv, width, height };
}

interface Placed {
  readonly chart: HTMLElement;
  readonly box: DOMRect;
}

/** Charts whose heights overlap, the highest first, from the left. */
function rowsOf(charts: readonly Placed[]): Placed[][] {
  const rows: Placed[][] = [];
  for (const each of charts.toSorted((a, b) => a.box.top - b.box.top)) {
    const last = rows.at(-1);
    if (last !== undefined && each.box.top < last[0]!.box.bottom) last.push(each);
    else rows.push([each]);
  }
  for (const row of rows) row.sort((a, b) => a.box.left - b.box.left);
  return rows;
}

/** The figure's legend in as many lines as it needs. */
function legendOf(figure: HTMLElement, width: number): { readonly svg: string; readonly height: number } {
  const items = [...figure.querySelectorAll<HTMLElement>('.legend > li')];
  if (items.length === 0) return { svg: '', height: 0 };
  let [x, y] = [0, 0];
  const parts = items.map((item) => {
    const { width: own } = item.getBoundingClientRect();
    if (x > 0 && x + own > width) [x, y] = [0, y + LINE];
    const part = `<g transform="translate(${x},${y + 6})">${markOf(item)}${wordsOf(item)}</g>`;
    x += own + BETWEEN;
    return part;
  });
  return { svg: parts.join(''), height: y + LINE + GAP };
}

function markOf(item: HTMLElement): string {
  const shapes = [...item.querySelectorAll<SVGElement>('svg > *')].map((shape) => {
    const copy = shape.cloneNode() as SVGElement;
    const style = getComputedStyle(shape);
    for (const name of PROPERTIES) copy.setAttribute(name, style.getPropertyValue(name));
    copy.removeAttribute('class');
    return new XMLSerializer().serializeToString(copy);
  });
  return shapes.join('');
}

function wordsOf(item: HTMLElement): string {
  const text = document.createElementNS('http://www.w3.org/2000/svg', 'text');
  const style = getComputedStyle(item);
  const mark = item.querySelector('svg')?.viewBox.baseVal.width ?? 0;
  const attributes = { x: `${mark + 6}`, y: '11', fill: style.color, 'font-size': style.fontSize };
  for (const [name, value] of Object.entries(attributes)) text.setAttribute(name, value);
  text.setAttribute('font-family', style.fontFamily);
  text.textContent = item.textContent.trim();
  return new XMLSerializer().serializeToString(text);
}
