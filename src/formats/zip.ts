import { zipSync } from 'fflate';
import { inflate } from './inflate.js';
import { crc32 } from './crc32.js';
import {
  damaged,
  findZipDirectory,
  LOCAL_HEADER_SIZE,
  readZipDirectory,
  zipDataStart,
} from './zip-directory.js';

/**
 * The files of a zip archive, CRCs checked. Their sizes are taken from the central directory and held against `limit`
 * (bytes of all together) and against what deflate can make, before anything is allocated.
 *
 * Source: PKWARE, APPNOTE.TXT 6.3; without encryption and archives in several parts.
 * @throws FormatError
 */
export function readZip(
  bytes: Uint8Array,
  { where, limit }: { where: string; limit: number },
): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let left = limit;
  let packed = 0;
  const directory = findZipDirectory(bytes, bytes.length, where);
  const entries = readZipDirectory(bytes.subarray(directory.start, directory.end), directory.count, where);
  for (const entry of entries) {
    const inFile = `${where}, ${entry.name}`;
    const { offset } = entry;
    const start = zipDataStart(bytes.subarray(offset, offset + LOCAL_HEADER_SIZE), offset) ?? Infinity;
    packed += entry.packedSize;
    // Files that overlap would let a small archive unpack to any size.
    if (start + entry.packedSize > bytes.length || packed > bytes.length || files.has(entry.name)) {
      throw damaged('its files one after the other, each name once', `'${entry.name}'`, where);
    }
    const content = bytes.subarray(start, start + entry.packedSize);
    if (entry.method === 8) {
      files.set(
        entry.name,
        inflate(content, { size: entry.size, crc: entry.crc, where: inFile, limit: left }),
      );
    } else if (entry.method === 0 && entry.size === entry.packedSize && crc32(content) === entry.crc) {
      files.set(entry.name, content);
    } else {
      throw damaged(
        'files stored whole, or deflated',
        `method ${entry.method}, or a wrong size or CRC`,
        inFile,
      );
    }
    left -= entry.size;
  }
  return files;
}

/** A zip archive of the files in their order, deflated, dated 1980-01-01: the same files give the same bytes. */
export function writeZip(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  return zipSync(Object.fromEntries(files), { mtime: new Date(1980, 0, 1) });
}
