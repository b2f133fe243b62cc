import type { ComponentChildren, JSX } from 'preact';

export interface DataTableProps {
  readonly caption: string;
  /** What its rows are to be read with. */
  readonly hint?: string | undefined;
  /** Of its columns; an empty one heads those of the rows. */
  readonly headings?: readonly string[];
  /** Its name in the page. */
  readonly id?: string;
  /** What its cells hold. Default 'numbers'. */
  readonly cells?: 'numbers' | 'words';
  /** 'narrow': beside another one where there is room; 'ranking': where there is plenty. Default 'whole'. */
  readonly width?: 'whole' | 'narrow' | 'ranking';
  /** Rows of the table's body. */
  readonly children: ComponentChildren;
}

/** The frame of a table: what it is, what its columns are. What is wider than the page is scrolled, by keyboard too. */
export function DataTable({
  caption,
  hint,
  headings,
  id,
  cells = 'numbers',
  width = 'whole',
  children,
}: DataTableProps): JSX.Element {
  return (
    <div
      class={width === 'whole' ? 'table' : `table ${width}`}
      tabindex={0}
      role="region"
      aria-label={caption}
    >
      <table class={cells === 'words' ? 'numbers words' : 'numbers'} data-table={id}>
        <caption>
          {caption}
          {hint === undefined ? null : <span class="hint">{hint}</span>}
        </caption>
        {headings === undefined ? null : (
          <thead>
            <tr>
              {headings.map((heading) =>
                heading === '' ? (
                  <td key={heading} />
                ) : (
                  <th key={heading} scope="col">
                    {heading}
                  </th>
                ),
              )}
            </tr>
          </thead>
        )}
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
