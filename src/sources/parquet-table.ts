import { parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { CredenceError, DataError, FormatError } from '../errors/index.js';
import type { DataFile } from './data-file.js';
import type { Table, TablePiece } from './table.js';

/**
 * A Parquet file, read row group by row group: memory is bounded by the largest one. Columns inside columns are left out.
 * @throws FileError, FormatError; DataError when it has no rows.
 */
export async function openParquet(source: DataFile): Promise<Table> {
  const { name: path, size } = source;
  const file: AsyncBuffer = {
    byteLength: size,
    slice: async (start, end = size) => {
      const bytes = await source.read(start, end);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    },
  };
  const metadata = await guarded(path, () => parquetMetadataAsync(file));
  const count = Number(metadata.num_rows);
  if (count === 0)
    throw new DataError({ what: 'data set', expected: 'at least one row', got: 'none', where: path });
  const columns = parquetSchema(metadata)
    .children.filter(({ children }) => children.length === 0)
    .map(({ element }) => element.name);
  if (columns.length === 0) {
    throw new DataError({
      what: 'columns',
      expected: 'at least one that is not nested',
      got: 'none',
      where: path,
    });
  }
  return { where: path, columns, count, read: (wanted) => readGroups(path, file, metadata, columns, wanted) };
}

async function* readGroups(
  path: string,
  file: AsyncBuffer,
  metadata: FileMetaData,
  names: readonly string[],
  wanted: readonly number[],
): AsyncGenerator<TablePiece> {
  const columns = wanted.map((column) => names[column]!);
  const scan = await guarded(path, () => parquetScan({ file, metadata, columns, compressors }));
  for (const { rowStart, rowEnd } of scan.ranges) {
    const values = new Map<number, ArrayLike<unknown>>();
    for (const column of wanted) {
      const options = { column: names[column]!, rowStart, rowEnd };
      const data: ArrayLike<unknown> = await guarded(path, () => scan.readColumn(options));
      if (data.length !== rowEnd - rowStart) {
        throw damaged(path, `${data.length} values of '${options.column}' in rows ${rowStart} to ${rowEnd}`);
      }
      values.set(column, data);
    }
    yield {
      rows: rowEnd - rowStart,
      value: (row, column) => values.get(column)?.[row],
      place: (row) => `row ${rowStart + row}`,
    };
  }
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

function damaged(path: string, got: string, cause?: unknown): FormatError {
  return new FormatError({
    what: 'Parquet file',
    got,
    where: path,
    hint: 'the file is truncated, corrupt or uses what is not read',
    cause,
  });
}
