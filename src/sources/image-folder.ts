import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileError, readFileBytes } from '../files/index.js';
import {
  imageFilesSource,
  isHidden,
  isImageName,
  labelledImages,
  refuseArrayOptions,
} from './image-files.js';
import type { ImageFile, ImageListing } from './image-files.js';
import { decodeJpeg } from './jpeg.js';
import { labelReader } from './labels.js';
import type { Preprocess } from './preprocess.js';
import type { DataSource, SourceOptions } from './source.js';

interface Settings {
  readonly name: string;
  readonly preprocess: Preprocess;
  readonly options: SourceOptions;
}

/**
 * A data set of a folder with one folder of images (PNG, JPEG; at any depth) for each class, or with images and no classes.
 * Classes are sorted by name, and so are the images of one. What systems hide (.DS_Store, ._1.png) is not seen.
 * @throws FileError; DataError when a folder has no image, or some of a kind that is not read; the errors of a damaged image name its file.
 */
export async function imageFolderSource(folder: string, settings: Settings): Promise<DataSource> {
  const { options } = settings;
  refuseArrayOptions(options, folder);
  const listing = await listFolder(folder);
  const { files, classes } = labelledImages(listing, options, {
    where: folder,
    nameOf: (path) => relative(folder, path),
  });
  const images = files.map(({ file, label }) => imageFile(file, label));
  return imageFilesSource(images, classes, { ...settings, decodeJpeg });
}

/** A data set of one image without a label. */
export function imageFileSource(path: string, settings: Settings): Promise<DataSource> {
  const { classes } = labelReader(settings.options.classes);
  return imageFilesSource([imageFile(path, undefined)], classes, { ...settings, decodeJpeg });
}

function imageFile(path: string, label: number | undefined): ImageFile {
  return { path, label, read: () => readFileBytes(path) };
}

async function listFolder(folder: string): Promise<ImageListing<string>> {
  const byClass = new Map<string, string[]>();
  const loose: string[] = [];
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (isHidden(entry.name)) continue;
      const path = join(folder, entry.name);
      if (isImageName(path)) loose.push(path);
      else if (entry.isDirectory() || (entry.isSymbolicLink() && (await stat(path)).isDirectory())) {
        const inside = await readdir(path, { recursive: true });
        byClass.set(
          entry.name,
          inside
            .filter((name) => !isHidden(name))
            .toSorted()
            .map((name) => join(path, name))
            .filter(isImageName),
        );
      }
    }
  } catch (error) {
    throw await fileError(error, folder, 'read');
  }
  return { byClass, loose: loose.toSorted() };
}
