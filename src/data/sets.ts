import {
  ConfigurationError,
  DownloadError,
  FileError,
  InterruptedError,
  didYouMean,
} from '../errors/index.js';
import { FASHION_MNIST, KMNIST } from './catalogue.js';
import type { CredenceError } from '../errors/index.js';
import { fashionMnistPackage, loadFashionMnist } from './fashion-mnist.js';
import type { LoadOptions } from './idx-set.js';
import type { ImageSet } from './image-set.js';
import { loadKmnist } from './kmnist.js';
import { loadMnist } from './mnist.js';
import { cachePlace, dataPlaces } from './place.js';
import type { Place } from './place.js';

export type ImageSetName = 'mnist' | 'fashion-mnist' | 'kmnist';

const LOADERS: Readonly<Record<ImageSetName, (options: LoadOptions) => Promise<ImageSet>>> = {
  mnist: loadMnist,
  'fashion-mnist': loadFashionMnist,
  kmnist: loadKmnist,
};

/** The names that `loadImageSet` knows. */
export const IMAGE_SET_NAMES: readonly ImageSetName[] = ['mnist', 'fashion-mnist', 'kmnist'];

/**
 * A set by its name, in upper or lower case.
 * @throws ConfigurationError when the name is unknown; what the set's own loader throws.
 */
export async function loadImageSet(name: string, options: LoadOptions = {}): Promise<ImageSet> {
  const known = IMAGE_SET_NAMES.find((candidate) => candidate === name.toLowerCase());
  if (known !== undefined) return LOADERS[known](options);
  const meant = didYouMean(name, IMAGE_SET_NAMES);
  throw new ConfigurationError({
    what: 'data set',
    expected: `one of ${IMAGE_SET_NAMES.join(', ')}`,
    got: `'${name}'`,
    hint: meant === undefined ? 'choose one of these' : `did you mean '${meant}'?`,
  });
}

/** A set for out-of-distribution detection that needs no download. */
export interface OodSetAtHand {
  readonly name: ImageSetName;
  readonly title: string;
  /** Where it is, as it will be in `ImageSet.source`. */
  readonly source: string;
}

/**
 * The sets other than MNIST that are at hand, KMNIST first. Their files are looked for, not checked.
 * @throws FileError when `options.data` is no folder.
 */
export async function availableOodSets({ data, cache }: LoadOptions = {}): Promise<readonly OodSetAtHand[]> {
  const found: OodSetAtHand[] = [];
  for (const [name, set, packaged] of [
    ['kmnist', KMNIST, []],
    ['fashion-mnist', FASHION_MNIST, fashionMnistPackage()],
  ] as const) {
    const places: readonly Place[] = [...(await dataPlaces(set, data)), ...packaged, cachePlace(set, cache)];
    for (const place of places) {
      if (!(await place.holds(set.test))) continue;
      found.push({ name, title: set.title, source: place.source });
      break;
    }
  }
  return found;
}

/** Milliseconds that the download of the default set may take, and may wait for a byte. */
const PATIENCE = { download: 30_000, stall: 4_000 };

/** The set that stands for out-of-distribution data, and why it is this one. */
export interface DefaultOodSet {
  readonly set: ImageSet;
  /** One sentence. */
  readonly reason: string;
  /** Why KMNIST could not be had, where it could not. */
  readonly cause?: CredenceError;
}

/**
 * The out-of-distribution set of the practical: KMNIST where it is at hand or can be fetched quickly (within half a
 * minute; what was fetched is kept for the next time), else Fashion-MNIST.
 *
 * @throws what the loaders throw, when KMNIST's files are at hand but damaged, or neither set can be had.
 */
export async function defaultOodSet(options: LoadOptions = {}): Promise<DefaultOodSet> {
  const atHand = (await availableOodSets(options)).some(({ name }) => name === 'kmnist');
  try {
    const patience = AbortSignal.timeout(PATIENCE.download);
    const set = await loadKmnist({
      stallTimeout: PATIENCE.stall,
      ...options,
      signal: options.signal === undefined ? patience : AbortSignal.any([options.signal, patience]),
    });
    return { set, reason: `KMNIST, the set of the practical, was ${atHand ? 'at hand' : 'downloaded'}.` };
  } catch (error) {
    const isMissing = error instanceof FileError && !atHand;
    const isUnreachable = error instanceof DownloadError || error instanceof InterruptedError;
    if (options.signal?.aborted === true || !(isMissing || isUnreachable)) throw error;
    const set = await loadFashionMnist(options);
    const why = isUnreachable ? 'could not be downloaded' : 'is not at hand';
    return { set, reason: `Fashion-MNIST stands in for KMNIST, which ${why}.`, cause: error };
  }
}
