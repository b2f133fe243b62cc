import { readdir } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { CredenceError, FileError, didYouMean } from '../errors/index.js';

/** What failed, in words, and the way out, by the code of the operating system. */
const REASONS: Readonly<Record<string, readonly [got: string, hint: string]>> = {
  EACCES: ['no permission', 'change its permissions or choose another place'],
  EPERM: ['no permission', 'change its permissions or choose another place'],
  EROFS: ['a file system that is read-only', 'choose another place'],
  EISDIR: ['a folder', 'name a file'],
  ENOTDIR: ['a path through something that is no folder', 'check the path'],
  ENOTEMPTY: ['a folder that is not empty', 'name a file'],
  EEXIST: ['something in the way', 'choose another name'],
  ENOSPC: ['a full disk', 'free some space or choose another place'],
  EDQUOT: ['a disk quota that is used up', 'free some space or choose another place'],
  EFBIG: ['a file larger than the file system or a limit allows', 'choose another place'],
  EMFILE: ['too many open files', 'raise the limit (ulimit -n)'],
  ENFILE: ['too many open files', 'close other programs'],
  ENAMETOOLONG: ['a name that is too long', 'choose a shorter one'],
  ELOOP: ['links that lead in a circle', 'check the links of the path'],
  EBUSY: ['a file that another program holds', 'close that program'],
  ETXTBSY: ['a program that is running', 'choose another name'],
  EIO: ['a failure of the disk', 'check the disk'],
  ERR_FS_FILE_TOO_LARGE: ['a file of 2 GiB or more', 'split it'],
};

/**
 * What the operating system reported, as a FileError that says what to do. A file that is not there is looked for among
 * its neighbours; an error of Credence is handed through.
 */
export async function fileError(
  cause: unknown,
  path: string,
  action: 'read' | 'write',
): Promise<CredenceError> {
  if (cause instanceof CredenceError) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const what = `cannot ${action} ${path}`;
  if (code === 'ENOENT')
    return new FileError({ what, got: 'no such file or folder', hint: await nearest(path), cause });
  const [got, hint] = REASONS[code] ?? [cause instanceof Error ? cause.message : String(cause), undefined];
  return new FileError({ what, got, cause, ...(hint === undefined ? {} : { hint }) });
}

/** The first part of the path that is missing, and what may have been meant. */
async function nearest(path: string): Promise<string> {
  let missing = resolve(path);
  for (;;) {
    const folder = dirname(missing);
    let siblings: readonly string[];
    try {
      siblings = await readdir(folder);
    } catch {
      if (folder === missing) return 'check the path';
      missing = folder;
      continue;
    }
    if (siblings.includes(basename(missing))) return `${missing} is a link to something that is gone`;
    const meant = didYouMean(basename(missing), siblings);
    if (meant !== undefined) return `did you mean '${meant}' in ${folder}?`;
    return `there is no '${basename(missing)}' in ${folder}: check the path`;
  }
}
