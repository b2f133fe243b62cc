import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FileError } from '../errors/index.js';
import { cacheFolder, fileError } from '../files/index.js';
import type { IdxSet, IdxSplit } from './catalogue.js';
import { holdsIdxSplit, readIdxSplit } from './idx-folder.js';
import type { ReadSplit } from './idx-folder.js';

/** A folder that may have a set. */
export interface Place {
  readonly folder: string;
  /** Its name in `ImageSet.source`. */
  readonly source: string;
  /** Whether there are files of the split. */
  holds(split: IdxSplit): Promise<boolean>;
  /** The split; undefined when it is not there. */
  read(split: IdxSplit): Promise<ReadSplit | undefined>;
}

/** A folder with the set's IDX files; `isShared`: or another set's. */
export function idxPlace(set: IdxSet, folder: string, source: string, isShared = false): Place {
  return {
    folder,
    source,
    holds: (split) => holdsIdxSplit(set, split, { folder, isShared }),
    read: (split) => readIdxSplit(set, split, { folder, isShared }),
  };
}

/**
 * The folders of `data` that may have the set, the most specific first: named after it, torchvision's, itself.
 * @throws FileError when `data` is no folder.
 */
export async function dataPlaces(set: IdxSet, data: string | undefined): Promise<readonly Place[]> {
  if (data === undefined) return [];
  try {
    if (!(await stat(data)).isDirectory()) {
      throw new FileError({ what: 'data', expected: 'a folder', got: 'a file', where: data });
    }
  } catch (error) {
    throw await fileError(error, data, 'read');
  }
  const folders = [join(data, set.name), join(data, set.folder), join(data, dirname(set.folder)), data];
  return folders.map((folder) => idxPlace(set, folder, `folder ${folder}`, folder === data));
}

export function cachePlace(set: IdxSet, cache: string = cacheFolder()): Place {
  return idxPlace(set, join(cache, set.name), `cached copy of ${set.homes[0]}`);
}
