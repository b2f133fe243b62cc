import type { JSX } from 'preact';
import { DataTable, formatNumber } from '../../../report/index.js';
import type { Section } from '../../../report/index.js';
import type { AssessmentResults, TuningResult } from '../../results.js';

/** What each score was fitted on, what was chosen for it and by what, and which could not be had. */
export function scoresSection({ scores, tuned, unavailable }: AssessmentResults): Section {
  return {
    id: 'scores',
    title: 'The scores',
    content: (
      <>
        <DataTable
          caption="What each was fitted on, and with which settings."
          columns={['Score', 'Name', 'Unit', 'Fitted on', 'Settings']}
          rows={scores.map(({ title, name, unit, fittedOn, settings }) => [
            title,
            <code>{name}</code>,
            unit,
            fittedOn,
            settingsText(settings),
          ])}
        />
        {tuned.map((each) => (
          <TuningTable key={each.score} tuning={each} />
        ))}
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

function TuningTable({
  tuning: { title, criterion, known, outliers, candidates, chosen },
}: {
  readonly tuning: TuningResult;
}): JSX.Element {
  const by =
    criterion === 'AUROC'
      ? `the largest AUROC of ${outliers.join(', ')} against ${formatNumber(known)} known inputs, of the validation half that scores are fitted on`
      : `the smallest mean score of ${formatNumber(known)} known inputs, of the validation half that scores are fitted on`;
  const names = Object.keys(candidates[0]?.settings ?? {});
  const cell = (settings: TuningResult['chosen'], value: number): JSX.Element | string =>
    names.every((name) => settings[name] === chosen[name]) ? (
      <strong>{formatNumber(value)}</strong>
    ) : (
      formatNumber(value)
    );
  const caption = `${title}: ${criterion} of each setting; chosen, in bold, by ${by}.`;
  const [first = '', second] = names;
  if (second === undefined) {
    const ordered = candidates.toSorted((a, b) => Number(a.settings[first]) - Number(b.settings[first]));
    return (
      <DataTable
        caption={caption}
        columns={[first, ...ordered.map(({ settings }) => `${settings[first]}`)]}
        rows={[[criterion, ...ordered.map(({ settings, value }) => cell(settings, value))]]}
      />
    );
  }
  const valuesOf = (name: string): (number | string)[] => [
    ...new Set(candidates.map(({ settings }) => settings[name]!)),
  ];
  const columns = valuesOf(first);
  return (
    <DataTable
      caption={caption}
      columns={[second, ...columns.map((value) => `${first} ${value}`)]}
      rows={valuesOf(second).map((row) => [
        row,
        ...columns.map((column) => {
          const found = candidates.find(
            ({ settings }) => settings[first] === column && settings[second] === row,
          );
          return found === undefined ? '' : cell(found.settings, found.value);
        }),
      ])}
    />
  );
}

function settingsText(settings: Readonly<Record<string, number | string>>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key} ${typeof value === 'number' ? formatNumber(value) : value}`)
    .join(', ');
}
