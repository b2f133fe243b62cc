import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError, makeFolder } from '../files/index.js';
import { notify } from './supervision.js';

/** A file that is written piece by piece and is there under its name once it is finished, whole. */
export interface AtomicFile extends AsyncDisposable {
  /** @throws FileError */
  write(bytes: Uint8Array): Promise<void>;
  /** @throws FileError */
  finish(): Promise<void>;
}

/** Opens it under another name in the same folder. @throws FileError */
export async function openAtomicFile(path: string): Promise<AtomicFile> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path).slice(0, 50)}.${randomUUID()}.tmp`);
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw await fileError(error, path, 'write');
    }
  };
  const file = await guarded(async () => {
    await makeFolder(folder);
    notify({ temporary });
    return open(temporary, 'wx');
  });
  let [isClosed, isFinished] = [false, false];
  return {
    write: (bytes) => guarded(() => file.writeFile(bytes)),
    finish: () =>
      guarded(async () => {
        await file.sync();
        await file.close();
        isClosed = true;
        await rename(temporary, path);
        isFinished = true;
      }),
    async [Symbol.asyncDispose]() {
      if (!isClosed) await file.close();
      if (!isFinished) await rm(temporary, { force: true });
    },
  };
}
