import { ConfigurationError, FormatError } from '../errors/index.js';
import { describeBytes, isGzip, isPng } from '../formats/index.js';
import { arraySource, chooseArrays } from './array-source.js';
import { ByteReader } from './byte-reader.js';
import { openCsv } from './csv-table.js';
import type { DataFile } from './data-file.js';
import { isJpeg } from './jpeg-signature.js';
import { openNpz } from './npz-archive.js';
import type { Preprocess } from './preprocess.js';
import type { DataSource, SourceOptions } from './source.js';
import { storedArrayOfFile } from './stored-array.js';
import type { StoredArray } from './stored-array.js';
import { tableSource } from './table-source.js';

/** What the first bytes of a file say. */
export interface FileKind {
  readonly kind: 'npz' | 'npy' | 'idx' | 'csv' | 'parquet' | 'image';
  readonly gzipped: boolean;
}

export interface FileSettings {
  readonly preprocess: Preprocess;
  readonly options: SourceOptions;
  /** The file with the labels of a .npy or IDX file. */
  readonly labelFile: () => Promise<DataFile | undefined>;
}

const HEAD = 512;

/** A data set of one file that is no image, beside one of labels. @throws see `openSource` */
export async function fileSource(
  file: DataFile,
  { kind, gzipped }: FileKind,
  { preprocess, options, labelFile }: FileSettings,
): Promise<DataSource> {
  const { name: where } = file;
  const settings = { preprocess, options };
  if (kind === 'npz') {
    const archive = await openNpz(file);
    const names = chooseArrays(archive, options, where);
    const inputs = await archive.get(names.inputs)!();
    const labels = names.labels === undefined ? undefined : await archive.get(names.labels)!();
    const name = `${where} (${names.inputs}${names.labels === undefined ? '' : `, ${names.labels}`})`;
    return arraySource(inputs, labels, { name, ...settings });
  }
  if (kind === 'csv')
    return tableSource(await openCsv(file, { gzipped, ...options }), { name: where, ...settings });
  if (kind === 'parquet') {
    // Only those who have such a file need what reads it.
    const { openParquet } = await import('./parquet-table.js');
    return tableSource(await openParquet(file), { name: where, ...settings });
  }
  if (kind === 'image') throw notRead(where, 'an image');
  if (options.inputs !== undefined) {
    const got = JSON.stringify(options.inputs);
    throw new ConfigurationError({ what: 'inputs', expected: 'none for a file of one array', got, where });
  }
  const inputs = await storedArrayOfFile(file, { format: kind, gzipped });
  const beside = await labelFile();
  const labels = beside && (await labelsOfFile(beside));
  const name = labels === undefined ? where : `${where} and ${labels.where.replace(/^.*[/\\]/, '')}`;
  return arraySource(inputs, labels, { name, ...settings });
}

async function labelsOfFile(file: DataFile): Promise<StoredArray> {
  const { kind, gzipped } = await kindOf(file);
  if (kind === 'npy' || kind === 'idx') return storedArrayOfFile(file, { format: kind, gzipped });
  throw new FormatError({ what: 'labels', expected: 'a .npy or IDX file', got: kind, where: file.name });
}

/** @throws FormatError when it is nothing that is read. */
export async function kindOf(file: DataFile): Promise<FileKind> {
  const start = await file.read(0, HEAD);
  const gzipped = isGzip(start);
  const head = gzipped ? await unpackedHead(file) : start;
  const kind = kindOfBytes(head, file.name);
  if (kind !== undefined && (!gzipped || ['npy', 'idx', 'csv'].includes(kind))) return { kind, gzipped };
  throw notRead(file.name, describeBytes(head));
}

function notRead(where: string, got: string): FormatError {
  const expected = '.npz, .npy, IDX, CSV, Parquet, PNG or JPEG, or a folder of images per class';
  return new FormatError({ what: 'data set', expected, got, where });
}

function kindOfBytes(head: Uint8Array, path: string): FileKind['kind'] | undefined {
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

async function unpackedHead(file: DataFile): Promise<Uint8Array> {
  const reader = new ByteReader(file.chunks({ unpack: 'gzip' }));
  try {
    return await reader.read(HEAD);
  } finally {
    await reader.close();
  }
}
