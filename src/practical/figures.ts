import { createDocument, writeFigures } from '../figures/node/index.js';
import type { DrawnFigure } from '../figures/node/index.js';
import type { Progress } from './run.js';
import { week1Figures } from './week1/figures.js';
import type { Week1Result } from './week1/index.js';
import { week2Figures } from './week2/figures.js';
import type { Week2Result } from './week2/index.js';
import { week3Figures } from './week3/figures.js';
import type { Week3Result } from './week3/run.js';

/** The weeks that were run. */
export interface WeekResults {
  readonly week1: Week1Result | undefined;
  readonly week2: Week2Result | undefined;
  readonly week3: Week3Result | undefined;
}

/** Draws the figures of all weeks and writes each as SVG, PNG and CSV into `figures/` of the run's folder. @throws the signal's reason */
export async function drawFigures(
  { week1, week2, week3 }: WeekResults,
  seed: number,
  folder: string,
  onProgress: Progress,
  signal: AbortSignal,
): Promise<DrawnFigure[]> {
  const document = createDocument();
  const figures = [
    ...(week1 === undefined ? [] : week1Figures(week1, document, seed)),
    ...(week2 === undefined ? [] : week2Figures(week2, document, seed)),
    ...(week3 === undefined ? [] : week3Figures(week3, document)),
  ];
  return writeFigures(figures, folder, { onProgress, signal });
}
