import { open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { DownloadError, InterruptedError } from '../errors/index.js';
import { fileError } from './file-error.js';
import { makeFolder } from './folder.js';
import { sha256OfFile } from './hash.js';
import { HomeError, httpGet } from './http.js';
import { claimPart, releasePart, sizeOf } from './part.js';

/** A file that is to be had at any of several places. */
export interface RemoteFile {
  readonly name: string;
  /** URLs of the folders that have it, ended by '/', the best first. */
  readonly homes: readonly string[];
  /** Of the file, in hexadecimal digits. */
  readonly sha256: string;
  /** The length of the file. */
  readonly bytes: number;
}

export interface DownloadProgress {
  readonly name: string;
  readonly home: string;
  /** Bytes that are there, those of an earlier attempt included. */
  readonly received: number;
  readonly total: number;
}

export interface DownloadOptions {
  /** Where the file goes; made if it is not there. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Milliseconds without a byte after which a home is given up (20,000). */
  readonly stallTimeout?: number | undefined;
}

/**
 * The path of the file in the folder, fetched if it is not there with its SHA-256. The homes are tried in order. What a
 * broken attempt left (`name.part`) is resumed where the server can, whichever home it came from, and nothing gets its
 * final name before its SHA-256 was checked.
 *
 * @throws DownloadError with each home's reason, FileError when the folder cannot be written, InterruptedError when the
 * signal says so (what was fetched stays for the next attempt).
 */
export async function fetchFile(file: RemoteFile, options: DownloadOptions): Promise<string> {
  const { folder, signal } = options;
  const path = join(folder, file.name);
  if ((await sizeOf(path)) === file.bytes && (await sha256OfFile(path)) === file.sha256) return path;
  await onDisk(folder, makeFolder(folder));
  const part = await onDisk(folder, claimPart(folder, file.name));
  try {
    const failures: string[] = [];
    for (const home of file.homes) {
      try {
        await fetchFrom(home, part, file, options);
        await onDisk(path, rename(part, path));
        return path;
      } catch (error) {
        if (signal?.aborted === true) throw interrupted(file.name, await sizeOf(part), error);
        if (!(error instanceof HomeError)) throw error;
        failures.push(`${home} (${error.message})`);
      }
    }
    throw new DownloadError({
      what: `cannot download ${file.name}`,
      got: failures.length === 0 ? 'no home to fetch it from' : failures.join(', '),
      hint: 'try again later, or fetch the file by other means and pass its folder (data)',
    });
  } finally {
    await releasePart(part, folder, file.name);
  }
}

/** Completes the part from one home and checks it. */
async function fetchFrom(
  home: string,
  part: string,
  file: RemoteFile,
  options: DownloadOptions,
): Promise<void> {
  const handle = await onDisk(part, open(part, 'a'));
  try {
    for (let resumed = true; resumed;) {
      const { size } = await onDisk(part, handle.stat());
      if (size > file.bytes) await onDisk(part, handle.truncate());
      const start = size > file.bytes ? 0 : size;
      if (start < file.bytes) await append({ handle, part, start }, home, file, options);
      const sha256 = await sha256OfFile(part);
      if (sha256 === file.sha256) {
        await onDisk(part, handle.sync());
        return;
      }
      await onDisk(part, handle.truncate());
      // A part may be damaged, or stem from another file: then once more, from the start.
      resumed = start > 0;
      if (!resumed) throw new HomeError(`SHA-256 ${sha256} instead of ${file.sha256}`);
    }
  } finally {
    await handle.close();
  }
}

/** Fetches the bytes from `start` on, or all of them from a server that does not know parts. */
async function append(
  to: { readonly handle: FileHandle; readonly part: string; readonly start: number },
  home: string,
  file: RemoteFile,
  options: DownloadOptions,
): Promise<void> {
  const { handle, part, start } = to;
  const { name, bytes } = file;
  const { signal, onProgress, stallTimeout = 20_000 } = options;
  signal?.throwIfAborted();
  if (!URL.canParse(name, home)) throw new HomeError('not a URL');
  const headers: Record<string, string> = { 'user-agent': 'credence', 'accept-encoding': 'identity' };
  if (start > 0) headers['range'] = `bytes=${start}-`;
  const answer = await httpGet(new URL(name, home), { headers, signal, stallTimeout });
  try {
    let received = start;
    if (answer.status === 200 || (answer.status === 416 && start > 0)) {
      await onDisk(part, handle.truncate());
      received = 0;
    }
    if (answer.status === 416 && start > 0) return await append({ ...to, start: 0 }, home, file, options);
    const { 'content-range': range, 'content-length': length } = answer.headers;
    if (answer.status !== 200 && !(answer.status === 206 && isRange(range, start, bytes))) {
      throw new HomeError(`HTTP ${answer.status}${answer.status === 206 ? ` for ${range}` : ''}`);
    }
    const offered = length === undefined ? bytes : received + Number(length);
    if (offered !== bytes) throw new HomeError(`${offered} bytes instead of ${bytes}`);
    for await (const chunk of answer.body) {
      received += chunk.length;
      if (received > bytes) throw new HomeError(`more than ${bytes} bytes`);
      await onDisk(part, handle.writeFile(chunk));
      onProgress?.({ name, home, received, total: bytes });
    }
    if (received < bytes) throw new HomeError(`only ${received} of ${bytes} bytes`);
  } finally {
    answer.close();
  }
}

async function onDisk<T>(path: string, action: Promise<T>): Promise<T> {
  try {
    return await action;
  } catch (error) {
    throw await fileError(error, path, 'write');
  }
}

/** Whether a Content-Range says that the bytes begin at `start` of a file of `bytes`. */
function isRange(header: string | undefined, start: number, bytes: number): boolean {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header ?? '');
  return match !== null && Number(match[1]) === start && (match[3] === '*' || Number(match[3]) === bytes);
}

function interrupted(name: string, received: number, cause: unknown): InterruptedError {
  return new InterruptedError({
    what: `the download of ${name} was stopped`,
    hint: `${received} bytes are kept: run it again to go on`,
    cause,
  });
}
