import type { JSX } from 'preact';
import { fontStyleSheet } from '../../figures/node/index.js';
import {
  Command,
  DataTable,
  FigureBlock,
  formatNumber,
  formatSeconds,
  Note,
  renderPage,
  SettingsTable,
  TimingsTable,
} from '../../report/index.js';
import type { Section } from '../../report/index.js';
import { binomialUpperBound } from '../../selection/index.js';
import type { AssessmentResults, RankingResult, SampleResult, ScoreResult } from '../results.js';
import type { DrawnFigure } from './figures.js';

/** The report of an assessment: one HTML file that needs nothing else. */
export function renderReport(results: AssessmentResults, figures: readonly DrawnFigure[]): string {
  return renderPage({
    title: `How far ${results.model.name} can be trusted`,
    lead: lead(results),
    summary: <Summary results={results} />,
    sections: [
      classifierSection(results, figures),
      failureSection(results, figures),
      thresholdSection(results, figures),
      ...oodSections(results, figures),
      samplesSection(results, figures),
      scoresSection(results),
      runSection(results),
    ],
    fonts: fontStyleSheet(),
    footer: (
      <p>
        Written by Credence {results.versions['credence']}. The numbers of this page are in results.json,
        whose schema is in results.schema.json.
      </p>
    ),
  });
}

function lead({ classifier, examples }: AssessmentResults): string {
  const on = examples.measuredOn === 'test' ? 'test' : 'held-out validation';
  return `${percent(classifier.accuracy)} of ${formatNumber(examples.measured)} ${on} examples are predicted right. Which ones to rely on:`;
}

function Summary({ results }: { readonly results: AssessmentResults }): JSX.Element {
  const { recommendation, notes, oodAccepted } = results;
  const ood = Object.entries(oodAccepted);
  return (
    <>
      <Note>
        <p>
          <strong>Recommendation.</strong> {recommendation.sentence.replaceAll(' %', '\u00A0%')}
        </p>
        <OnTest results={results} />
        {ood.length === 0 ? null : (
          <p>
            Of inputs from elsewhere it accepts{' '}
            {ood.map(([name, share]) => `${percent(share)} of ${name}`).join(', ')}: the certificate does not
            speak of them.
          </p>
        )}
      </Note>
      {notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      <p>How to reproduce this:</p>
      <Command command={results.command} />
    </>
  );
}

/** What the threshold does on data that had no part in it. */
function OnTest({
  results: { examples, scores, recommendation, settings },
}: {
  readonly results: AssessmentResults;
}): JSX.Element | null {
  const selected = scores.find(({ name }) => name === recommendation.score)?.selected;
  if (examples.measuredOn !== 'test' || selected?.risk === undefined || selected.risk === null) return null;
  const accepted = Math.round(selected.coverage * examples.measured);
  const errors = Math.round(selected.risk * accepted);
  return (
    <p>
      On the test set, which had no part in the choice, it abstains on {percent(1 - selected.coverage)} of the
      inputs, and {percent(selected.risk)} of the others are wrong (from this set alone, at most{' '}
      {percent(binomialUpperBound(errors, accepted, settings.confidence))} with confidence{' '}
      {settings.confidence}).
    </p>
  );
}

function classifierSection(
  { classifier, model, secondsPerInput }: AssessmentResults,
  figures: readonly DrawnFigure[],
): Section {
  const { before, after, temperature, notScaled } = classifier;
  return {
    id: 'classifier',
    title: 'The classifier',
    content: (
      <>
        <SettingsTable
          caption="What was found in the model"
          rows={model.description.map((line) => {
            const [name = '', ...rest] = line.split(/\s{2,}/);
            return [name, rest.join(' ')] as const;
          })}
        />
        <DataTable
          caption="Accuracy and calibration on the measured examples."
          columns={['', 'Accuracy', 'Errors', 'NLL (nats)', 'Brier', 'ECE, 15 bins']}
          rows={[
            ['as it is', classifier.accuracy, classifier.errors, before.nll, before.brier, before.ece],
            ...(after === null || temperature === null
              ? []
              : [
                  [
                    `at temperature ${temperature.toPrecision(4)}`,
                    classifier.accuracy,
                    classifier.errors,
                    after.nll,
                    after.brier,
                    after.ece,
                  ],
                ]),
          ]}
        />
        {notScaled === null ? null : <p>No temperature was fitted. {notScaled}.</p>}
        <p>A prediction takes {duration(secondsPerInput)} in batches.</p>
        <Drawn figures={figures} id="reliability" />
      </>
    ),
  };
}

function failureSection(results: AssessmentResults, figures: readonly DrawnFigure[]): Section {
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
            {results.classifier.errors === 0
              ? 'The classifier made no error on the measured examples: there is nothing to find.'
              : 'The classifier made nothing but errors on the measured examples.'}
          </p>
        ) : (
          <RankingTable
            caption={`Positive: an error (${percent(results.classifier.errors / results.examples.measured)} of the measured examples). 95 % bootstrap intervals.`}
            rows={rows}
          />
        )}
        <Drawn figures={figures} id="score-errors" />
      </>
    ),
  };
}

