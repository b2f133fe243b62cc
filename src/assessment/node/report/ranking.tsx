import type { JSX } from 'preact';
import type { DrawnFigure } from '../../../figures/node/index.js';
import { DataTable, formatNumber } from '../../../report/index.js';
import type { Section } from '../../../report/index.js';
import type { AssessmentResults, RankingResult, ScoreResult } from '../../results.js';
import { Drawn, percent, withInterval } from './text.js';

/** How well each score finds the classifier's errors. */
export function failureSection(results: AssessmentResults, figures: readonly DrawnFigure[]): Section {
  const { classifier, examples, recommendation } = results;
  const rows = results.scores.flatMap((score) =>
    score.failure === null ? [] : [[score, score.failure] as const],
  );
  return {
    id: 'failure',
    title: 'Finding its errors',
    content: (
      <>
        {rows.length === 0 ? (
          <p>
            {classifier.errors === 0
              ? 'The classifier made no error on the measured examples: there is nothing to find.'
              : 'The classifier made nothing but errors on the measured examples.'}
          </p>
        ) : (
          <RankingTable
            caption={`Positive: an error (${formatNumber(classifier.errors)} of ${formatNumber(examples.measured)} measured examples, ${percent(classifier.errors / examples.measured)}). 95 % bootstrap intervals. Bold: the recommended score.`}
            rows={rows}
            bold={recommendation.score}
          />
        )}
        <Drawn figures={figures} id="score-errors" />
      </>
    ),
  };
}

/** How well each score tells each out-of-distribution set apart. */
export function oodSections(results: AssessmentResults, figures: readonly DrawnFigure[]): Section[] {
  const { examples, scores, recommendation } = results;
  return Object.entries(examples.ood).map(([name, count], i) => ({
    id: `ood-${i + 1}`,
    title: `Telling ${name} apart`,
    content: (
      <>
        <RankingTable
          caption={`Positive: one of the ${formatNumber(count)} inputs of ${name}, against ${formatNumber(examples.measured)} measured examples. 95 % bootstrap intervals. Bold: the recommended score.`}
          rows={scores.map((score) => [score, score.ood[name]!] as const)}
          bold={recommendation.score}
        />
        <Drawn figures={figures} id={`score-ood-${i + 1}`} />
      </>
    ),
  }));
}

/** The score that tells a set apart best. */
export function bestFor({ scores }: AssessmentResults, ood: string): ScoreResult | undefined {
  return scores.toSorted((a, b) => (b.ood[ood]?.auroc ?? 0) - (a.ood[ood]?.auroc ?? 0))[0];
}

function RankingTable({
  caption,
  rows,
  bold,
}: {
  readonly caption: string;
  readonly rows: readonly (readonly [ScoreResult, RankingResult])[];
  readonly bold: string;
}): JSX.Element {
  const cell = (ranking: RankingResult, measure: keyof RankingResult['intervals']): string =>
    withInterval(ranking[measure], ranking.intervals[measure]);
  return (
    <DataTable
      caption={caption}
      columns={['Score', 'Average precision', 'AUROC', 'FPR at 95 % TPR']}
      rows={rows
        .toSorted(([, a], [, b]) => b.auroc - a.auroc)
        .map(([{ name, title }, ranking]) => [
          name === bold ? <strong>{title}</strong> : title,
          cell(ranking, 'averagePrecision'),
          cell(ranking, 'auroc'),
          cell(ranking, 'fprAt95Tpr'),
        ])}
    />
  );
}
