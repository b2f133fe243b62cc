import { readdir } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { ConfigurationError, DataError, FormatError } from '../errors/index.js';
import { fileError, readFileBytes } from '../files/index.js';
import { decodePng, describeBytes, isPng } from '../formats/index.js';
import type { DecodedImage } from '../formats/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import { batchSize } from './batch-size.js';
import { fitShape } from './fit-shape.js';
import { normaliserOf, sizeAfter, writeImage } from './images.js';
import type { ImageSize, StoredImage } from './images.js';
import { decodeJpeg, isJpeg } from './jpeg.js';
import { labelReader, sortedClasses } from './labels.js';
import type { ImageLayout, Preprocess } from './preprocess.js';
import type { Batch, DataSource, SourceOptions } from './source.js';
import { checkFinite, checkSameShape, layoutOf } from './stored-examples.js';

const READ = new Set(['.png', '.jpg', '.jpeg']);
const NOT_READ = new Set(['.gif', '.bmp', '.webp', '.tif', '.tiff', '.avif', '.heic', '.jp2']);

interface LabelledFile {
  readonly path: string;
  readonly label: number | undefined;
}

/**
 * A data set of a folder with one folder of images (PNG, JPEG; at any depth) for each class, or with images and no classes.
 * Classes are sorted by name, and so are the images of one. Images are RGB, or grey where that is asked for or the
 * model's shape has one channel; opacity is dropped.
 * @throws FileError; DataError when a folder has no image, or some of a kind that is not read; the errors of a damaged image name its file.
 */
export async function imageFolderSource(
  folder: string,
  { name, preprocess, options }: { name: string; preprocess: Preprocess; options: SourceOptions },
): Promise<DataSource> {
  if (options.inputs !== undefined || typeof options.labels === 'string') {
    throw new ConfigurationError({
      what: options.inputs === undefined ? 'labels' : 'inputs',
      expected: 'none for a folder of images, whose folders are the classes',
      got: JSON.stringify(options.inputs ?? options.labels),
      where: folder,
    });
  }
  const { files, classes } = await listFolder(folder, options);
  return imageFilesSource(files, classes, { name, preprocess, options });
}

/** A data set of one image without a label. */
export function imageFileSource(
  path: string,
  settings: { name: string; preprocess: Preprocess; options: SourceOptions },
): Promise<DataSource> {
  const { classes } = labelReader(settings.options.classes);
  return imageFilesSource([{ path, label: undefined }], classes, settings);
}

async function imageFilesSource(
  files: readonly LabelledFile[],
  classes: readonly string[] | undefined,
  { name, preprocess, options }: { name: string; preprocess: Preprocess; options: SourceOptions },
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
  const own = shapeOf(await readImage(first.path, wantsGrey), first.path);
  const shape = target === undefined ? own : fitShape(own, target, first.path);
  const count = elementCount(own);
  const labelled = first.label !== undefined;

  async function* batches(size: number, signal: AbortSignal | undefined): AsyncGenerator<Batch> {
    for (let start = 0; start < files.length; start += size) {
      signal?.throwIfAborted();
      const part = files.slice(start, start + size);
      const out = new Float32Array(part.length * count);
      for (const [i, { path }] of part.entries()) {
        const image = await readImage(path, wantsGrey);
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

async function listFolder(
  folder: string,
  { classes, labels }: SourceOptions,
): Promise<{ files: LabelledFile[]; classes: readonly string[] | undefined }> {
  const byClass = new Map<string, string[]>();
  const loose: string[] = [];
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const path = join(folder, entry.name);
      if (isImage(path)) loose.push(path);
      else if (entry.isDirectory()) {
        const inside = await readdir(path, { recursive: true });
        byClass.set(
          entry.name,
          inside
            .toSorted()
            .map((name) => join(path, name))
            .filter(isImage),
        );
      }
    }
  } catch (error) {
    throw await fileError(error, folder, 'read');
  }
  const [empty] = [...byClass].find(([, images]) => images.length === 0) ?? [];
  if (byClass.size === 0 && loose.length > 0) {
    return {
      files: loose.toSorted().map((path) => ({ path, label: undefined })),
      classes: labelReader(classes).classes,
    };
  }
  if (byClass.size === 0 || empty !== undefined || loose.length > 0) {
    throw new DataError({
      what: 'data set',
      expected: 'a folder of PNG or JPEG images for each class, or images alone',
      got:
        loose.length > 0 ? `${relative(folder, loose[0]!)} beside folders` : `none in '${empty ?? folder}'`,
      where: folder,
    });
  }
  const names = Array.isArray(classes)
    ? (classes as readonly string[])
    : sortedClasses(byClass.keys(), classes, folder);
  const reader = labelReader(names);
  const labelOf = new Map([...byClass.keys()].map((name) => [name, reader.ofName(name, folder)]));
  const sorted = [...byClass].toSorted(([a], [b]) => labelOf.get(a)! - labelOf.get(b)!);
  const files = sorted.flatMap(([name, images]) =>
    images.map((path) => ({ path, label: labels === false ? undefined : labelOf.get(name)! })),
  );
  return { files, classes: names };
}

/** @throws DataError on an image of a kind that is not read, which would be missing from the set otherwise. */
function isImage(path: string): boolean {
  const extension = extname(path).toLowerCase();
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

async function readImage(path: string, grey: boolean): Promise<StoredImage> {
  const bytes = await readFileBytes(path);
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
