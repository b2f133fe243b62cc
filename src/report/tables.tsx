import type { ComponentChildren, JSX } from 'preact';
import { formatNumber, formatSeconds } from './format.js';

export interface SettingsTableProps {
  readonly caption?: string;
  /** Name, value, and what there is to say about it. */
  readonly rows: readonly (readonly [name: string, value: string | number | boolean, note?: string])[];
}

/** Settings, versions, seeds: a name and a value a row. */
export function SettingsTable({ caption, rows }: SettingsTableProps): JSX.Element {
  return (
    <div class="table">
      <table>
        {caption === undefined ? null : <Caption>{caption}</Caption>}
        <tbody>
          {rows.map(([name, value, note]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{valueText(value)}</td>
              {rows.some(([, , any]) => any !== undefined) ? <td>{note ?? ''}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export interface TimingsTableProps {
  readonly caption?: string;
  /** In the order of the run. */
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
}

/** How long each phase took, their shares, and the sum. */
export function TimingsTable({ caption, phases }: TimingsTableProps): JSX.Element {
  const total = phases.reduce((sum, { seconds }) => sum + seconds, 0);
  const share = (seconds: number): string => (total > 0 ? `${Math.round((100 * seconds) / total)} %` : '');
  return (
    <div class="table">
      <table>
        {caption === undefined ? null : <Caption>{caption}</Caption>}
        <thead>
          <tr>
            <th scope="col">Phase</th>
            <th scope="col" class="number">
              Time
            </th>
            <th scope="col" class="number">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {phases.map(({ name, seconds }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="number">{formatSeconds(seconds)}</td>
              <td class="number">{share(seconds)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td class="number">{formatSeconds(total)}</td>
            <td />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

export interface DataTableProps {
  readonly caption?: string;
  readonly columns: readonly string[];
  /** A cell a column; the first one names the row. Numbers have four significant digits. */
  readonly rows: readonly (readonly ComponentChildren[])[];
}

/** Any other table. */
export function DataTable({ caption, columns, rows }: DataTableProps): JSX.Element {
  const numeric = columns.map((_, c) => rows.length > 0 && rows.every((row) => typeof row[c] === 'number'));
  const className = (c: number): string | undefined => (numeric[c] === true ? 'number' : undefined);
  return (
    <div class="table">
      <table>
        {caption === undefined ? null : <Caption>{caption}</Caption>}
        <thead>
          <tr>
            {columns.map((name, c) => (
              <th key={name} scope="col" class={className(c)}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, r) => (
            <tr key={r}>
              {row.map((cell, c) => {
                const content = typeof cell === 'number' ? formatNumber(cell) : cell;
                if (c > 0) return <td class={className(c)}>{content}</td>;
                return (
                  <th scope="row" class={className(c)}>
                    {content}
                  </th>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Stays in sight and as wide as the page where the table is scrolled sideways. */
function Caption({ children }: { readonly children: string }): JSX.Element {
  return (
    <caption>
      <span>{children}</span>
    </caption>
  );
}

function valueText(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? formatNumber(value) : value;
}
