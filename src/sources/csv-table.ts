import { ConfigurationError, DataError, FormatError } from '../errors/index.js';
import { CsvReader } from '../formats/index.js';
import type { CsvRecord } from '../formats/index.js';
import type { DataFile } from './data-file.js';
import type { SourceOptions } from './source.js';
import type { Table, TablePiece } from './table.js';

/**
 * A CSV file, gzipped or not, UTF-8, read piece by piece.
 * @throws FileError; FormatError when it is not UTF-8 or its quotes do not match; DataError when it has no row, and, from
 *   its rows, when one is of another length than the first.
 */
export async function openCsv(
  file: DataFile,
  { gzipped, header, delimiter }: { gzipped: boolean } & Pick<SourceOptions, 'header' | 'delimiter'>,
): Promise<Table> {
  const { name: path } = file;
  const separator = delimiter ?? (/\.tsv(\.gz)?$/i.test(path) ? '\t' : ',');
  if (separator.length !== 1 || '"\r\n'.includes(separator)) {
    throw new ConfigurationError({
      what: 'delimiter',
      expected: 'one character other than a quote or the end of a line',
      got: JSON.stringify(separator),
    });
  }
  const read = (): AsyncGenerator<CsvRecord[]> => readRecords(file, gzipped, separator);
  const first = await firstRecord(read());
  if (first === undefined) {
    throw new DataError({ what: 'data set', expected: 'at least one row', got: 'none', where: path });
  }
  const { fields } = first;
  if (fields.length === 1 && delimiter === undefined && /[;\t|]/.test(fields[0]!)) {
    throw new ConfigurationError({
      what: 'delimiter',
      expected: `several fields a line, separated by '${separator}'`,
      got: `'${fields[0]!.slice(0, 60)}'`,
      where: path,
      hint: "name the character between the fields (delimiter: ';')",
    });
  }
  const hasHeader = header ?? looksLikeHeader(fields);
  return {
    where: path,
    columns: hasHeader ? fields.map((field) => field.trim()) : fields.map((_, i) => String(i)),
    read: () => pieces(read(), fields.length, hasHeader, path),
  };
}

async function* pieces(
  records: AsyncIterable<CsvRecord[]>,
  width: number,
  hasHeader: boolean,
  path: string,
): AsyncGenerator<TablePiece> {
  let isFirst = hasHeader;
  for await (const piece of records) {
    const rows = isFirst ? piece.slice(1) : piece;
    if (piece.length > 0) isFirst = false;
    if (rows.length === 0) continue;
    const odd = rows.find(({ fields }) => fields.length !== width);
    if (odd !== undefined) {
      throw new DataError({
        what: 'row',
        expected: `${width} fields, as the first has`,
        got: `${odd.fields.length}`,
        where: `${path}, line ${odd.line}`,
      });
    }
    yield {
      rows: rows.length,
      value: (row, column) => rows[row]!.fields[column],
      place: (row) => `line ${rows[row]!.line}`,
    };
  }
}

async function* readRecords(
  file: DataFile,
  gzipped: boolean,
  delimiter: string,
): AsyncGenerator<CsvRecord[]> {
  const { name: where } = file;
  const reader = new CsvReader({ delimiter, where });
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw new FormatError({
        what: 'CSV',
        expected: 'UTF-8',
        got: 'other bytes',
        where,
        hint: 'save the file as UTF-8, or check that it is a text',
        cause,
      });
    }
  };
  for await (const bytes of file.chunks({ unpack: gzipped ? 'gzip' : undefined })) {
    yield reader.push(decode(bytes));
  }
  yield reader.push(decode());
  yield reader.end();
}

async function firstRecord(pieces: AsyncIterable<CsvRecord[]>): Promise<CsvRecord | undefined> {
  for await (const records of pieces) if (records[0] !== undefined) return records[0];
  return undefined;
}

/** No field is a number, or every number is its position, as pandas names columns that have no names. */
function looksLikeHeader(fields: readonly string[]): boolean {
  const offset = fields[0] === '' ? 1 : 0;
  const numbers = fields
    .map((field, i) => ({ field: field.trim(), i }))
    .filter(({ field }) => isNumber(field));
  return (
    numbers.length === 0 ||
    (numbers.length > 2 && numbers.every(({ field, i }) => field === String(i - offset)))
  );
}

function isNumber(text: string): boolean {
  return text !== '' && !Number.isNaN(Number(text));
}
