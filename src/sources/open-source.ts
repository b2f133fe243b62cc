import { open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigurationError, FormatError } from '../errors/index.js';
import { fileError } from '../files/index.js';
import { describeBytes, isGzip, isPng } from '../formats/index.js';
import { arraySource, chooseArrays, labelNames } from './array-source.js';
import { ByteReader } from './byte-reader.js';
import { openCsv } from './csv-table.js';
import { fileChunks } from './file-chunks.js';
import { imageFileSource, imageFolderSource } from './image-folder.js';
import { isJpeg } from './jpeg.js';
import { openNpz } from './npz-archive.js';
import { openParquet } from './parquet-table.js';
import { parsePreprocess } from './preprocess.js';
import type { Preprocess } from './preprocess.js';
import { readPreprocess } from './read-preprocess.js';
import type { DataSource, SourceOptions } from './source.js';
import { storedArrayOfFile } from './stored-array.js';
import type { StoredArray } from './stored-array.js';
import { tableSource } from './table-source.js';

type Kind = 'npz' | 'npy' | 'idx' | 'csv' | 'parquet' | 'image';

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
  const { kind, gzipped } = await kindOf(path);
  switch (kind) {
    case 'npz': {
      const archive = await openNpz(path);
      const names = chooseArrays(archive, options, path);
      const inputs = await archive.get(names.inputs)!();
      const labels = names.labels === undefined ? undefined : await archive.get(names.labels)!();
      const name = `${path} (${names.inputs}${names.labels === undefined ? '' : `, ${names.labels}`})`;
      return arraySource(inputs, labels, { name, ...settings });
    }
    case 'npy':
    case 'idx': {
      if (options.inputs !== undefined) {
        const got = JSON.stringify(options.inputs);
        throw new ConfigurationError({
          what: 'inputs',
          expected: 'none for a file of one array',
          got,
          where: path,
        });
      }
      const inputs = await storedArrayOfFile(path, { format: kind, gzipped });
      const labels = await labelsBeside(path, options.labels);
      const name = labels === undefined ? path : `${path} and ${basename(labels.where)}`;
      return arraySource(inputs, labels, { name, ...settings });
    }
    case 'csv':
      return tableSource(await openCsv(path, { gzipped, ...options }), { name: path, ...settings });
    case 'parquet':
      return tableSource(await openParquet(path), { name: path, ...settings });
    case 'image':
      return imageFileSource(path, { name: path, ...settings });
  }
}

async function preprocessOf(given: SourceOptions['preprocess']): Promise<Preprocess> {
  return typeof given === 'string' ? readPreprocess(given) : parsePreprocess(given ?? {});
}

function checkClasses(classes: SourceOptions['classes']): void {
  if (classes === undefined) return;
  const isCount = typeof classes === 'number' && Number.isInteger(classes) && classes >= 1;
  const isList =
    typeof classes !== 'number' && classes.length > 0 && new Set(classes).size === classes.length;
  if (isCount || isList) return;
  throw new ConfigurationError({
    what: 'classes',
    expected: 'how many there are, or their names, each once',
    got: JSON.stringify(classes).slice(0, 100),
  });
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw await fileError(error, path, 'read');
  }
}

async function kindOf(path: string): Promise<{ kind: Kind; gzipped: boolean }> {
  const start = await firstBytes(path);
  const gzipped = isGzip(start);
  const head = gzipped ? await firstBytesUnpacked(path) : start;
  const kind = kindOfBytes(head, path);
  if (kind !== undefined && (!gzipped || ['npy', 'idx', 'csv'].includes(kind))) return { kind, gzipped };
  throw new FormatError({
    what: 'data set',
    expected: '.npz, .npy, IDX, CSV, Parquet, PNG or JPEG, or a folder of images per class',
    got: describeBytes(head),
    where: path,
  });
}

function kindOfBytes(head: Uint8Array, path: string): Kind | undefined {
  const text = String.fromCharCode(...head.subarray(0, 6));
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return 'npz';
  if (text === '\x93NUMPY') return 'npy';
  if (text.startsWith('PAR1')) return 'parquet';
  if (isPng(head) || isJpeg(head)) return 'image';
  if (head[0] === 0 && head[1] === 0 && head.length >= 4) return 'idx';
  // A text has no zero bytes; what is named as a table is read as one, so that the messages are about it.
  if (/\.(csv|tsv|txt)(\.gz)?$/i.test(path)) return 'csv';
  const isText = head.length > 0 && head.every((byte) => byte >= 32 || [9, 10, 13].includes(byte));
  return isText && !['{', '<'].includes(text.charAt(0)) ? 'csv' : undefined;
}

async function firstBytes(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(512), 0, 512, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw await fileError(error, path, 'read');
  }
}

async function firstBytesUnpacked(path: string): Promise<Uint8Array> {
  const reader = new ByteReader(fileChunks(path, { unpack: 'gzip' }));
  try {
    return await reader.read(512);
  } finally {
    await reader.close();
  }
}

/** The labels that are named, or that lie beside the inputs under a name that goes with theirs. */
async function labelsBeside(path: string, labels: SourceOptions['labels']): Promise<StoredArray | undefined> {
  if (labels === false) return undefined;
  if (labels !== undefined) return labelFile(labels);
  for (const name of labelNames(basename(path))) {
    for (const candidate of [name, name.replace(/\.gz$/, ''), `${name}.gz`]) {
      const beside = join(dirname(path), candidate);
      const isFile = await stat(beside).then(
        (entry) => entry.isFile(),
        () => false,
      );
      if (isFile) return labelFile(beside);
    }
  }
  return undefined;
}

async function labelFile(path: string): Promise<StoredArray> {
  const { kind, gzipped } = await kindOf(path);
  if (kind === 'npy' || kind === 'idx') return storedArrayOfFile(path, { format: kind, gzipped });
  throw new FormatError({ what: 'labels', expected: 'a .npy or IDX file', got: kind, where: path });
}
