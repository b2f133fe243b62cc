import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CredenceError, DataError, FileError } from '../errors/index.js';
import { readFileBytes, sha256 } from '../files/index.js';
import { decodeIdx, gunzip, isGzip } from '../formats/index.js';
import type { Tensor } from '../tensor/index.js';
import { setOfDigest } from './catalogue.js';
import type { IdxFile, IdxSet, IdxSplit } from './catalogue.js';
import { imageSplit } from './image-set.js';
import type { Split } from './image-set.js';

/** A split that was read, and the digests of its files' contents. */
export interface ReadSplit {
  readonly split: Split;
  readonly sha256: Readonly<Record<string, string>>;
}

interface Content {
  readonly path: string;
  readonly value: Tensor;
  readonly sha256: string;
  /** Whether it is the published file, by its digest. */
  readonly isGenuine: boolean;
  /** The set that publishes this content, as whichever file; undefined where no set is known to. */
  readonly owner: IdxSet | undefined;
}

/** A folder with files of the IDX format. */
export interface IdxFolder {
  readonly folder: string;
  /** Whether it may have another set's files, which have the same names, so that they are passed over. */
  readonly isShared: boolean;
}

/** Whether a folder has a file of the split; a damaged one counts. */
export async function holdsIdxSplit(
  set: IdxSet,
  { images, labels }: IdxSplit,
  { folder, isShared }: IdxFolder,
): Promise<boolean> {
  try {
    // The labels are the smaller file.
    const found = (await readContent(labels, folder)) ?? (await readContent(images, folder));
    return found !== undefined && !(isShared && isForeign(set, found));
  } catch (error) {
    if (error instanceof CredenceError) return true;
    throw error;
  }
}

/**
 * The split in a folder; undefined when the folder has neither of its two files, or is shared and they are another set's.
 *
 * @throws FileError when one of the two is missing, FormatError when one is no IDX file, DataError when they do not fit
 * each other or are not those of the set, by SHA-256 (by their count, where that is not known).
 */
export async function readIdxSplit(
  set: IdxSet,
  split: IdxSplit,
  { folder, isShared }: IdxFolder,
): Promise<ReadSplit | undefined> {
  const { count, images, labels } = split;
  const imagesFile = await readContent(images, folder);
  const labelsFile = await readContent(labels, folder);
  const found = imagesFile ?? labelsFile;
  if (found === undefined || (isShared && isForeign(set, found))) return undefined;
  if (imagesFile === undefined || labelsFile === undefined) {
    throw new FileError({
      what: `${set.title}: ${(imagesFile === undefined ? images : labels).name}`,
      expected: `a file beside ${found.path}`,
      got: 'none',
      hint: 'images and labels belong together: put both into the folder',
    });
  }
  const where = `${imagesFile.path} and ${labelsFile.path}`;
  const read = imageSplit(imagesFile.value, labelsFile.value, { classes: set.classes.length, where });
  for (const [file, content] of [
    [images, imagesFile],
    [labels, labelsFile],
  ] as const) {
    if (content.isGenuine) continue;
    if (file.sha256 === undefined && content.owner === undefined && content.value.shape[0] === count)
      continue;
    throw new DataError({
      what: `${set.title}: ${file.name}`,
      expected: `SHA-256 ${file.sha256 ?? file.published.sha256}${file.sha256 === undefined ? ' as .gz' : ''}`,
      got: `${content.sha256} (${content.owner?.title ?? `shape (${content.value.shape.join(', ')})`})`,
      where: content.path,
      hint: 'replace the file by the published one; data of your own are read with decodeIdx',
    });
  }
  return { split: read, sha256: { [images.name]: imagesFile.sha256, [labels.name]: labelsFile.sha256 } };
}

function isForeign(set: IdxSet, { owner }: Content): boolean {
  return owner !== undefined && owner !== set;
}

async function readContent(file: IdxFile, folder: string): Promise<Content | undefined> {
  const path = await findIdxFile(folder, file);
  if (path === undefined) return undefined;
  const bytes = await readFileBytes(path);
  const content = isGzip(bytes) ? gunzip(bytes, { where: path }) : bytes;
  const value = decodeIdx(content, { where: path });
  const digest = sha256(content);
  const packed = content === bytes ? undefined : sha256(bytes);
  const isGenuine = digest === file.sha256 || packed === file.published.sha256;
  const owner = setOfDigest(digest) ?? (packed === undefined ? undefined : setOfDigest(packed));
  return { path, value, sha256: digest, isGenuine, owner };
}

/** The file of this name in a folder: plain or gzipped, with the dot that some archives have instead of a dash. */
async function findIdxFile(folder: string, { name }: IdxFile): Promise<string | undefined> {
  for (const base of [name, name.replace('-idx', '.idx')]) {
    for (const candidate of [base, `${base}.gz`]) {
      const path = join(folder, candidate);
      const isFile = await stat(path).then(
        (entry) => entry.isFile(),
        () => false,
      );
      if (isFile) return path;
    }
  }
  return undefined;
}
