import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { FormatError } from '../errors/index.js';
import { fileError } from '../files/index.js';
import {
  crc32,
  findZipDirectory,
  LOCAL_HEADER_SIZE,
  readZipDirectory,
  ZIP_TAIL,
  zipDataStart,
} from '../formats/index.js';
import type { ZipEntry } from '../formats/index.js';
import { fileChunks } from './file-chunks.js';
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
export async function openNpz(path: string): Promise<NpzArchive> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    throw await fileError(error, path, 'read');
  }
  try {
    const { size } = await file.stat();
    const tail = await readAt(file, Math.max(0, size - ZIP_TAIL), Math.min(size, ZIP_TAIL));
    const { start, end, count } = findZipDirectory(tail, size, path);
    if (end - start > LARGEST_DIRECTORY)
      throw damaged(`a directory of at most ${LARGEST_DIRECTORY} bytes`, path);
    const entries = readZipDirectory(await readAt(file, start, end - start), count, path);
    const arrays = new Map<string, () => Promise<StoredArray>>();
    for (const entry of entries) {
      if (!entry.name.endsWith(EXTENSION)) continue;
      if (entry.offset + entry.packedSize > size) throw damaged(`files within its ${size} bytes`, path);
      arrays.set(entry.name.slice(0, -EXTENSION.length), () => openEntry(path, entry));
    }
    return arrays;
  } catch (error) {
    throw await fileError(error, path, 'read');
  } finally {
    await file.close();
  }
}

async function openEntry(path: string, entry: ZipEntry): Promise<StoredArray> {
  const where = `${path}, ${entry.name}`;
  const { method, offset, packedSize: length, size } = entry;
  if ((method !== 0 && method !== 8) || (method === 0 && size !== length)) {
    throw damaged('files stored whole, or deflated', where);
  }
  const header: number[] = [];
  for await (const chunk of fileChunks(path, { start: offset, length: LOCAL_HEADER_SIZE }))
    header.push(...chunk);
  const start = zipDataStart(Uint8Array.from(header), offset);
  if (start === undefined) throw damaged(`a file at ${offset}`, where);
  const unpack = method === 8 ? ('deflate' as const) : undefined;
  return readStoredArray(() => checked(fileChunks(path, { start, length, unpack, where }), entry, where), {
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

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function damaged(expected: string, where: string): FormatError {
  const hint = 'the archive is truncated, corrupt or of a kind that is not read';
  return new FormatError({ what: '.npz archive', expected, got: 'none', where, hint });
}
