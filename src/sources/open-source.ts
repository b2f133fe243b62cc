import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError } from '../files/index.js';
import { labelNames } from './array-source.js';
import type { DataFile } from './data-file.js';
import { diskFile } from './disk-file.js';
import { fileSource, kindOf } from './file-source.js';
import { imageFileSource, imageFolderSource } from './image-folder.js';
import { checkClasses } from './labels.js';
import { parsePreprocess } from './preprocess.js';
import type { Preprocess } from './preprocess.js';
import { readPreprocess } from './read-preprocess.js';
import type { DataSource, SourceOptions } from './source.js';

/**
 * Opens a data set of the user's: .npz; .npy or IDX with a file of labels beside it; CSV; Parquet; a folder of images (PNG,
 * JPEG) per class, or of images alone. What a file is, its first bytes say; IDX and CSV may be gzipped. The
 * file is read as its batches are asked for, and holds of memory:
 *
 * | kind | memory |
 * |---|---|
 * | .npz, .npy, IDX | a batch (an array in Fortran order: all of it) |
 * | CSV | a batch and 1 MiB; labels that are names are read once before, for the classes |
 * | Parquet | a row group, the columns used |
 * | images | a batch and one image |
 *
 * @throws FileError, FormatError, DataError, ShapeError, ConfigurationError: see `SourceOptions`.
 */
export async function openSource(path: string, options: SourceOptions = {}): Promise<DataSource> {
  const preprocess = await preprocessOf(options.preprocess);
  checkClasses(options.classes);
  const settings = { preprocess, options };
  if (await isFolder(path)) return imageFolderSource(path, { name: path, ...settings });
  const file = await diskFile(path);
  const kind = await kindOf(file);
  if (kind.kind === 'image') return imageFileSource(path, { name: path, ...settings });
  return fileSource(file, kind, { ...settings, labelFile: () => labelsBeside(path, options.labels) });
}

async function preprocessOf(given: SourceOptions['preprocess']): Promise<Preprocess> {
  return typeof given === 'string' ? readPreprocess(given) : parsePreprocess(given ?? {});
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw await fileError(error, path, 'read');
  }
}

/** The labels that are named, or that lie beside the inputs under a name that goes with theirs. */
async function labelsBeside(path: string, labels: SourceOptions['labels']): Promise<DataFile | undefined> {
  if (labels === false) return undefined;
  if (labels !== undefined) return diskFile(labels);
  for (const name of labelNames(basename(path))) {
    for (const candidate of [name, name.replace(/\.gz$/, ''), `${name}.gz`]) {
      const beside = join(dirname(path), candidate);
      const isFile = await stat(beside).then(
        (entry) => entry.isFile(),
        () => false,
      );
      if (isFile) return diskFile(beside);
    }
  }
  return undefined;
}
