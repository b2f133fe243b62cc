import { FileError } from '../errors/index.js';
import { damagedPacking } from './data-file.js';
import type { ChunkOptions, DataFile } from './data-file.js';

const CHUNK = 2 ** 20;

/** A file that a page was given. */
export function blobFile(blob: Blob, name: string): DataFile {
  return {
    name,
    size: blob.size,
    read: (start, end) => readBlob(blob.slice(start, end), name),
    chunks: (options = {}) => blobChunks(blob, name, options),
  };
}

/** @throws FileError, as when the file has changed since it was chosen. */
async function readBlob(blob: Blob, name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    const hint = 'it may have changed since it was chosen: choose it again';
    throw new FileError({ what: `cannot read ${name}`, got, hint, cause });
  }
}

async function* blobChunks(
  blob: Blob,
  name: string,
  { start = 0, length = Infinity, unpack, where = name }: ChunkOptions,
): AsyncGenerator<Uint8Array> {
  const part = blob.slice(start, Math.min(start + length, blob.size));
  if (unpack === undefined) {
    for (let at = 0; at < part.size; at += CHUNK) yield await readBlob(part.slice(at, at + CHUNK), name);
    return;
  }
  const unpacked = part
    .stream()
    .pipeThrough(new DecompressionStream(unpack === 'gzip' ? 'gzip' : 'deflate-raw'));
  // Not every browser iterates over a stream.
  const reader = unpacked.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    throw damagedPacking(cause, where);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
