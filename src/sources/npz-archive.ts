import { FormatError } from '../errors/index.js';
import {
  crc32,
  findZipDirectory,
  LOCAL_HEADER_SIZE,
  readZipDirectory,
  ZIP_TAIL,
  zipDataStart,
} from '../formats/index.js';
import type { ZipEntry } from '../formats/index.js';
import type { DataFile } from './data-file.js';
import { readStoredArray } from './stored-array.js';
import type { StoredArray } from './stored-array.js';

const EXTENSION = '.npy';
/** Bytes of a directory at most: that of a million arrays. */
const LARGEST_DIRECTORY = 2 ** 27;

/** The arrays of a .npz by name, each opened when it is asked for. */
export type NpzArchive = ReadonlyMap<string, () => Promise<StoredArray>>;

/**
 * The arrays of a .npz file (`numpy.savez`, `numpy.savez_compressed`) of any size, whose directory alone is read. Bytes are
 * unpacked as they are asked for; an array's CRC shows at its end.
 * @throws FileError, FormatError
 */
export async function openNpz(file: DataFile): Promise<NpzArchive> {
  const { name: where, size } = file;
  const tail = await file.read(Math.max(0, size - ZIP_TAIL), size);
  const { start, end, count } = findZipDirectory(tail, size, where);
  if (end - start > LARGEST_DIRECTORY)
    throw damaged(`a directory of at most ${LARGEST_DIRECTORY} bytes`, where);
  const entries = readZipDirectory(await file.read(start, end), count, where);
  const arrays = new Map<string, () => Promise<StoredArray>>();
  for (const entry of entries) {
    if (!entry.name.endsWith(EXTENSION)) continue;
    if (entry.offset + entry.packedSize > size) throw damaged(`files within its ${size} bytes`, where);
    arrays.set(entry.name.slice(0, -EXTENSION.length), () => openEntry(file, entry));
  }
  return arrays;
}

async function openEntry(file: DataFile, entry: ZipEntry): Promise<StoredArray> {
  const where = `${file.name}, ${entry.name}`;
  const { method, offset, packedSize: length, size } = entry;
  if ((method !== 0 && method !== 8) || (method === 0 && size !== length)) {
    throw damaged('files stored whole, or deflated', where);
  }
  const start = zipDataStart(await file.read(offset, offset + LOCAL_HEADER_SIZE), offset);
  if (start === undefined) throw damaged(`a file at ${offset}`, where);
  const unpack = method === 8 ? ('deflate' as const) : undefined;
  return readStoredArray(() => checked(file.chunks({ start, length, unpack, where }), entry, where), {
    format: 'npy',
    where,
    available: size,
  });
}

/** The same bytes; at their end their number and CRC are held against the directory. */
async function* checked(
  chunks: AsyncIterable<Uint8Array>,
  { size, crc }: ZipEntry,
  where: string,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  let sum = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (length !== size || sum !== crc) throw damaged(`${size} bytes and the CRC of the directory`, where);
}

function damaged(expected: string, where: string): FormatError {
  const hint = 'the archive is truncated, corrupt or of a kind that is not read';
  return new FormatError({ what: '.npz archive', expected, got: 'none', where, hint });
}
