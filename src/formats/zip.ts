import { zipSync } from 'fflate';
import { FormatError } from '../errors/index.js';
import { inflate } from './inflate.js';
import { crc32 } from './crc32.js';
import { describeBytes } from './signature.js';

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const END_SIZE = 22;
const ENCRYPTED = 1;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly offset: number;
}

/**
 * The files of a zip archive, CRCs checked. Their sizes are taken from the central directory and held against `limit`
 * (bytes of all together) and against what deflate can make, before anything is allocated.
 *
 * Source: PKWARE, APPNOTE.TXT 6.3; without encryption, zip64 and archives in several parts.
 * @throws FormatError
 */
export function readZip(
  bytes: Uint8Array,
  { where, limit }: { where: string; limit: number },
): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const files = new Map<string, Uint8Array>();
  let left = limit;
  let packed = 0;
  for (const entry of readDirectory(bytes, view, where)) {
    const inFile = `${where}, ${entry.name}`;
    const { offset } = entry;
    const isHeader = offset + 30 <= bytes.length && view.getUint32(offset, true) === LOCAL_HEADER;
    const start = isHeader
      ? offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)
      : Infinity;
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

function readDirectory(bytes: Uint8Array, view: DataView, where: string): readonly Entry[] {
  const end = findEnd(view);
  if (end === undefined) {
    throw damaged('a zip archive with its directory at the end', describeBytes(bytes), where);
  }
  const count = view.getUint16(end + 10, true);
  const entries: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL_HEADER) {
      throw damaged(`${count} files in the directory`, `${i}`, where);
    }
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    if ((view.getUint16(at + 8, true) & ENCRYPTED) !== 0 || nameEnd > end) {
      throw damaged('files that are not encrypted', `entry ${i}`, where);
    }
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, nameEnd)),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    });
    at = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/** Where the end-of-directory record is: the last one whose comment reaches exactly to the end. */
function findEnd(view: DataView): number | undefined {
  const last = view.byteLength - END_SIZE;
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    if (view.getUint32(at, true) === END_OF_DIRECTORY && view.getUint16(at + 20, true) === last - at)
      return at;
  }
  return undefined;
}

function damaged(expected: string, got: string, where: string): FormatError {
  const hint = 'the archive is truncated, corrupt or of a kind that is not read';
  return new FormatError({ what: 'zip archive', expected, got, where, hint });
}
