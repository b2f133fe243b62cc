import type { JSX } from 'preact';
import { short } from '../ui/index.js';
import { DataTable } from './data-table.js';
import type { Assessed, Inspected } from './model.js';
import { duration, percent } from './words.js';

/** What was found in the model. */
export function Found({ lines }: Pick<Inspected, 'lines'>): JSX.Element {
  return (
    <DataTable cells="words" caption="What was found in the model">
      {lines.map(([name, found]) => (
        <tr key={name + found}>
          <th scope="row">{name}</th>
          <td>{found}</td>
        </tr>
      ))}
    </DataTable>
  );
}

const QUANTITIES = [
  ['Negative log likelihood (nats)', 'nll'],
  ['Brier score', 'brier'],
  ['Expected calibration error', 'ece'],
] as const;

/** Accuracy, calibration, cost. */
export function Accuracy({ assessed: { findings } }: { readonly assessed: Assessed }): JSX.Element {
  const { classifier, examples, secondsPerInput } = findings;
  const { accuracy, errors, before, after, temperature, notScaled } = classifier;
  const on = examples.measuredOn === 'test' ? 'test examples' : 'held-out validation examples';
  const scaled = after === null || temperature === null ? [] : [`at temperature ${short(temperature)}`];
  return (
    <DataTable
      caption={`${percent(accuracy)} of ${examples.measured} ${on} are predicted right (${errors} errors)`}
      hint={notScaled === null ? undefined : `No temperature was fitted. ${notScaled}.`}
      headings={['', 'as it is', ...scaled]}
    >
      <tr>
        <th scope="row">Accuracy</th>
        <td data-quantity="accuracy" data-value={accuracy}>
          {percent(accuracy)}
        </td>
        {after === null ? null : <td>{percent(accuracy)}</td>}
      </tr>
      {QUANTITIES.map(([title, name]) => (
        <tr key={name}>
          <th scope="row">{title}</th>
          <td data-quantity={name} data-value={before[name]}>
            {short(before[name], 4)}
          </td>
          {after === null ? null : (
            <td data-quantity={`${name}-after`} data-value={after[name]}>
              {short(after[name], 4)}
            </td>
          )}
        </tr>
      ))}
      <tr>
        <th scope="row">Time of a prediction, in batches, here</th>
        <td>{duration(secondsPerInput)}</td>
        {after === null ? null : <td />}
      </tr>
    </DataTable>
  );
}
