import { ConfigurationError, DataError } from '../errors/index.js';
import { labelNames } from './array-source.js';
import { blobFile } from './blob-file.js';
import type { DataFile } from './data-file.js';
import { fileSource, kindOf } from './file-source.js';
import {
  imageFilesSource,
  isHidden,
  isImageName,
  labelledImages,
  refuseArrayOptions,
} from './image-files.js';
import { decodeJpeg } from './jpeg.web.js';
import { checkClasses } from './labels.js';
import { parsePreprocess } from './preprocess.js';
import type { Preprocess } from './preprocess.js';
import type { DataSource, SourceOptions } from './source.js';

/** A file that a page was given, and where it lay: `cats/1.png` of a folder that was dropped. */
export interface GivenFile {
  readonly path: string;
  readonly blob: Blob;
}

/** As for files of the disk, where the preprocessing is a value. */
export type FileSourceOptions = Omit<SourceOptions, 'preprocess'> & { readonly preprocess?: Preprocess };

/**
 * A data set of files that a page was given, read as `openSource` of sources/node reads those of the disk, piece by piece: one
 * .npz, CSV or Parquet file; one .npy or IDX file with its labels beside it; images (PNG, JPEG), whose
 * folder is their class where they lie in several.
 * @throws FileError, FormatError, DataError, ShapeError, ConfigurationError: see `SourceOptions`.
 */
export async function openFiles(
  files: readonly GivenFile[],
  options: FileSourceOptions = {},
): Promise<DataSource> {
  const preprocess = parsePreprocess(options.preprocess ?? {});
  checkClasses(options.classes);
  const seen = files.filter(({ path }) => !isHidden(path)).toSorted(byPath);
  const images = seen.filter(({ path }) => isImageName(path));
  if (images.length > 0 && images.length === seen.length) return openImages(images, options, preprocess);
  const { inputs, labels } = inputsAndLabels(seen, options.labels);
  const file = blobFile(inputs.blob, inputs.path);
  const kind = await kindOf(file);
  if (kind.kind === 'image') return openImages([inputs], options, preprocess);
  const labelFile = async (): Promise<DataFile | undefined> => labels && blobFile(labels.blob, labels.path);
  return fileSource(file, kind, { preprocess, options, labelFile });
}

async function openImages(
  images: readonly GivenFile[],
  options: FileSourceOptions,
  preprocess: Preprocess,
): Promise<DataSource> {
  const folders = images.map(({ path }) => path.split('/').slice(0, -1));
  // What all of them lie in is the folder that was chosen.
  let shared = 0;
  while (folders.every((parts) => parts.length > shared && parts[shared] === folders[0]![shared])) shared++;
  const isOneClass = folders.every((parts) => parts.length === shared);
  const byClass = new Map<string, GivenFile[]>();
  const loose: GivenFile[] = [];
  for (const [i, image] of images.entries()) {
    const name = folders[i]![shared];
    const own = name === undefined ? loose : (byClass.get(name) ?? []);
    own.push(image);
    if (name !== undefined) byClass.set(name, own);
  }
  const where = folders[0]!.slice(0, shared).join('/') || `${images.length} images`;
  refuseArrayOptions(options, where);
  const { files, classes } = labelledImages(
    isOneClass ? { byClass: new Map(), loose: images } : { byClass, loose },
    options,
    { where, nameOf: ({ path }) => path },
  );
  return imageFilesSource(
    files.map(({ file: { path, blob }, label }) => ({
      path,
      label,
      read: () => blobFile(blob, path).read(0, blob.size),
    })),
    classes,
    { name: where, preprocess, options, decodeJpeg },
  );
}

/** Which of the files are the inputs, and which their labels. @throws DataError on no file, ConfigurationError when that is not clear. */
function inputsAndLabels(
  files: readonly GivenFile[],
  labels: SourceOptions['labels'],
): { inputs: GivenFile; labels: GivenFile | undefined } {
  const [first, second] = files;
  if (first === undefined) throw new DataError({ what: 'data set', expected: 'a file', got: 'none' });
  const nameOf = ({ path }: GivenFile): string => path.replace(/^.*[/\\]/, '');
  if (second === undefined) return { inputs: first, labels: undefined };
  const stem = (name: string): string => name.replace(/\.gz$/, '');
  const isLabelOf = (label: GivenFile, inputs: GivenFile): boolean =>
    typeof labels === 'string'
      ? nameOf(label) === labels && inputs !== label
      : labelNames(nameOf(inputs)).some((name) => stem(name) === stem(nameOf(label)));
  const found = files.flatMap((inputs) =>
    files.filter((label) => label !== inputs && isLabelOf(label, inputs)).map((label) => ({ inputs, label })),
  );
  const [pair] = found;
  if (files.length === 2 && found.length === 1 && pair !== undefined)
    return { inputs: pair.inputs, labels: labels === false ? undefined : pair.label };
  throw new ConfigurationError({
    what: 'files of a data set',
    expected: 'one file, inputs and labels whose names say so (x.npy and y.npy), or images',
    got: files.slice(0, 5).map(nameOf).join(', ') + (files.length > 5 ? `, ... (${files.length})` : ''),
    hint: 'choose the files of one set at a time',
  });
}

/** As Node sorts a folder's content. */
function byPath(a: GivenFile, b: GivenFile): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
