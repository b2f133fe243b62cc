import { join } from 'node:path';
import { writeFileAtomic } from '../../files/index.js';
import type { Figure } from '../figure.js';
import { renderPng } from './render-png.js';

/** A figure, its picture as PNG, and the files that it was written to, relative to the folder. */
export interface DrawnFigure {
  readonly figure: Figure;
  readonly png: Uint8Array;
  readonly files: readonly string[];
}

export interface WriteFiguresOptions {
  readonly onProgress?: (done: number, total: number, detail: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Writes each figure as SVG, PNG and CSV into `figures/` of a folder. @throws FileError; the signal's reason. */
export async function writeFigures(
  figures: readonly Figure[],
  folder: string,
  { onProgress, signal }: WriteFiguresOptions = {},
): Promise<DrawnFigure[]> {
  const drawn: DrawnFigure[] = [];
  for (const figure of figures) {
    signal?.throwIfAborted();
    const png = renderPng(figure);
    const files: string[] = [];
    for (const [extension, content] of Object.entries({ svg: figure.svg, png, csv: figure.csv })) {
      const file = `figures/${figure.id}.${extension}`;
      await writeFileAtomic(join(folder, file), content);
      files.push(file);
    }
    drawn.push({ figure, png, files });
    onProgress?.(drawn.length, figures.length, figure.id);
  }
  return drawn;
}
