import { encodeCsv } from '../formats/index.js';
import type { Numbers } from './figure.js';
import { rounded } from './numbers.js';

/** A column: numbers, texts, or one value for every row. */
type Column = Numbers | readonly string[] | string | number;

/** Rows of one kind, their columns of equal length; a column that is one value stands in each of their rows. */
export type Rows = Readonly<Record<string, Column>>;

/**
 * Rows of several kinds as one CSV, one below the other. What a kind has no column for is left empty. Numbers have six
 * significant digits.
 */
export function table(...kinds: readonly Rows[]): string {
  const names = [...new Set(kinds.flatMap((rows) => Object.keys(rows)))];
  const columns = names.map((name) => [
    name,
    kinds.flatMap((rows) => cells(rows[name] ?? '', lengthOf(rows))),
  ]);
  return encodeCsv(Object.fromEntries(columns) as Record<string, (string | number)[]>);
}

function lengthOf(rows: Rows): number {
  return Math.max(1, ...Object.values(rows).map((column) => (isOne(column) ? 1 : column.length)));
}

function cells(column: Column, length: number): (string | number)[] {
  if (isOne(column)) return Array.from({ length }, () => column);
  if (typeof column[0] === 'string') return Array.from(column as readonly string[]);
  return rounded(column as Numbers);
}

function isOne(column: Column): column is string | number {
  return typeof column === 'string' || typeof column === 'number';
}
