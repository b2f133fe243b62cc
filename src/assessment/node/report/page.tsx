import type { JSX } from 'preact';
import { fontStyleSheet } from '../../../figures/node/index.js';
import type { DrawnFigure } from '../../../figures/node/index.js';
import { Command, formatNumber, Note, renderPage } from '../../../report/index.js';
import { binomialUpperBound } from '../../../selection/index.js';
import type { AssessmentResults } from '../../results.js';
import { classifierSection } from './classifier.js';
import { bestFor, failureSection, oodSections } from './ranking.js';
import { runSection } from './run.js';
import { samplesSection } from './samples.js';
import { scoresSection } from './scores.js';
import { percent } from './text.js';
import { thresholdSection } from './threshold.js';

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
  const { recommendation, notes } = results;
  return (
    <>
      <Note>
        <p>
          <strong>Recommendation.</strong> {recommendation.sentence.replaceAll(' %', '\u00A0%')}
        </p>
        <OnTest results={results} />
        <Elsewhere results={results} />
      </Note>
      {notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      <p>How to reproduce this:</p>
      <Command command={results.command} />
      <p>One ONNX file of the model with the recommended score and its threshold inside:</p>
      <Command command={results.exportCommand} />
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

/** What it does with inputs from elsewhere, and what would do better. */
function Elsewhere({ results }: { readonly results: AssessmentResults }): JSX.Element | null {
  const { examples, oodAccepted, recommendation, scores } = results;
  const names = Object.keys(examples.ood);
  const own = scores.find(({ name }) => name === recommendation.score);
  if (names.length === 0) return null;
  const accepted = Object.entries(oodAccepted).map(([name, share]) => `${percent(share)} of ${name}`);
  const better = names.flatMap((name) => {
    const best = bestFor(results, name);
    const [top, here] = [best?.ood[name]?.auroc, own?.ood[name]?.auroc];
    if (best === undefined || top === undefined || here === undefined || best === own) return [];
    return [
      `${best.title} tells ${name} apart best (AUROC ${top.toFixed(3)}, this score ${here.toFixed(3)})`,
    ];
  });
  return (
    <p>
      {accepted.length === 0
        ? null
        : `Of inputs from elsewhere it accepts ${accepted.join(', ')}: the certificate does not speak of them. `}
      {better.length === 0 ? null : `${better.join('; ')}.`}
    </p>
  );
}
