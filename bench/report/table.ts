/** Cells as text; numbers are formatted by whoever knows their unit. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

export interface Column {
  readonly title: string;
  /** 'right' unless given, as numbers stand; the first column is 'left'. */
  readonly align?: 'left' | 'right';
}

/** The table as lines, columns two spaces apart, a rule under the head. */
export function formatTable({ columns, rows }: Table): string[] {
  const alignments = columns.map(({ align }, i) => align ?? (i === 0 ? 'left' : 'right'));
  const head = columns.map(({ title }) => title);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, i) =>
        alignments[i] === 'left' ? (cells[i] ?? '').padEnd(width) : (cells[i] ?? '').padStart(width),
      )
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)];
}
