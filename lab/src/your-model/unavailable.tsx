import type { JSX } from 'preact';
import { DataTable } from './data-table.js';
import type { Assessed } from './model.js';

/** Scores that this model or these data do not allow, and why. */
export function Unavailable({ assessed: { findings } }: { readonly assessed: Assessed }): JSX.Element | null {
  const { unavailable } = findings;
  if (unavailable.length === 0) return null;
  return (
    <DataTable id="unavailable" cells="words" caption="Scores that could not be had">
      {unavailable.map(({ name, title, reason }) => (
        <tr key={name} data-score={name}>
          <th scope="row">{title}</th>
          <td>{reason}</td>
        </tr>
      ))}
    </DataTable>
  );
}
