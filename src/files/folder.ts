import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileError } from './file-error.js';

/**
 * Makes a folder and its missing parents. Node's own recursive mkdir never returns where a parent exists and takes no children
 *, as in /proc; this one makes each level once. Throws the operating system's error.
 */
export async function makeFolder(path: string): Promise<void> {
  const missing: string[] = [];
  let folder = resolve(path);
  while (!(await exists(folder))) {
    missing.push(folder);
    const parent = dirname(folder);
    if (parent === folder) break;
    folder = parent;
  }
  for (const each of missing.toReversed()) {
    await mkdir(each).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster.
      if (error.code !== 'EEXIST') throw error;
    });
  }
  // What is there may be a file.
  if (missing.length === 0 && !(await stat(path)).isDirectory()) {
    throw Object.assign(new Error(`${path} is no folder`), { code: 'ENOTDIR' });
  }
}

/** Makes sure that a folder is there and can be written to. @throws FileError */
export async function outputFolder(path: string): Promise<void> {
  try {
    await makeFolder(path);
    // Before minutes of work rather than after them.
    await access(path, constants.W_OK);
  } catch (error) {
    throw await fileError(error, path, 'write');
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
