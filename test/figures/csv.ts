/** The rows of a CSV without quoted line breaks, by column name: the oracle of the figures' tables. */
export function rowsOf(csv: string): Record<string, string>[] {
  const [head, ...lines] = csv.trimEnd().split('\r\n').map(fieldsOf);
  return lines.map((fields) => Object.fromEntries(head!.map((name, i) => [name, fields[i]!])));
}

function fieldsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!,
  );
}

/** The numbers of a column, where a row has one. */
export function column(rows: readonly Record<string, string>[], name: string): number[] {
  return rows.filter((row) => row[name] !== '').map((row) => Number(row[name]));
}
