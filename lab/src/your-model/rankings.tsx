import type { JSX } from 'preact';
import type { Assessed } from './model.js';
import { duration, percent } from './words.js';
import { short } from '../ui/index.js';

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
          note={`Positive: an error, ${percent(classifier.errors / examples.measured)} of the measured examples. In brackets: 95 % bootstrap intervals. AUROC: how often an error has a larger score than a right prediction. FPR at 95 % TPR: the share of the right predictions that is flagged with 95 % of the errors; small is good.`}
          rows={failures}
          chosen={recommendation.score}
        />
      )}
      {Object.entries(examples.ood).map(([name, count]) => (
        <RankingTable
          key={name}
          id={`ood-${name}`}
          caption={`Telling ${name} apart`}
          note={`Positive: one of the ${count} inputs of ${name}, among ${examples.measured} measured examples.`}
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
  note,
  rows,
  chosen,
}: {
  readonly id: string;
  readonly caption: string;
  readonly note: string;
  readonly rows: readonly (readonly [Score, Ranking])[];
  readonly chosen: string;
}): JSX.Element {
  return (
    <div class="table ranking" tabindex={0} role="region" aria-label={caption}>
      <table class="numbers" data-table={id}>
        <caption>
          {caption}
          <span class="hint">{note}</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Score</th>
            {MEASURES.map(([title]) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows
            .toSorted(([, a], [, b]) => b.auroc - a.auroc)
            .map(([{ name, title }, ranking]) => (
              <tr key={name} data-score={name} class={name === chosen ? 'chosen' : undefined}>
                <th scope="row">{title}</th>
                {MEASURES.map(([, measure]) => (
                  <td key={measure} data-quantity={measure} data-value={ranking[measure]}>
                    {ranking[measure].toFixed(3)}{' '}
                    <span class="interval">
                      ({ranking.intervals[measure].low.toFixed(3)} –{' '}
                      {ranking.intervals[measure].high.toFixed(3)})
                    </span>
                  </td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

/** Certified thresholds, what they do on the measured examples, and what each score costs. */
export function Thresholds({ assessed: { findings } }: { readonly assessed: Assessed }): JSX.Element {
  const { scores, examples, recommendation } = findings;
  const note =
    examples.measuredOn === 'test'
      ? 'Coverage and risk: on the test set, which had no part in the choice.'
      : 'Coverage and risk: on all examples that chose them, for want of a test set.';
  return (
    <div class="table" tabindex={0} role="region" aria-label="Certified thresholds">
      <table class="numbers" data-table="thresholds">
        <caption>
          Certified thresholds, and what a score costs
          <span class="hint">{note}</span>
        </caption>
        <thead>
          <tr>
            {['Score', 'Threshold', 'Coverage', 'Risk', 'Area (AURC)', 'Time, added', 'Fitted on'].map(
              (title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {scores
            .toSorted(
              (a, b) => (b.certificate?.coverage ?? -1) - (a.certificate?.coverage ?? -1) || a.aurc - b.aurc,
            )
            .map(({ name, title, unit, certificate, selected, aurc, secondsPerInput, fittedOn }) => (
              <tr key={name} data-score={name} class={name === recommendation.score ? 'chosen' : undefined}>
                <th scope="row">{title}</th>
                <td data-quantity="threshold" data-value={certificate?.threshold}>
                  {certificate === null
                    ? 'none'
                    : certificate.coverage === 1
                      ? 'accepts all'
                      : `${short(certificate.threshold, 4)} ${unit}`}
                </td>
                <td>{selected === null ? '' : percent(selected.coverage)}</td>
                <td>{selected === null || selected.risk === null ? '' : percent(selected.risk)}</td>
                <td data-quantity="aurc" data-value={aurc}>
                  {short(aurc)}
                </td>
                <td class="short">{duration(secondsPerInput)}</td>
                <td class="text">{fittedOn}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

/** Scores that this model or these data do not allow, and why. */
export function Unavailable({ assessed: { findings } }: { readonly assessed: Assessed }): JSX.Element | null {
  const { unavailable } = findings;
  if (unavailable.length === 0) return null;
  return (
    <div class="table" tabindex={0} role="region" aria-label="Scores that could not be had">
      <table class="numbers words" data-table="unavailable">
        <caption>Scores that could not be had</caption>
        <tbody>
          {unavailable.map(({ name, title, reason }) => (
            <tr key={name} data-score={name}>
              <th scope="row">{title}</th>
              <td>{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
