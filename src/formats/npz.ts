import { FormatError } from '../errors/index.js';
import type { Tensor } from '../tensor/index.js';
import { DEFAULT_LIMIT } from './inflate.js';
import { decodeNpy, encodeNpy } from './npy.js';
import { readZip, writeZip } from './zip.js';

const EXTENSION = '.npy';

/**
 * The arrays of a .npz file (`numpy.savez`, `numpy.savez_compressed`) by name. `limit`: bytes that all of them have at
 * most (1 GiB), checked before anything is allocated.
 * @throws FormatError when the archive or an array in it is damaged, or a file in it is no array.
 */
export function decodeNpz(
  bytes: Uint8Array,
  { where = '.npz data', limit = DEFAULT_LIMIT }: { where?: string; limit?: number } = {},
): ReadonlyMap<string, Tensor> {
  const arrays = new Map<string, Tensor>();
  for (const [file, content] of readZip(bytes, { where, limit })) {
    if (!file.endsWith(EXTENSION)) {
      throw new FormatError({ what: '.npz archive', expected: 'only .npy files', got: `'${file}'`, where });
    }
    arrays.set(file.slice(0, -EXTENSION.length), decodeNpy(content, { where: `${where}, ${file}` }));
  }
  return arrays;
}

/** The .npz file of named arrays, deflated; the same arrays in the same order give the same bytes. */
export function encodeNpz(arrays: ReadonlyMap<string, Tensor>): Uint8Array {
  return writeZip(new Map([...arrays].map(([name, value]) => [name + EXTENSION, encodeNpy(value)])));
}
