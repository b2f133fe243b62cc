import type { JSX } from 'preact';
import { fontStyleSheet } from '../figures/node/index.js';
import {
  Claim,
  ClaimSummary,
  claimAnchor,
  Command,
  DataTable,
  FigureBlock,
  Formula,
  Note,
  Question,
} from '../report/index.js';
import { renderPage, SettingsTable, TimingsTable, typeset, VerdictBadge } from '../report/index.js';
import type { Section } from '../report/index.js';
import type { Claim as ClaimOfRun, Verdict } from './claims.js';
import type { DrawnFigure } from '../figures/node/index.js';
import type { WeekResults } from './figures.js';
import { QUESTIONS, WEEK_TITLES } from './questions.js';
import type { Question as QuestionText } from './questions.js';
import type { PracticalResults } from './results.js';
import { setInWords, week1Rows, week2Rows, week3Rows } from './setting-rows.js';
import { resultTables } from './week3/tables.js';

type Week = QuestionText['week'];

/** The report of a run: one HTML file that needs nothing else. */
export function renderReport(
  results: PracticalResults,
  figures: readonly DrawnFigure[],
  weeks: WeekResults,
): string {
  const run = results.settings.weeks as readonly Week[];
  return renderPage({
    title: 'Uncertainty in deep learning: the practical, run and checked',
    lead:
      'Every figure of a three-week practical on uncertainty, drawn anew on real data, and every statement of its ' +
      'published report held against the numbers of this run.',
    summary: <Summary results={results} />,
    sections: [
      ...run.map((week) => weekSection(week, results, figures, weeks)),
      {
        id: 'claims',
        title: 'All statements',
        content: <ClaimSummary claims={results.claims.map(withWeek)} />,
      },
      runSection(results, weeks),
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

function Summary({ results }: { readonly results: PracticalResults }): JSX.Element {
  const { settings, claims, command } = results;
  const count = (verdict: Verdict): number => claims.filter((claim) => claim.verdict === verdict).length;
  const corrected = claims.filter((claim) => claim.correction !== undefined && claim.verdict !== 'holds');
  return (
    <>
      {settings.quick ? (
        <Note>
          <p>
            <strong>A shortened run.</strong>{' '}
            {settings.shortened.length === 0
              ? 'Nothing of the weeks that were run takes long enough to be shortened.'
              : `Its numbers are not the practical's: ${settings.shortened.join(', ')}.`}
          </p>
        </Note>
      ) : null}
      {settings.published ? (
        <Note>
          <p>
            <strong>Published settings.</strong> This run takes the published settings where they differ from
            the corrected ones; what that does is said where it matters.
          </p>
        </Note>
      ) : null}
      <p>
        {claims.length} statements of the report were held against the numbers of this run: {count('holds')}{' '}
        hold, {count('fails')} fail, {count('depends')} depend on a condition.{' '}
        <a href="#claims">All of them</a>.
      </p>
      {corrected.length === 0 ? null : (
        <>
          <p>What the published material has wrong, or says without its condition:</p>
          <ul>
            {corrected.map(({ id, statement, verdict }) => (
              <li key={id}>
                <VerdictBadge verdict={verdict} /> <a href={`#${claimAnchor(id)}`}>{typeset(statement)}</a>
              </li>
            ))}
          </ul>
        </>
      )}
      <p>How to reproduce this:</p>
      <Command command={command} />
    </>
  );
}

function weekSection(
  week: Week,
  results: PracticalResults,
  figures: readonly DrawnFigure[],
  weeks: WeekResults,
): Section {
  const questions = QUESTIONS.filter((question) => question.week === week);
  const claims = results.claims.filter(({ id }) => id.startsWith(`week${week}/`));
  const differences = weeks[`week${week}`]?.differences ?? [];
  const placed = new Set(questions.map(({ question }) => question));
  const rest = claims.filter(({ question }) => !placed.has(question));
  return {
    id: `week-${week}`,
    title: `Week ${week}. ${WEEK_TITLES[week]}`,
    content: (
      <>
        <Introduction week={week} results={results} />
        {differences.length === 0 ? null : (
          <Note>
            <p>Published and corrected settings:</p>
            <ul>
              {differences.map((difference) => (
                <li key={difference}>{typeset(difference)}</li>
              ))}
            </ul>
          </Note>
        )}
        {rest.map((claim) => (
          <Claim key={claim.id} claim={claim} />
        ))}
      </>
    ),
    sections: questions.map((question) => ({
      id: `week-${week}-question-${question.question}`,
      title: `Question ${question.question}. ${question.title}`,
      content: (
        <Question
          asked={question.asked}
          said={question.said}
          claims={claims.filter((claim) => claim.question === question.question)}
        >
          <QuestionFormula question={question} />
          {week === 3 && weeks.week3 !== undefined ? resultTables(question.question, weeks.week3) : null}
          {question.figures.map((id) => {
            const drawn = figures.find(({ figure }) => figure.id === id);
            return drawn === undefined ? null : (
              <FigureBlock key={id} figure={drawn.figure} png={drawn.png} />
            );
          })}
        </Question>
      ),
    })),
  };
}

/** Weeks 1 and 2 both have a question 1.2. */
function withWeek(claim: ClaimOfRun): ClaimOfRun {
  return { ...claim, question: `Week ${claim.id.charAt('week'.length)}, ${claim.question}` };
}

/** The equation that a question turns on. */
const FORMULAS: Readonly<Record<string, string>> = {
  '1/1.2': String.raw`S^{-1} = \alpha I + \beta \Phi^\top \Phi, \qquad \mu = \beta S \Phi^\top y`,
  '1/1.3': String.raw`p(y^* \mid x^*) = \mathcal{N}\bigl(\varphi^\top \mu,\; \tfrac{1}{\beta} + \varphi^\top S \varphi\bigr)`,
  '1/1.5': String.raw`\sigma^2(x) = 1 + \frac{1}{N} + \frac{(x - \bar{x})^2}{\sum_i (x_i - \bar{x})^2}`,
  '2/1.2': String.raw`p(w \mid D) \approx \mathcal{N}\bigl(w_{\mathrm{MAP}},\, H^{-1}\bigr), \qquad H = -\nabla^2 \log p(D, w)\big|_{w_{\mathrm{MAP}}}`,
  '2/1.3': String.raw`-\frac{1}{N}\,\mathrm{ELBO} = \frac{1}{N} \Bigl( \mathbb{E}_q\bigl[-\log p(D \mid w)\bigr] + \mathrm{KL}\bigl(q \,\|\, p\bigr) \Bigr)`,
  '3/I.1': String.raw`I[y, w] = H\bigl[\mathbb{E}\, p\bigr] - \mathbb{E}\, H[p], \qquad v = 1 - \frac{\max_k n_k}{S}`,
  '3/II.2': String.raw`\ell = \bigl(\hat{c}(x) - p(y \mid x)\bigr)^2`,
  '3/III.1': String.raw`\tilde{x} = x - \frac{\varepsilon}{0.3081}\, \mathrm{sign}\bigl(\nabla_x \mathrm{CE}(f(x) / T, \hat{y})\bigr), \qquad s = 1 - \max_k \mathrm{softmax}_k\bigl(f(\tilde{x}) / T\bigr)`,
};

function QuestionFormula({
  question: { week, question },
}: {
  readonly question: QuestionText;
}): JSX.Element | null {
  const tex = FORMULAS[`${week}/${question}`];
  return tex === undefined ? null : <Formula tex={tex} display />;
}

function Introduction({
  week,
  results,
}: {
  readonly week: Week;
  readonly results: PracticalResults;
}): JSX.Element | null {
  const { ood } = results.settings;
  if (week !== 3 || results.week3 === null || ood === null) return null;
  return (
    <>
      <p>
        A convolutional network of 65,558 parameters on MNIST, with{' '}
        {results.week3.seeds.length === 1 ? 'one seed' : `${results.week3.seeds.length} seeds`}.
        Out-of-distribution set: {setInWords(ood.title, ood.reason)}
      </p>
      <DataTable
        caption="The classifier on the 10,000 test digits, dropout off but for the last column."
        columns={['Seed', 'Accuracy', 'Errors', 'NLL (nats)', 'Brier', 'ECE', 'Accuracy, MC dropout']}
        rows={results.week3.seeds.map((seed) => [
          String(seed.seed),
          seed.accuracy,
          seed.errors,
          seed.nll,
          seed.brier,
          seed.ece,
          seed.mcDropoutAccuracy,
        ])}
      />
    </>
  );
}

function runSection(results: PracticalResults, weeks: WeekResults): Section {
  const { settings, versions, timings, command } = results;
  return {
    id: 'run',
    title: 'This run',
    content: (
      <>
        <p>How to reproduce this:</p>
        <Command command={command} />
        <SettingsTable
          caption="Settings"
          rows={[
            ['weeks', settings.weeks.join(', ')],
            ['seeds', settings.seeds.join(', ')],
            ['settings', settings.published ? 'published' : 'corrected'],
            ['length', settings.quick ? 'shortened' : 'full'],
            ['threads', `${settings.threads}; the bytes of the results do not depend on it`],
            ['provider', settings.provider],
            ...(settings.ood === null
              ? []
              : [['out-of-distribution set', `${settings.ood.title}; ${settings.ood.source}`] as const]),
            ...(weeks.week1 === undefined ? [] : week1Rows(weeks.week1.settings)),
            ...(weeks.week2 === undefined ? [] : week2Rows(weeks.week2.settings)),
            ...(weeks.week3 === undefined ? [] : week3Rows(weeks.week3.settings)),
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
