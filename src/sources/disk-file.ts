import { open, stat } from 'node:fs/promises';
import { fileError } from '../files/index.js';
import type { DataFile } from './data-file.js';
import { fileChunks } from './file-chunks.js';

/** A file of the disk. @throws FileError when there is none. */
export async function diskFile(path: string): Promise<DataFile> {
  let size: number;
  try {
    ({ size } = await stat(path));
  } catch (error) {
    throw await fileError(error, path, 'read');
  }
  return {
    name: path,
    size,
    read: (start, end) => readAt(path, start, end - start),
    chunks: (options) => fileChunks(path, options),
  };
}

async function readAt(path: string, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const file = await open(path, 'r');
    try {
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw await fileError(error, path, 'read');
  }
}
