import { CredenceError, FileError } from '../errors/index.js';
import { fetchFile } from '../files/index.js';
import type { DownloadProgress } from '../files/index.js';
import type { IdxSet, IdxSplit } from './catalogue.js';
import type { ReadSplit } from './idx-folder.js';
import type { ImageSet } from './image-set.js';
import { cachePlace, dataPlaces } from './place.js';
import type { Place } from './place.js';

export interface LoadOptions {
  /**
   * A folder that is looked into first: its folders named after the set ('mnist', or torchvision's 'MNIST/raw'), then
   * itself. What it does not have is looked for elsewhere.
   */
  readonly data?: string | undefined;
  /** The cache folder; omitted: that of the user (see `cacheFolder`). */
  readonly cache?: string | undefined;
  /** Whether what is nowhere else may be fetched from its public homes (true). */
  readonly download?: boolean | undefined;
  /** Whether to load the training split as well. MNIST: true, the others: false. */
  readonly train?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Milliseconds without a byte after which a home is given up (20,000). */
  readonly stallTimeout?: number | undefined;
}

/**
 * A set from the first place that has it: `options.data`, then `packaged`, then the cache, then a download into it.
 *
 * @throws FileError when it is nowhere and must not be downloaded, DownloadError when it cannot be, InterruptedError when
 * the signal says so, FormatError and DataError when a file is not what it should be (a damaged file of the cache is
 * fetched again instead, if that is allowed).
 */
export async function loadIdxSet(
  set: IdxSet,
  options: LoadOptions & { readonly train: boolean },
  packaged: readonly Place[] = [],
): Promise<ImageSet> {
  const places = [...(await dataPlaces(set, options.data)), ...packaged];
  const test = await loadSplit(set, set.test, places, options);
  const train = options.train ? await loadSplit(set, set.train, places, options) : undefined;
  const sources = new Set([train?.source, test.source].filter((source) => source !== undefined));
  return {
    name: set.name,
    title: set.title,
    classes: set.classes,
    ...(train === undefined ? {} : { train: train.split }),
    test: test.split,
    source: [...sources].join(' and '),
    sha256: { ...train?.sha256, ...test.sha256 },
  };
}

async function loadSplit(
  set: IdxSet,
  split: IdxSplit,
  places: readonly Place[],
  options: LoadOptions,
): Promise<ReadSplit & { readonly source: string }> {
  for (const place of places) {
    const read = await place.read(split);
    if (read !== undefined) return { ...read, source: place.source };
  }
  const { download = true } = options;
  const cache = cachePlace(set, options.cache);
  let cached: ReadSplit | undefined;
  try {
    cached = await cache.read(split);
  } catch (error) {
    if (!download || !(error instanceof CredenceError)) throw error;
  }
  if (cached !== undefined) return { ...cached, source: cache.source };
  const files = [split.images, split.labels];
  if (!download) {
    throw new FileError({
      what: `${set.title} is not at hand`,
      expected: files.map(({ name }) => name).join(' and '),
      got: `none in ${[...places, cache].map(({ folder }) => folder).join(', ')}`,
      hint: `allow the download, or fetch the files from ${set.homes[0]} and pass their folder (data)`,
    });
  }
  const { folder } = cache;
  const { signal, onProgress, stallTimeout } = options;
  for (const { name, published } of files) {
    const file = { name: `${name}.gz`, homes: set.homes, ...published };
    await fetchFile(file, { folder, signal, onProgress, stallTimeout });
  }
  const fetched = await cache.read(split);
  if (fetched === undefined) {
    throw new FileError({
      what: `${set.title}: ${folder}`,
      got: 'the files of another set',
      hint: 'remove them',
    });
  }
  return { ...fetched, source: cache.source };
}
