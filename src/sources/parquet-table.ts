import { parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, FileMetaData, SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { CredenceError, DataError, FormatError } from '../errors/index.js';
import type { DataFile } from './data-file.js';
import { MOST_ROWS, wrongPages } from './parquet-pages.js';
import type { Table, TablePiece } from './table.js';

/**
 * A Parquet file, read row group by row group: memory is bounded by the largest one. Columns inside columns and lists are left out.
 * @throws FileError, FormatError; DataError when it has no rows.
 */
export async function openParquet(source: DataFile): Promise<Table> {
  const { name: path, size } = source;
  const file: AsyncBuffer = {
    byteLength: size,
    slice: (start, end = size) => readBytes(source, start, end),
  };
  const metadata = await guarded(path, () => parquetMetadataAsync(file));
  const count = Number(metadata.num_rows);
  if (count === 0)
    throw new DataError({ what: 'data set', expected: 'at least one row', got: 'none', where: path });
  const elements = await guarded(path, () => flatColumns(metadata));
  if (elements.length === 0) {
    throw new DataError({
      what: 'columns',
      expected: 'at least one that is not nested',
      got: 'none',
      where: path,
    });
  }
  return {
    where: path,
    columns: elements.map(({ name }) => name),
    count,
    read: (wanted) => readGroups(source, metadata, elements, wanted),
  };
}

async function flatColumns(metadata: FileMetaData): Promise<SchemaElement[]> {
  const { children } = parquetSchema(metadata);
  const elements = children
    .filter((child) => child.children.length === 0 && child.element.repetition_type !== 'REPEATED')
    .map(({ element }) => element);
  if (!elements.every(({ name }) => typeof name === 'string')) throw new Error('a column without a name');
  const [rows, groups] = [metadata.num_rows, metadata.row_groups];
  if (rows < 0n || groups.reduce((sum, group) => sum + group.num_rows, 0n) !== rows)
    throw new Error(`row groups of other than ${rows} rows`);
  return elements;
}

async function* readGroups(
  source: DataFile,
  metadata: FileMetaData,
  elements: readonly SchemaElement[],
  wanted: readonly number[],
): AsyncGenerator<TablePiece> {
  const { name: path, size } = source;
  const columns = wanted.map((column) => elements[column]!.name);
  let chunk: Chunk | undefined;
  // It is given the column that has been read and checked. It asks for bytes ahead, and where it fails by itself nobody
  // would hear what the reading of them reports.
  const file: AsyncBuffer = {
    byteLength: size,
    slice: (start, end) => {
      if (start === chunk?.start && end === chunk.end) return chunk.bytes;
      throw new Error(`bytes ${start} to ${end} outside their column`);
    },
  };
  const scan = await guarded(path, () => parquetScan({ file, metadata, columns, compressors }));
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    if (rows === 0) continue;
    if (rows > MOST_ROWS) throw tooLarge(path, rows);
    const rowEnd = rowStart + rows;
    const values = new Map<number, ArrayLike<unknown>>();
    for (const column of wanted) {
      const { name, repetition_type: repetition } = elements[column]!;
      const data: ArrayLike<unknown> = await guarded(path, async () => {
        chunk = await readChunk(source, group, { name, optional: repetition !== 'REQUIRED' });
        return scan.readColumn({ column: name, rowStart, rowEnd });
      });
      if (data.length !== rows) {
        throw damaged(path, `${data.length} values of '${name}' in rows ${rowStart} to ${rowEnd}`);
      }
      values.set(column, data);
    }
    const first = rowStart;
    yield {
      rows,
      value: (row, column) => values.get(column)?.[row],
      place: (row) => `row ${first + row}`,
    };
    rowStart = rowEnd;
  }
}

/** The bytes of one column in one row group. */
interface Chunk {
  readonly start: number;
  readonly end: number;
  readonly bytes: ArrayBuffer;
}

async function readChunk(
  source: DataFile,
  { columns, num_rows: rows }: FileMetaData['row_groups'][number],
  { name, optional }: { readonly name: string; readonly optional: boolean },
): Promise<Chunk> {
  const found = columns.find(({ meta_data: own }) => own?.path_in_schema[0] === name)?.meta_data;
  if (found === undefined) throw new Error(`a row group without '${name}'`);
  const start = Number(found.dictionary_page_offset || found.data_page_offset);
  const end = start + Number(found.total_compressed_size);
  const bytes = await readBytes(source, start, end);
  const wrong = wrongPages(bytes, { ...found, optional }, Number(rows));
  if (wrong !== undefined) throw new Error(wrong);
  return { start, end, bytes };
}

/** What the file says of itself is not asked of the system before it is checked: it may be no number, or gigabytes. */
async function readBytes(source: DataFile, start: number, end: number): Promise<ArrayBuffer> {
  if (!(start >= 0 && start <= end && end <= source.size))
    throw damaged(source.name, `bytes ${start} to ${end} of ${source.size}`);
  const bytes = await source.read(start, end);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

/** What hyparquet throws is about the file's content, unless it could not be read. */
async function guarded<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof CredenceError) throw error;
    throw damaged(path, error instanceof Error ? error.message : String(error), error);
  }
}

function tooLarge(path: string, rows: number): DataError {
  return new DataError({
    what: 'Parquet file',
    expected: `row groups of at most ${MOST_ROWS} rows`,
    got: `${rows}`,
    where: path,
    hint: 'write it with smaller ones (row_group_size)',
  });
}

function damaged(path: string, got: string, cause?: unknown): FormatError {
  return new FormatError({
    what: 'Parquet file',
    got,
    where: path,
    hint: 'the file is truncated, corrupt or uses what is not read',
    cause,
  });
}
