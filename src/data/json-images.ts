import { createReadStream } from 'node:fs';
import { DataError, FormatError } from '../errors/index.js';
import { fileError } from '../files/index.js';

const PREFIX = new TextEncoder().encode('{"data":[');
const [COMMA, OPEN, CLOSE, ZERO, NINE] = [0x2c, 0x5b, 0x5d, 0x30, 0x39];

/**
 * The first `most` images of a JSON file `{"data":[[0,...,255],...]}` of rows of `size` bytes, without those rows that
 * are empty. The text is read piece by piece and never becomes JavaScript arrays, which would take eight times the
 * memory; what follows the last image that is wanted is not read.
 *
 * @returns (N * size) bytes.
 * @throws FileError; FormatError when the file is cut or has another form; DataError when a row has another length.
 */
export async function readJsonImages(path: string, size: number, most: number): Promise<Uint8Array> {
  let images = new Uint8Array(size * Math.min(most, 1024));
  let row = 0;
  let filled = 0;
  let value = -1;
  let state: 'prefix' | 'rows' | 'row' | 'end' = 'prefix';
  let offset = 0;

  const endNumber = (): void => {
    if (value < 0 || value > 255 || filled === size) {
      throw new DataError({
        what: `image ${row}`,
        expected: `${size} integers of 0 to 255`,
        got: filled === size ? 'more' : `${value < 0 ? 'none' : value} at ${filled}`,
        where: path,
      });
    }
    images[row * size + filled++] = value;
    value = -1;
  };

  /** Whether everything that is wanted was read. */
  const take = (byte: number): boolean => {
    if (state === 'prefix' && byte === PREFIX[offset]) {
      if (offset === PREFIX.length - 1) state = 'rows';
    } else if (state === 'row' && byte >= ZERO && byte <= NINE) {
      value = Math.min(10 * Math.max(value, 0) + byte - ZERO, 256);
    } else if (state === 'row' && byte === COMMA) endNumber();
    else if (state === 'row' && byte === CLOSE) {
      state = 'rows';
      if (value < 0 && filled === 0) return false;
      endNumber();
      if (filled < size) {
        throw new DataError({
          what: `image ${row}`,
          expected: `${size} bytes`,
          got: `${filled}`,
          where: path,
        });
      }
      filled = 0;
      row++;
      if (row === most) return true;
      if ((row + 1) * size > images.length) {
        const larger = new Uint8Array(2 * images.length);
        larger.set(images);
        images = larger;
      }
    } else if (state === 'rows' && byte === OPEN) state = 'row';
    else if (state === 'rows' && byte === CLOSE) {
      state = 'end';
      return true;
    } else if (state !== 'rows' || byte !== COMMA) {
      throw new FormatError({
        what: 'images in JSON',
        expected: '{"data":[[0,...],...]} without spaces',
        got: `'${String.fromCharCode(byte)}' at ${offset}`,
        where: path,
      });
    }
    return false;
  };

  let whole = most === 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
      for (let i = 0; i < chunk.length && !whole; i++, offset++) whole = take(chunk[i]!);
      if (whole) break;
    }
  } catch (error) {
    throw await fileError(error, path, 'read');
  }
  if (!whole) {
    throw new FormatError({
      what: 'images in JSON',
      expected: 'the end of the list',
      got: `the end of the file after ${offset} bytes`,
      where: path,
      hint: 'the file is truncated: install the package again',
    });
  }
  return images.subarray(0, row * size);
}
