import type { SavedFigure } from './save.js';

/** What of an element's style makes its picture; the style sheet does not travel with it. */
const PROPERTIES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'vector-effect',
  'opacity',
  'font-size',
  'font-family',
  'font-weight',
  'text-anchor',
];

export interface CaptureOptions {
  /** The name of the files. */
  readonly id: string;
  readonly title: string;
  /** The numbers that were drawn. */
  readonly csv: string;
}

/** A chart as it is seen now, in an SVG that needs nothing else. */
export function captureChart(chart: HTMLElement, { id, title, csv }: CaptureOptions): SavedFigure {
  const drawn = chart.querySelector('svg')!;
  const { width, height } = drawn.getBoundingClientRect();
  const copy = drawn.cloneNode(true) as SVGSVGElement;
  inline(drawn, copy);
  const raster = chart.querySelector('canvas');
  if (raster !== null) copy.prepend(imageOf(raster));
  copy.prepend(paper(width, height, getComputedStyle(document.body).backgroundColor));
  const name = document.createElementNS(SVG, 'title');
  name.textContent = title;
  copy.prepend(name);
  copy.setAttribute('xmlns', SVG);
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  copy.setAttribute('width', `${width}`);
  copy.setAttribute('height', `${height}`);
  return { id, svg: new XMLSerializer().serializeToString(copy), csv, width, height };
}

const SVG = 'http://www.w3.org/2000/svg';

function inline(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const property of PROPERTIES) {
    const value = style.getPropertyValue(property);
    if (value !== '') to.setAttribute(property, value);
  }
  if (from.matches('.reach, .surface')) to.setAttribute('display', 'none');
  for (const name of ['class', 'style', 'tabindex', 'role']) to.removeAttribute(name);
  for (let i = 0; i < from.children.length; i++) inline(from.children[i]!, to.children[i]!);
}

function imageOf(raster: HTMLCanvasElement): SVGElement {
  const image = document.createElementNS(SVG, 'image');
  const { left, top, width, height } = raster.style;
  for (const [name, value] of Object.entries({ x: left, y: top, width, height }))
    image.setAttribute(name, value);
  image.setAttribute('preserveAspectRatio', 'none');
  image.setAttribute('href', raster.toDataURL());
  return image;
}

function paper(width: number, height: number, fill: string): SVGElement {
  const rect = document.createElementNS(SVG, 'rect');
  for (const [name, value] of Object.entries({ width, height, fill })) rect.setAttribute(name, `${value}`);
  return rect;
}
