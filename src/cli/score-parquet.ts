import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { BasicType, ColumnSource } from 'hyparquet-writer';
import type { Tensor } from '../tensor/index.js';
import { isTensor, joinedColumn } from './score-columns.js';
import type { Column, Columns, ScoreTarget } from './score-columns.js';
import { openAtomicFile } from './score-file.js';
import type { AtomicFile } from './score-file.js';

/** Rows of a row group: what a reader takes into memory at a time. */
const ROW_GROUP = 65_536;

/** Parquet, a row group after the other; in memory is one. */
export async function parquetTarget(path: string): Promise<ScoreTarget> {
  const file = await openAtomicFile(path);
  const bytes = new FileWriter(file);
  let writer: ParquetWriter | undefined;
  let batches: Columns[] = [];
  let rows = 0;
  const flush = async (): Promise<void> => {
    if (rows === 0) return;
    const columnData = columnsOf(batches);
    writer ??= new ParquetWriter({
      writer: bytes,
      schema: schemaFromColumnData({ columnData }),
      createdBy: 'credence',
    });
    await writer.write({ columnData, rowGroupSize: rows });
    [batches, rows] = [[], 0];
  };
  return {
    async write(columns) {
      batches.push(columns);
      rows += lengthOf(Object.values(columns)[0]!);
      if (rows >= ROW_GROUP) await flush();
      return true;
    },
    async finish() {
      await flush();
      await writer?.finish();
      await bytes.flush();
      await file.finish();
    },
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

/** What the writer of the format has encoded goes to the file after each row group. */
class FileWriter extends ByteWriter {
  readonly #file: AtomicFile;

  constructor(file: AtomicFile) {
    super();
    this.#file = file;
  }

  async flush(): Promise<void> {
    await this.#file.write(this.getBytes());
    this.index = 0;
  }
}

function columnsOf(batches: readonly Columns[]): ColumnSource[] {
  return Object.keys(batches[0]!).map((name) => {
    const pieces = batches.map((columns) => columns[name]!);
    if (!pieces.every(isTensor))
      return { name, type: 'STRING', nullable: false, data: pieces.flatMap(texts) };
    const whole = joinedColumn(pieces);
    return { name, nullable: false, ...parquetColumn(whole) };
  });
}

function parquetColumn({ dtype, data }: Tensor): { type: BasicType; data: ColumnSource['data'] } {
  if (dtype === 'bool')
    return { type: 'BOOLEAN', data: Array.from(data as Uint8Array, (value) => value !== 0) };
  return dtype === 'int32'
    ? { type: 'INT32', data: data as Int32Array }
    : { type: 'FLOAT', data: data as Float32Array };
}

function texts(column: Column): readonly string[] {
  return isTensor(column) ? [] : column;
}

function lengthOf(column: Column): number {
  return isTensor(column) ? column.data.length : column.length;
}
