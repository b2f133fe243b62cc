import { capture } from './capture.js';
import type { CaptureOptions } from './capture.js';
import type { SavedFigure } from './save.js';

/** All charts of a figure as they are seen now, in one SVG, where they stand to each other. Each needs a parent of its own. */
export function captureAll(figure: HTMLElement, options: CaptureOptions): SavedFigure {
  const charts = [...figure.querySelectorAll<HTMLElement>('.chart')];
  const boxes = charts.map((chart) => chart.querySelector('svg')!.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const width = Math.ceil(Math.max(...boxes.map((box) => box.right)) - left);
  const height = Math.ceil(Math.max(...boxes.map((box) => box.bottom)) - top);
  const parts = charts.map((chart, i) => {
    const { svg } = capture(chart.parentElement!, options);
    return svg.replace('<svg ', `<svg x="${boxes[i]!.left - left}" y="${boxes[i]!.top - top}" `);
  });
  const fill = getComputedStyle(document.body).backgroundColor;
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`;
  const paper = `<rect width="${width}" height="${height}" fill="${fill}"/>`;
  return { id: options.id, svg: `${open}${paper}${parts.join('')}</svg>`, csv: options.csv, width, height };
}
