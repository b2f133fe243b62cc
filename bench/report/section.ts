import { formatTable } from './table.js';
import type { Table } from './table.js';

/** One table of the output. */
export interface Section {
  /** Its name in the JSON. */
  readonly name: string;
  readonly title: string;
  readonly table: Table;
  /** What a reader must know to read it right, a sentence each. */
  readonly notes: readonly string[];
  /** The same numbers, all of them and not rounded, for the JSON. */
  readonly data: unknown;
}

export function formatSection({ title, table, notes }: Section): string {
  return [
    title,
    '',
    ...formatTable(table),
    ...(notes.length > 0 ? ['', ...notes.map((note) => `* ${note}`)] : []),
    '',
  ].join('\n');
}
