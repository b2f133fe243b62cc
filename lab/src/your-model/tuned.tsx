import type { JSX } from 'preact';
import { short } from '../ui/index.js';
import { DataTable } from './data-table.js';
import type { Assessed } from './model.js';

type Tuning = Assessed['findings']['tuned'][number];

/** Which settings were chosen, by what, and among how many. */
export function Tuned({ assessed: { findings } }: { readonly assessed: Assessed }): JSX.Element | null {
  const { tuned } = findings;
  if (tuned.length === 0) return null;
  return (
    <DataTable
      id="tuned"
      cells="words"
      caption="Settings chosen by data"
      hint="Nothing is measured or certified on what they were chosen by."
      headings={['Score', 'Chosen', 'By', 'Its value', 'Tried']}
    >
      {tuned.map((each) => (
        <tr key={each.score} data-score={each.score}>
          <th scope="row">{each.title}</th>
          <td data-quantity="chosen">{settingsText(each.chosen)}</td>
          <td data-quantity="criterion">{criterionOf(each)}</td>
          <td data-quantity="value" data-value={valueOf(each)}>
            {short(valueOf(each), 4)}
          </td>
          <td>{each.candidates.length}</td>
        </tr>
      ))}
    </DataTable>
  );
}

function criterionOf({ criterion, outliers, known }: Tuning): string {
  return criterion === 'AUROC'
    ? `largest AUROC of ${outliers.join(', ')} against ${known} known inputs`
    : `smallest mean score of ${known} known inputs`;
}

function valueOf({ candidates, chosen }: Tuning): number {
  const is = settingsText(chosen);
  return candidates.find(({ settings }) => settingsText(settings) === is)?.value ?? NaN;
}

function settingsText(settings: Tuning['chosen']): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
