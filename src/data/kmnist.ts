import { KMNIST } from './catalogue.js';
import { loadIdxSet } from './idx-set.js';
import type { LoadOptions } from './idx-set.js';
import type { ImageSet } from './image-set.js';

/**
 * KMNIST, cursive Japanese characters in MNIST's format: from `data`, the cache or a download (see `LoadOptions`). Its
 * 10,000 test images; the 60,000 training images too when `train` is set. The SHA-256 of the test files are checked
 * wherever they come from, those of the training files when they are downloaded.
 *
 * @throws FileError, FormatError, DataError, DownloadError, InterruptedError
 */
export function loadKmnist({ train = false, ...options }: LoadOptions = {}): Promise<ImageSet> {
  return loadIdxSet(KMNIST, { ...options, train });
}
