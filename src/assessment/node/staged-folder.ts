import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileError, outputFolder } from '../../files/index.js';

/** New files of a folder, which are in it all at once or not at all. */
export interface StagedFolder extends AsyncDisposable {
  /** Where they are written until then. */
  readonly stage: string;
  /** Puts them into their places, without a turn of the event loop in between. @throws FileError */
  commit(): Promise<void>;
}

/**
 * Stages files for a folder, which is there as long as it was, or once they are.
 * @param onStage told of where they are, which has no business to stay.
 * @throws FileError where it could not be written to.
 */
export async function stageFolder(
  folder: string,
  onStage: (path: string) => void = () => undefined,
): Promise<StagedFolder> {
  const isNew = !existsSync(folder);
  // Before minutes of work rather than after them.
  await outputFolder(folder);
  if (isNew) await rmdir(folder);
  // Of the same file system, so that a file is moved without a copy.
  const stage = join(isNew ? dirname(resolve(folder)) : folder, `.${randomUUID()}.tmp`);
  onStage(stage);
  return {
    stage,
    async commit() {
      try {
        for (const entry of readdirSync(stage, { recursive: true, withFileTypes: true })) {
          if (!entry.isFile()) continue;
          const from = join(entry.parentPath, entry.name);
          const to = join(folder, from.slice(stage.length));
          mkdirSync(dirname(to), { recursive: true });
          renameSync(from, to);
        }
      } catch (error) {
        throw await fileError(error, folder, 'write');
      }
    },
    async [Symbol.asyncDispose]() {
      await rm(stage, { recursive: true, force: true });
    },
  };
}
