import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The partly fetched `name.part` of a folder, taken over under a name of this process's own, so that two processes that
 * fetch the same file do not write into one. What a killed process left is taken over too. Nothing may be there yet.
 */
export async function claimPart(folder: string, name: string): Promise<string> {
  const own = join(folder, `${name}.${process.pid}-${randomBytes(4).toString('hex')}.part`);
  let claimed = false;
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(`${name}.`) || !entry.endsWith('.part')) continue;
    const owner = /^(\d+)-[0-9a-f]{8}\.part$/.exec(entry.slice(name.length + 1))?.[1];
    if (owner === undefined ? entry !== `${name}.part` : isRunning(Number(owner))) continue;
    const left = join(folder, entry);
    // Another process may be quicker, at either.
    if (claimed) await rm(left, { force: true });
    else claimed = await succeeds(rename(left, own));
  }
  return own;
}

/** Gives a part back for a later attempt; an empty one is removed. */
export async function releasePart(own: string, folder: string, name: string): Promise<void> {
  if ((await sizeOf(own)) > 0) await succeeds(rename(own, join(folder, `${name}.part`)));
  else await rm(own, { force: true });
}

/** Bytes of a file, 0 when there is none. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function succeeds(action: Promise<void>): Promise<boolean> {
  try {
    await action;
    return true;
  } catch {
    return false;
  }
}
