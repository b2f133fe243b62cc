import type { JSX } from 'preact';
import type { DrawnFigure } from '../../../figures/node/index.js';
import { DataTable } from '../../../report/index.js';
import type { Section } from '../../../report/index.js';
import type { AssessmentResults, SampleResult } from '../../results.js';
import { classText, Drawn } from './text.js';

/** The most suspicious examples, and the errors that look safe: as images, or where they are none as places in the file. */
export function samplesSection(results: AssessmentResults, figures: readonly DrawnFigure[]): Section {
  const { samples } = results;
  const table = (caption: string, list: readonly SampleResult[]): JSX.Element | null =>
    list.length === 0 ? null : (
      <DataTable
        caption={`${caption} Examples count from 0.`}
        columns={['Example', 'Label', 'Prediction', 'Score']}
        rows={list.map(({ index, label, prediction, score }) => [
          `${index}`,
          classText(results, label),
          classText(results, prediction),
          score,
        ])}
      />
    );
  const has = (id: string): boolean => figures.some(({ figure }) => figure.id === id);
  return {
    id: 'samples',
    title: 'Examples to look at',
    content: (
      <>
        <Drawn figures={figures} id="suspicious" />
        {has('suspicious') ? null : table('The most suspicious.', samples.suspicious)}
        <Drawn figures={figures} id="overconfident" />
        {has('overconfident') ? null : table('Errors that look least suspicious.', samples.overconfident)}
      </>
    ),
  };
}
