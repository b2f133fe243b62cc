import type { JSX } from 'preact';
import { DataTable } from './data-table.js';
import type { Assessed } from './model.js';
import { percent } from './words.js';

type Score = Assessed['findings']['scores'][number];
type Ranking = NonNullable<Score['failure']>;

const MEASURES = [
  ['Average precision', 'averagePrecision'],
  ['AUROC', 'auroc'],
  ['FPR at 95 % TPR', 'fprAt95Tpr'],
] as const;

/** How well each score finds the classifier's errors, and each set of inputs from elsewhere. */
export function Rankings({ assessed: { findings } }: { readonly assessed: Assessed }): JSX.Element {
  const { scores, classifier, examples, recommendation } = findings;
  const failures = scores.flatMap((score) =>
    score.failure === null ? [] : [[score, score.failure] as const],
  );
  return (
    <>
      {failures.length === 0 ? (
        <p class="table">
          {classifier.errors === 0
            ? 'It made no error on these examples: there is none to find.'
            : 'It made nothing but errors on these examples.'}
        </p>
      ) : (
        <RankingTable
          id="failure"
          caption="Finding its errors"
          hint={`Positive: an error, ${percent(classifier.errors / examples.measured)} of the measured examples. In brackets: 95 % bootstrap intervals. AUROC: how often an error has a larger score than a right prediction. FPR at 95 % TPR: the share of the right predictions that is flagged with 95 % of the errors; small is good.`}
          rows={failures}
          chosen={recommendation.score}
        />
      )}
      {Object.entries(examples.ood).map(([name, count]) => (
        <RankingTable
          key={name}
          id={`ood-${name}`}
          caption={`Telling ${name} apart`}
          hint={`Positive: each of the ${count} inputs of ${name}; negative: the ${examples.measured} measured examples.`}
          rows={scores.map((score) => [score, score.ood[name]!] as const)}
          chosen={recommendation.score}
        />
      ))}
    </>
  );
}

function RankingTable({
  id,
  caption,
  hint,
  rows,
  chosen,
}: {
  readonly id: string;
  readonly caption: string;
  readonly hint: string;
  readonly rows: readonly (readonly [Score, Ranking])[];
  readonly chosen: string;
}): JSX.Element {
  return (
    <DataTable
      id={id}
      width="ranking"
      caption={caption}
      hint={hint}
      headings={['Score', ...MEASURES.map(([title]) => title)]}
    >
      {rows
        .toSorted(([, a], [, b]) => b.auroc - a.auroc)
        .map(([{ name, title }, ranking]) => (
          <tr key={name} data-score={name} class={name === chosen ? 'chosen' : undefined}>
            <th scope="row">{title}</th>
            {MEASURES.map(([, measure]) => (
              <td key={measure} data-quantity={measure} data-value={ranking[measure]}>
                {ranking[measure].toFixed(3)}{' '}
                <span class="interval">
                  ({ranking.intervals[measure].low.toFixed(3)} – {ranking.intervals[measure].high.toFixed(3)})
                </span>
              </td>
            ))}
          </tr>
        ))}
    </DataTable>
  );
}