function oodSections(results: AssessmentResults, figures: readonly DrawnFigure[]): Section[] {
  return Object.entries(results.examples.ood).map(([name, count], i) => ({
    id: `ood-${i + 1}`,
    title: `Telling ${name} apart`,
    content: (
      <>
        <RankingTable
          caption={`Positive: one of the ${formatNumber(count)} inputs of ${name}, among ${formatNumber(results.examples.measured)} measured examples. 95 % bootstrap intervals.`}
          rows={results.scores.map((score) => [score, score.ood[name]!] as const)}
        />
        <Drawn figures={figures} id={`score-ood-${i + 1}`} />
      </>
    ),
  }));
}

function RankingTable({
  caption,
  rows,
}: {
  readonly caption: string;
  readonly rows: readonly (readonly [ScoreResult, RankingResult])[];
}): JSX.Element {
  const cell = (ranking: RankingResult, measure: keyof RankingResult['intervals']): string => {
    const { low, high } = ranking.intervals[measure];
    return `${ranking[measure].toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  };
  return (
    <DataTable
      caption={caption}
      columns={['Score', 'Average precision', 'AUROC', 'FPR at 95 % TPR']}
      rows={rows
        .toSorted(([, a], [, b]) => b.auroc - a.auroc)
        .map(([{ title }, ranking]) => [
          title,
          cell(ranking, 'averagePrecision'),
          cell(ranking, 'auroc'),
          cell(ranking, 'fprAt95Tpr'),
        ])}
    />
  );
}

function thresholdSection(results: AssessmentResults, figures: readonly DrawnFigure[]): Section {
  const { settings, scores, examples, recommendation } = results;
  const each = scores[0]?.certificate?.confidence ?? 1 - (1 - settings.confidence) / scores.length;
  const perScore = (1 - each).toPrecision(2);
  return {
    id: 'threshold',
    title: 'Where to put the threshold',
    content: (
      <>
        <p>
          Asked for: at most {percent(settings.risk)} errors among the accepted inputs, with confidence{' '}
          {settings.confidence}. {formatNumber(examples.threshold)} validation examples on which nothing was
          fitted decide: a quarter of them places the thresholds, the others test one after the other, from
          the one that is likeliest to pass to larger coverage, by the exact binomial tail, up to the first
          that fails (split fixed-sequence testing: Angelopoulos, Bates, Candès, Jordan, Lei, “Learn then
          test”, 2021). Since one of {scores.length} scores is picked by its certificate, each has an error
          probability of {perScore} (Bonferroni).
        </p>
        <Drawn figures={figures} id="risk-coverage" />
        <DataTable
          caption={
            examples.measuredOn === 'test'
              ? 'Certified thresholds. Coverage and risk: as measured on the test set, which had no part in the choice.'
              : 'Certified thresholds. Coverage and risk: on all examples that chose them, for want of a test set.'
          }
          columns={['Score', 'Threshold', 'Coverage', 'Risk', 'AURC', 'Cost']}
          rows={scores
            .toSorted(
              (a, b) => (b.certificate?.coverage ?? -1) - (a.certificate?.coverage ?? -1) || a.aurc - b.aurc,
            )
            .map(({ name, title, certificate, selected, aurc, secondsPerInput }) => [
              name === recommendation.score ? <strong>{title}</strong> : title,
              certificate === null
                ? 'none certified'
                : certificate.coverage === 1
                  ? 'accepts all'
                  : formatNumber(certificate.threshold),
              selected === null ? '' : percent(selected.coverage),
              selected === null || selected.risk === null ? '' : percent(selected.risk),
              aurc,
              secondsPerInput < 1e-6 ? 'under 1 µs' : `+${duration(secondsPerInput)}`,
            ])}
        />
      </>
    ),
  };
}

function samplesSection({ samples }: AssessmentResults, figures: readonly DrawnFigure[]): Section {
  const table = (caption: string, list: readonly SampleResult[]): JSX.Element | null =>
    list.length === 0 ? null : (
      <DataTable
        caption={caption}
        columns={['Example', 'Label', 'Prediction', 'Score']}
        rows={list.map(({ index, label, prediction, score }) => [`${index}`, label, prediction, score])}
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

function scoresSection({ scores, unavailable }: AssessmentResults): Section {
  return {
    id: 'scores',
    title: 'The scores',
    content: (
      <>
        <DataTable
          caption="What each was fitted on, and what was chosen."
          columns={['Score', 'Name', 'Unit', 'Fitted on', 'Settings']}
          rows={scores.map(({ title, name, unit, fittedOn, settings }) => [
            title,
            <code>{name}</code>,
            unit,
            fittedOn,
            Object.entries(settings)
              .map(([key, value]) => `${key} ${typeof value === 'number' ? formatNumber(value) : value}`)
              .join(', '),
          ])}
        />
        {unavailable.length === 0 ? null : (
          <DataTable
            caption="Scores that could not be computed."
            columns={['Score', 'Reason']}
            rows={unavailable.map(({ title, reason }) => [title, reason])}
          />
        )}
      </>
    ),
  };
}

function runSection({ settings, versions, timings, examples }: AssessmentResults): Section {
  return {
    id: 'run',
    title: 'This run',
    content: (
      <>
        <SettingsTable
          caption="Settings"
          rows={[
            ...Object.entries(settings.data),
            ['examples to fit on', examples.fit],
            ['examples for the thresholds', examples.threshold],
            ['examples measured', examples.measured],
            ['seed', settings.seed],
            ['threads', settings.threads],
          ]}
        />
        <SettingsTable caption="Versions" rows={Object.entries(versions)} />
        <TimingsTable
          caption="Time"
          phases={Object.entries(timings).map(([name, seconds]) => ({ name, seconds }))}
        />
      </>
    ),
  };
}

function Drawn({
  figures,
  id,
}: {
  readonly figures: readonly DrawnFigure[];
  readonly id: string;
}): JSX.Element | null {
  const drawn = figures.find(({ figure }) => figure.id === id);
  return drawn === undefined ? null : <FigureBlock figure={drawn.figure} png={drawn.png} />;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))}\u00A0%`;
}

/** Seconds of one prediction: '12 µs', '3.4 ms'. */
function duration(seconds: number): string {
  if (seconds >= 1) return formatSeconds(seconds);
  const [value, unit] = seconds < 1e-3 ? [1e6 * seconds, 'µs'] : [1e3 * seconds, 'ms'];
  return `${Number(value.toPrecision(2))} ${unit}`;
}
