import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FileError } from '../../errors/index.js';
import { cacheFolder } from '../../files/index.js';

/**
 * The path of a file with these bytes, for a reader that takes paths only. It is one file for all processes, named by its
 * content: in the cache folder, or, where that cannot be written to, in the folder for temporary files. So there is nothing to
 * remove when a process ends, however it ends.
 * @throws FileError where neither can be written to.
 */
export function cachedFont(name: string, bytes: Uint8Array): string {
  const file = `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}-${name}`;
  const inCache = join(cacheFolder(), 'fonts', file);
  const elsewhere = join(tmpdir(), `credence-font-${file}`);
  try {
    return kept(inCache, bytes);
  } catch {
    try {
      return kept(elsewhere, bytes);
    } catch (cause) {
      throw new FileError({
        what: `cannot write ${inCache} or ${elsewhere}`,
        got: cause instanceof Error ? cause.message : String(cause),
        hint: 'name a folder that can be written to (CREDENCE_CACHE)',
        cause,
      });
    }
  }
}

/** Drawing is not asynchronous, `writeFileAtomic` is. */
function kept(path: string, bytes: Uint8Array): string {
  if (holds(path, bytes)) return path;
  makeFolder(dirname(path));
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    writeFileSync(temporary, bytes, { flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    // Windows replaces no file that another process has open: that one was faster.
    if (!holds(path, bytes)) throw error;
  }
  return path;
}

/** Whether it is there, and whole: a disk may have failed. */
function holds(path: string, bytes: Uint8Array): boolean {
  return existsSync(path) && readFileSync(path).equals(bytes);
}

/** Node's own recursive mkdir never returns where a parent takes no children, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process was faster.
    if (!existsSync(path)) throw error;
  }
}
