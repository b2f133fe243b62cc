import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip, createInflateRaw } from 'node:zlib';
import { fileError } from '../files/index.js';
import { damagedPacking } from './data-file.js';
import type { ChunkOptions } from './data-file.js';

const CHUNK = 2 ** 20;

/**
 * The bytes of a file, or of a part, in order and in pieces, unpacked on the way.
 * @throws FileError when it cannot be read; FormatError when what is packed is damaged.
 */
export async function* fileChunks(
  path: string,
  { start = 0, length = Infinity, unpack, where = path }: ChunkOptions = {},
): AsyncGenerator<Uint8Array> {
  if (length === 0) return;
  const file = createReadStream(path, { start, end: start + length - 1, highWaterMark: CHUNK });
  const unpacker =
    unpack === 'gzip' ? createGunzip({ chunkSize: CHUNK }) : createInflateRaw({ chunkSize: CHUNK });
  // The iteration throws what the pipeline reports.
  const stream = unpack === undefined ? file : pipeline(file, unpacker, () => undefined);
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!code.startsWith('Z_')) throw await fileError(error, path, 'read');
    throw damagedPacking(error, where);
  }
}
