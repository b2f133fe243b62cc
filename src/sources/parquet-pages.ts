import type { ColumnMetaData, PageHeader } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { readVarInt } from 'hyparquet/src/thrift.js';

/** Rows of a row group at most: writers make a million or fewer, and each takes some ten bytes a column. */
export const MOST_ROWS: number = 2 ** 24;

/** A column that is not nested: its name is all its path. */
export interface ParquetColumn extends Pick<ColumnMetaData, 'codec' | 'type'> {
  /** Whether its pages have definition levels, which say what is null. */
  readonly optional: boolean;
}

/**
 * What the pages of a column chunk get wrong, or undefined. A page states how many values it unpacks to, and so does a run of equal
 * ones: hyparquet believes both, so that a hundred bytes could take all memory.
 *
 * Source: Apache Parquet, "Data Pages" and "Run Length Encoding / Bit-Packing Hybrid".
 * @param rows of the row group, which all data pages have together.
 * @throws what hyparquet throws at damaged bytes.
 */
export function wrongPages(chunk: ArrayBuffer, column: ParquetColumn, rows: number): string | undefined {
  const reader = { view: new DataView(chunk), offset: 0 };
  let left = rows;
  while (reader.offset < chunk.byteLength - 1) {
    const page = parquetHeader(reader);
    const values = (page.data_page_header ?? page.data_page_header_v2)?.num_values ?? 0;
    const others = [page.data_page_header_v2?.num_rows, page.dictionary_page_header?.num_values];
    if (!isCount(values, left) || !others.every((count) => count === undefined || isCount(count, MOST_ROWS)))
      return `pages of other than ${rows} values`;
    const size = page.compressed_page_size;
    if (!isCount(size, chunk.byteLength - reader.offset)) return `a page of ${size} bytes`;
    const bytes = new Uint8Array(chunk, reader.offset, size);
    if (!runsOf(page, bytes, column).every((runs) => runsFit(runs, values)))
      return `runs of more than a page's ${values} values`;
    left -= values;
    reader.offset += size;
  }
  return undefined;
}

/** Runs that a page has: the bytes behind their beginning, and the bits of a value. */
interface Runs {
  readonly bytes: Uint8Array;
  readonly width: number;
}

function runsOf(page: PageHeader, bytes: Uint8Array, { codec, type, optional }: ParquetColumn): Runs[] {
  const { data_page_header: first, data_page_header_v2: second } = page;
  const encoding = (first ?? second)?.encoding;
  const inRuns = encoding === 'RLE' || encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY';
  const unpack = (packed: Uint8Array, size: number): Uint8Array =>
    decompressPage(packed, size, codec, compressors);
  const valuesOf = (values: Uint8Array): Runs =>
    type === 'BOOLEAN' || (second && encoding === 'RLE')
      ? { bytes: values.subarray(4), width: 1 }
      : { bytes: values.subarray(1), width: values[0] ?? 0 };
  if (first !== undefined && (optional || inRuns)) {
    const unpacked = unpack(bytes, page.uncompressed_page_size);
    const levels = new DataView(unpacked.buffer, unpacked.byteOffset, unpacked.byteLength);
    const start = optional ? 4 + levels.getUint32(0, true) : 0;
    return [
      ...(optional ? [{ bytes: unpacked.subarray(4), width: 1 }] : []),
      ...(inRuns ? [valuesOf(unpacked.subarray(start))] : []),
    ];
  }
  if (second === undefined) return [];
  const { repetition_levels_byte_length: before, definition_levels_byte_length: levels } = second;
  const packed = bytes.subarray(before + levels);
  const size = page.uncompressed_page_size - before - levels;
  return [
    ...(optional ? [{ bytes: bytes.subarray(before), width: 1 }] : []),
    ...(inRuns ? [valuesOf(second.is_compressed === false ? packed : unpack(packed, size))] : []),
  ];
}

function runsFit({ bytes, width }: Runs, values: number): boolean {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  for (let seen = 0; seen < values && reader.offset < bytes.length;) {
    const header = readVarInt(reader);
    // Packed values come in eights, of which the last may be padding.
    const isPacked = (header & 1) === 1;
    const count = isPacked ? (header >> 1) * 8 : header >>> 1;
    if (!isCount(count, isPacked ? values + 7 : values)) return false;
    seen += count;
    reader.offset += isPacked ? (count / 8) * width : Math.ceil(width / 8);
  }
  return true;
}

function isCount(count: number, most: number): boolean {
  return Number.isInteger(count) && count >= 0 && count <= most;
}
