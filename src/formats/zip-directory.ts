import { FormatError } from '../errors/index.js';
import { describeBytes } from './signature.js';

const CENTRAL_HEADER = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const END_OF_DIRECTORY = 0x06054b50;
const END_OF_DIRECTORY_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const END_SIZE = 22;
const LOCATOR_SIZE = 20;
const ENCRYPTED = 1;
const EXTRA_64 = 1;

/** Bytes from the end of an archive among which its directory's place is found, whatever its comment. */
export const ZIP_TAIL: number = END_SIZE + 0xffff + LOCATOR_SIZE + 56;
/** Bytes of a local header without its name and extra fields. */
export const LOCAL_HEADER_SIZE = 30;

/** A file of an archive, as the directory describes it. */
export interface ZipEntry {
  readonly name: string;
  /** 0: stored, 8: deflated. */
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/** Where the directory of an archive lies. */
interface Directory {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

/**
 * Where the directory lies, zip64 or not. `tail`: the last `ZIP_TAIL` bytes of an archive of `size` bytes, or all.
 * @throws FormatError
 */
export function findZipDirectory(tail: Uint8Array, size: number, where: string): Directory {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length);
  const at = findEnd(view);
  if (at === undefined) {
    const kind = describeBytes(tail);
    const got = kind === 'a zip archive' ? 'one that ends without' : kind;
    throw damaged('a zip archive with its directory at the end', got, where);
  }
  const count = view.getUint16(at + 10, true);
  const start = view.getUint32(at + 16, true);
  const directory =
    count === 0xffff || start === 0xffffffff
      ? directory64(view, at, size, where)
      : { start, end: size - tail.length + at, count };
  if (directory.start > directory.end) throw damaged('a directory in front of its end', 'none', where);
  return directory;
}

function directory64(view: DataView, end: number, size: number, where: string): Directory {
  const locator = end - LOCATOR_SIZE;
  const tailStart = size - view.byteLength;
  if (locator >= 0 && view.getUint32(locator, true) === LOCATOR_64) {
    const at = Number(view.getBigUint64(locator + 8, true)) - tailStart;
    if (at >= 0 && at + 56 <= locator && view.getUint32(at, true) === END_OF_DIRECTORY_64) {
      const count = Number(view.getBigUint64(at + 32, true));
      return { start: Number(view.getBigUint64(at + 48, true)), end: tailStart + at, count };
    }
  }
  throw damaged('the directory of a zip64 archive', 'none', where);
}

/**
 * The entries of a directory's bytes. @throws FormatError when one is cut, or encrypted.
 *
 * Source: PKWARE, APPNOTE.TXT 6.3, sections 4.3.12 and 4.5.3.
 */
export function readZipDirectory(bytes: Uint8Array, count: number, where: string): readonly ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL_HEADER) {
      throw damaged(`${count} files in the directory`, `${i}`, where);
    }
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    if ((view.getUint16(at + 8, true) & ENCRYPTED) !== 0 || extraEnd > bytes.length) {
      throw damaged('files that are not encrypted', `entry ${i}`, where);
    }
    const wide = wideFields(view, nameEnd, extraEnd);
    const field = (place: number): number => {
      const value = view.getUint32(at + place, true);
      return value === 0xffffffff ? (wide.shift() ?? Infinity) : value;
    };
    // In this order: the wide fields follow those they stand for.
    const size = field(24);
    const packedSize = field(20);
    const offset = field(42);
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, nameEnd)),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packedSize,
      size,
      offset,
    });
    at = extraEnd + view.getUint16(at + 32, true);
  }
  return entries;
}

/** Where a file's bytes begin, from its local header; undefined where there is none. */
export function zipDataStart(localHeader: Uint8Array, offset: number): number | undefined {
  if (localHeader.length < LOCAL_HEADER_SIZE) return undefined;
  const view = new DataView(localHeader.buffer, localHeader.byteOffset, localHeader.length);
  if (view.getUint32(0, true) !== LOCAL_HEADER) return undefined;
  return offset + LOCAL_HEADER_SIZE + view.getUint16(26, true) + view.getUint16(28, true);
}

/** The 64-bit numbers of an entry's zip64 field. */
function wideFields(view: DataView, start: number, end: number): number[] {
  for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== EXTRA_64) continue;
    const last = Math.min(end, at + 4 + view.getUint16(at + 2, true));
    const fields: number[] = [];
    for (let field = at + 4; field + 8 <= last; field += 8)
      fields.push(Number(view.getBigUint64(field, true)));
    return fields;
  }
  return [];
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

export function damaged(expected: string, got: string, where: string): FormatError {
  const hint = 'the archive is truncated, corrupt or of a kind that is not read';
  return new FormatError({ what: 'zip archive', expected, got, where, hint });
}
