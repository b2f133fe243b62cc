import { ConfigurationError, DataError, FormatError } from '../errors/index.js';
import { decodePng, describeBytes, isPng } from '../formats/index.js';
import type { DecodedImage } from '../formats/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import { batchSize } from './batch-size.js';
import { fitShape } from './fit-shape.js';
import { normaliserOf, sizeAfter, writeImage } from './images.js';
import type { ImageSize, StoredImage } from './images.js';
import type { DecodeJpeg } from './jpeg-decoder.js';
import { isJpeg } from './jpeg-signature.js';
import { labelReader, sortedClasses } from './labels.js';
import type { ImageLayout, Preprocess } from './preprocess.js';
import type { Batch, DataSource, SourceOptions } from './source.js';
import { checkFinite, checkSameShape, layoutOf } from './stored-examples.js';

const READ = new Set(['.png', '.jpg', '.jpeg']);
const NOT_READ = new Set(['.gif', '.bmp', '.webp', '.tif', '.tiff', '.avif', '.heic', '.jp2']);

/** An image whose bytes are read when they are wanted. */
export interface ImageFile {
  readonly path: string;
  readonly label: number | undefined;
  readonly read: () => Promise<Uint8Array>;
}

export interface ImageFilesSettings {
  readonly name: string;
  readonly preprocess: Preprocess;
  readonly options: SourceOptions;
  readonly decodeJpeg: DecodeJpeg;
}

/**
 * A data set of images (PNG, JPEG), at least one. They are RGB, or grey where that is asked for or the model's shape has one channel;
 * opacity is dropped.
 * @throws FileError; the errors of a damaged image name its file.
 */
export async function imageFilesSource(
  files: readonly ImageFile[],
  classes: readonly string[] | undefined,
  { name, preprocess, options, decodeJpeg }: ImageFilesSettings,
): Promise<DataSource> {
  const target = options.shape;
  const wantsGrey = preprocess.grayscale ?? (target?.length === 3 && (target[0] === 1 || target[2] === 1));
  const steps: Preprocess = { ...preprocess, grayscale: wantsGrey };
  const channels = wantsGrey ? 1 : 3;
  const layout: ImageLayout = preprocess.layout ?? layoutOf(target, channels) ?? 'nchw';
  const normaliser = normaliserOf(steps, channels, 'channels');
  const shapeOf = (image: StoredImage, where: string): readonly number[] => {
    const [c, height, width] = sizeAfter(steps, image.size, where);
    return layout === 'nchw' ? [c, height, width] : [height, width, c];
  };
  const first = files[0]!;
  const own = shapeOf(await readImage(first, wantsGrey, decodeJpeg), first.path);
  const shape = target === undefined ? own : fitShape(own, target, first.path);
  const count = elementCount(own);
  const labelled = first.label !== undefined;

  async function* batches(size: number, signal: AbortSignal | undefined): AsyncGenerator<Batch> {
    for (let start = 0; start < files.length; start += size) {
      signal?.throwIfAborted();
      const part = files.slice(start, start + size);
      const out = new Float32Array(part.length * count);
      for (const [i, file] of part.entries()) {
        const { path } = file;
        const image = await readImage(file, wantsGrey, decodeJpeg);
        checkSameShape(own, shapeOf(image, path), path);
        writeImage(image, steps, normaliser, layout, out, i * count);
      }
      checkFinite(out, { first: start, count, where: name });
      const inputs = tensor('float32', [part.length, ...shape], out);
      const labels = Int32Array.from(part, ({ label }) => label ?? 0);
      yield labelled ? { inputs, labels: tensor('int32', [part.length], labels) } : { inputs };
    }
  }
  return {
    name,
    shape,
    labelled,
    count: files.length,
    ...(classes !== undefined && { classes }),
    batches: (size, { signal } = {}) => batches(batchSize(size), signal),
  };
}

/** Where the images of a folder lie. */
export interface ImageListing<File> {
  /** By the name of the folder that they lie in, at any depth. */
  readonly byClass: ReadonlyMap<string, readonly File[]>;
  /** Those in no such folder. */
  readonly loose: readonly File[];
}

/**
 * The images with their labels: a folder for each class, sorted by name, or no folders and no labels.
 * @throws DataError when a folder has no image, or some lie beside the folders.
 */
export function labelledImages<File>(
  { byClass, loose }: ImageListing<File>,
  { classes, labels }: SourceOptions,
  { where, nameOf }: { readonly where: string; readonly nameOf: (file: File) => string },
): { files: { file: File; label: number | undefined }[]; classes: readonly string[] | undefined } {
  const [empty] = [...byClass].find(([, images]) => images.length === 0) ?? [];
  if (byClass.size === 0 && loose.length > 0) {
    return {
      files: loose.map((file) => ({ file, label: undefined })),
      classes: labelReader(classes).classes,
    };
  }
  if (byClass.size === 0 || empty !== undefined || loose.length > 0) {
    throw new DataError({
      what: 'data set',
      expected: 'a folder of PNG or JPEG images for each class, or images alone',
      got: loose.length > 0 ? `${nameOf(loose[0]!)} beside folders` : `none in '${empty ?? where}'`,
      where,
    });
  }
  const names = Array.isArray(classes)
    ? (classes as readonly string[])
    : sortedClasses(byClass.keys(), classes, where);
  const reader = labelReader(names);
  const labelOf = new Map([...byClass.keys()].map((name) => [name, reader.ofName(name, where)]));
  const sorted = [...byClass].toSorted(([a], [b]) => labelOf.get(a)! - labelOf.get(b)!);
  const files = sorted.flatMap(([name, images]) =>
    images.map((file) => ({ file, label: labels === false ? undefined : labelOf.get(name)! })),
  );
  return { files, classes: names };
}

/** @throws ConfigurationError on options that images have no use for. */
export function refuseArrayOptions({ inputs, labels }: SourceOptions, where: string): void {
  if (inputs === undefined && typeof labels !== 'string') return;
  throw new ConfigurationError({
    what: inputs === undefined ? 'labels' : 'inputs',
    expected: 'none for a folder of images, whose folders are the classes',
    got: JSON.stringify(inputs ?? labels),
    where,
  });
}

/** Whether a part of a path begins with a dot. */
export function isHidden(path: string): boolean {
  return /(^|[/\\])\./.test(path);
}

/** @throws DataError on an image of a kind that is not read, which would be missing from the set otherwise. */
export function isImageName(path: string): boolean {
  const extension = /[^./\\](\.[^./\\]*)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  if (READ.has(extension)) return true;
  if (!NOT_READ.has(extension)) return false;
  throw new DataError({
    what: 'image',
    expected: 'PNG or JPEG',
    got: extension,
    where: path,
    hint: 'convert it',
  });
}

async function readImage(
  { path, read }: ImageFile,
  grey: boolean,
  decodeJpeg: DecodeJpeg,
): Promise<StoredImage> {
  const bytes = await read();
  let decoded: DecodedImage;
  if (isPng(bytes)) decoded = decodePng(bytes, { where: path });
  else if (isJpeg(bytes)) decoded = await decodeJpeg(bytes, { where: path });
  else {
    const got = describeBytes(bytes);
    throw new FormatError({ what: 'image', expected: 'a PNG or JPEG image', got, where: path });
  }
  const { width, height, channels, data } = decoded;
  const isGrey = channels < 3;
  const size: ImageSize = [isGrey && grey ? 1 : 3, height, width];
  return { data, offset: 0, strides: [isGrey ? 0 : 1, width * channels, channels], size, bytes: true };
}
