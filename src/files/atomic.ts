import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError } from './file-error.js';
import { makeFolder } from './folder.js';

/**
 * Writes a file so that whoever reads `path`, now or after a crash, finds the old content or the new, never a part:
 * into a temporary file of the same folder, synced, then renamed. Text is UTF-8; missing parent folders are made.
 * @throws FileError; then the temporary file is gone and `path` is as it was.
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path).slice(0, 50)}.${randomUUID()}.tmp`);
  try {
    await makeFolder(folder);
    try {
      const file = await open(temporary, 'wx');
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    throw await fileError(error, path, 'write');
  }
  await syncFolder(folder);
}

/**
 * The content of a file.
 * @throws FileError that says what is in the way: for a missing file, which one may have been meant.
 */
export async function readFileBytes(path: string): Promise<Uint8Array> {
  try {
    const { buffer, byteOffset, length } = await readFile(path);
    return new Uint8Array(buffer, byteOffset, length);
  } catch (error) {
    throw await fileError(error, path, 'read');
  }
}

/** Makes the rename itself last; some file systems, and Windows, cannot, and then it is not needed. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The content is safe already.
  }
}
