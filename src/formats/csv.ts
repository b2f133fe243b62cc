import { ShapeError } from '../errors/index.js';

/**
 * Columns of equal length as CSV text: a row of names, then the rows, each ended by CR LF. Numbers are written as
 * JavaScript does, so that reading them gives the same float64; NaN and infinities by name.
 *
 * Source: RFC 4180.
 * @throws ShapeError when the columns differ in length, or there is none.
 */
export function encodeCsv(columns: Readonly<Record<string, ArrayLike<number | string>>>): string {
  const entries = Object.entries(columns);
  const rows = entries[0]?.[1].length;
  const odd = entries.find(([, values]) => values.length !== rows);
  if (rows === undefined || odd !== undefined) {
    throw new ShapeError({
      what: 'encodeCsv: columns',
      expected: rows === undefined ? 'at least one' : `${rows} values in each`,
      got: odd === undefined ? 'none' : `${odd[1].length} in '${odd[0]}'`,
    });
  }
  const lines = [record(entries.map(([name]) => name))];
  for (let row = 0; row < rows; row++) lines.push(record(entries.map(([, values]) => String(values[row]))));
  return lines.join('');
}

function record(fields: readonly string[]): string {
  // A lone empty field would be an empty line, which readers skip.
  if (fields.length === 1 && fields[0] === '') return '""\r\n';
  return `${fields.map(field).join(',')}\r\n`;
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
