import { DataError, FormatError } from '../errors/index.js';
import {
  decodeElements,
  decodeNpy,
  idxHeaderSize,
  idxLayout,
  itemSize,
  npyHeaderSize,
  npyLayout,
} from '../formats/index.js';
import type { ArrayLayout } from '../formats/index.js';
import { elementCount, sliceRows, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { ByteReader } from './byte-reader.js';
import type { DataFile } from './data-file.js';

/** An array in a file, of which only the header was read. */
export interface StoredArray {
  readonly where: string;
  readonly layout: ArrayLayout;
  /** Its bytes, header included, from the start. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** Bytes of a header at most: NumPy's own are of some hundred. */
const LARGEST_HEADER = 2 ** 20;

/**
 * Reads the header of an array.
 * @param available bytes that there can be at most, which the stated size is held against.
 * @throws FormatError when it is damaged, or states more than there is; DataError when it has no rows.
 */
export async function readStoredArray(
  open: () => AsyncIterable<Uint8Array>,
  { format, where, available }: { format: 'npy' | 'idx'; where: string; available: number },
): Promise<StoredArray> {
  const reader = new ByteReader(open());
  let header = await reader.read(format === 'npy' ? 12 : 4);
  const size = format === 'npy' ? npyHeaderSize(header) : idxHeaderSize(header);
  const isHuge = size > LARGEST_HEADER;
  if (size > header.length && size <= available && !isHuge) {
    const rest = await reader.read(size - header.length);
    header = new Uint8Array([...header, ...rest]);
  }
  await reader.close();
  if (isHuge) {
    const expected = `at most ${LARGEST_HEADER} bytes`;
    throw new FormatError({ what: 'header', expected, got: `${size}`, where, hint: 'the file is damaged' });
  }
  const layout = format === 'npy' ? npyLayout(header, where) : idxLayout(header, where);
  const stated = layout.dataStart + elementCount(layout.shape) * itemSize(layout.dtype);
  // Not `>`: the product is NaN where a hostile shape overflows and has a zero.
  if (!(stated <= available)) {
    throw new FormatError({
      what: 'array',
      expected: `${stated} bytes for ${layout.dtype} of shape (${layout.shape.join(', ')})`,
      got: `at most ${available}`,
      where,
      hint: 'the file is truncated: fetch it again',
    });
  }
  if (layout.shape[0] === 0) {
    throw new DataError({ what: 'data set', expected: 'at least one example', got: 'none', where });
  }
  return { where, layout, open };
}

/** Deflate makes at most this many bytes of one. */
const LARGEST_RATIO = 1032;

/** The array of a .npy or IDX file, gzipped or not. @throws FileError; what `readStoredArray` throws. */
export async function storedArrayOfFile(
  file: DataFile,
  { format, gzipped }: { format: 'npy' | 'idx'; gzipped: boolean },
): Promise<StoredArray> {
  const { name, size } = file;
  const open = (): AsyncIterable<Uint8Array> => file.chunks({ unpack: gzipped ? 'gzip' : undefined });
  return readStoredArray(open, { format, where: name, available: gzipped ? LARGEST_RATIO * size : size });
}

/**
 * The rows of an array (N, ...), `size` at a time, in memory of their own. Read in pieces; an array of more than one axis in Fortran
 * order is read whole.
 * @throws FormatError when the file ends early or goes on after the last row.
 */
export async function* readRows({ layout, open, where }: StoredArray, size: number): AsyncGenerator<Tensor> {
  const { dtype, shape, order, fortranOrder, dataStart } = layout;
  const [rows = 0, ...rest] = shape;
  if (fortranOrder && shape.length > 1) {
    const whole = await decodeWhole(open, where);
    for (let start = 0; start < rows; start += size) {
      const slice = sliceRows(whole, start, Math.min(start + size, rows));
      yield { ...slice, data: slice.data.slice() };
    }
    return;
  }
  const rowSize = elementCount(rest) * itemSize(dtype);
  const reader = new ByteReader(open());
  try {
    await reader.read(dataStart);
    for (let start = 0; start < rows; start += size) {
      const count = Math.min(size, rows - start);
      const bytes = await reader.read(count * rowSize);
      if (bytes.length < count * rowSize) {
        throw wrongLength(
          `${rows} rows of ${rowSize} bytes`,
          `the end in row ${start + Math.floor(bytes.length / rowSize)}`,
          where,
        );
      }
      yield tensor(dtype, [count, ...rest], decodeElements(dtype, bytes, order));
    }
    if ((await reader.read(1)).length > 0)
      throw wrongLength(`${rows} rows of ${rowSize} bytes`, 'more', where);
  } finally {
    await reader.close();
  }
}

async function decodeWhole(open: () => AsyncIterable<Uint8Array>, where: string): Promise<Tensor> {
  const pieces: Uint8Array[] = [];
  for await (const piece of open()) pieces.push(piece);
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return decodeNpy(whole, { where });
}

function wrongLength(expected: string, got: string, where: string): FormatError {
  return new FormatError({
    what: 'array',
    expected,
    got,
    where,
    hint: 'the file is truncated, or not what its header says',
  });
}
