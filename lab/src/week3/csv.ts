/** Columns of numbers and words as CSV (RFC 4180); none of them holds a comma, a quote or a line's end. */
export function csv(columns: Readonly<Record<string, ArrayLike<number | string>>>): string {
  const names = Object.keys(columns);
  const rows = Math.max(...Object.values(columns).map(({ length }) => length));
  const lines = Array.from({ length: rows }, (_, i) =>
    names.map((name) => columns[name]![i] ?? '').join(','),
  );
  return `${[names.join(','), ...lines].join('\r\n')}\r\n`;
}
