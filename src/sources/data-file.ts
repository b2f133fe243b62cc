import { FormatError } from '../errors/index.js';

/** Bytes that are read from anywhere in them: a file of the disk, or one that a page was given. */
export interface DataFile {
  /** As messages call it: its path. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The bytes of [start, end), fewer where it ends. @throws FileError when it cannot be read. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The bytes, or a part, in order and in pieces, unpacked on the way.
   * @throws FileError when it cannot be read; FormatError when what is packed is damaged.
   */
  chunks(options?: ChunkOptions): AsyncIterable<Uint8Array>;
}

export interface ChunkOptions {
  /** Where the bytes begin in the file; 0 unless given. */
  readonly start?: number;
  /** How many there are; all to the end unless given. */
  readonly length?: number;
  /** How they are packed. */
  readonly unpack?: 'gzip' | 'deflate' | undefined;
  /** The name in messages; that of the file unless given. */
  readonly where?: string;
}

/** What damaged packing is reported as, whatever unpacks it. */
export function damagedPacking(cause: unknown, where: string): FormatError {
  return new FormatError({
    what: 'compressed data',
    got: cause instanceof Error ? cause.message : String(cause),
    where,
    hint: 'the file is truncated or corrupt: fetch it again',
    cause,
  });
}
