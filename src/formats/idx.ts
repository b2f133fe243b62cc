import { ConfigurationError, FormatError } from '../errors/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import type { DType, Tensor } from '../tensor/index.js';
import { decodeElements, encodeElements, itemSize } from './elements.js';
import type { ArrayLayout } from './elements.js';
import { gunzip, isGzip } from './gzip.js';
import { describeBytes } from './signature.js';

const DTYPE_OF_CODE: ReadonlyMap<number, DType> = new Map([
  [0x08, 'uint8'],
  [0x09, 'int8'],
  [0x0b, 'int16'],
  [0x0c, 'int32'],
  [0x0d, 'float32'],
  [0x0e, 'float64'],
]);

/**
 * The tensor of an IDX file (the format of MNIST), gzipped or not; any of its six types. The result may share the
 * memory of `bytes`. `where` names the file in errors.
 *
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database", file formats.
 * @throws FormatError when the magic number is wrong, the data are cut or go on after the last element.
 */
export function decodeIdx(bytes: Uint8Array, { where = 'IDX data' }: { where?: string } = {}): Tensor {
  if (isGzip(bytes)) return decodeIdx(gunzip(bytes, { where }), { where });
  const { dtype, shape, dataStart: headerSize } = idxLayout(bytes, where);
  const size = headerSize + elementCount(shape) * itemSize(dtype);
  const stated = `${size} bytes for ${dtype} of shape (${shape.join(', ')})`;
  // Not `<`: the size is NaN where a hostile shape overflows and has a zero.
  if (!(bytes.length >= size)) throw truncated(stated, bytes.length, where);
  if (bytes.length > size) {
    throw new FormatError({
      what: 'IDX file',
      expected: stated,
      got: `${bytes.length}`,
      where,
      hint: 'bytes follow the last element: the file is not what its header says',
    });
  }
  return tensor(dtype, shape, decodeElements(dtype, bytes.subarray(headerSize), 'big'));
}

/** Bytes of an IDX header, from the first 4 of the file, not compressed. */
export function idxHeaderSize(bytes: Uint8Array): number {
  return 4 + 4 * (bytes[3] ?? 0);
}

/**
 * What the header of an IDX file says, from the bytes of the file or of its header.
 * @throws FormatError when the magic number is wrong or the header is cut.
 */
export function idxLayout(bytes: Uint8Array, where: string): ArrayLayout {
  const dtype = bytes[0] === 0 && bytes[1] === 0 ? DTYPE_OF_CODE.get(bytes[2] ?? 0) : undefined;
  const dimensions = bytes[3];
  if (dtype === undefined || dimensions === undefined) {
    throw new FormatError({
      what: 'magic number',
      expected: 'an IDX file: bytes 00 00, a type, the number of dimensions',
      got: describeBytes(bytes),
      where,
    });
  }
  const dataStart = idxHeaderSize(bytes);
  if (bytes.length < dataStart) throw truncated(`a header of ${dataStart} bytes`, bytes.length, where);
  const view = new DataView(bytes.buffer, bytes.byteOffset, dataStart);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  return { dtype, shape, order: 'big', fortranOrder: false, dataStart };
}

/**
 * The IDX file of a tensor, not compressed.
 * @throws ConfigurationError for an element type that IDX lacks.
 */
export function encodeIdx(value: Tensor): Uint8Array {
  const code = [...DTYPE_OF_CODE].find(([, dtype]) => dtype === value.dtype)?.[0];
  if (code === undefined || value.shape.length > 255 || value.shape.some((size) => size >= 2 ** 32)) {
    throw new ConfigurationError({
      what: 'encodeIdx: tensor',
      expected: `one of ${[...DTYPE_OF_CODE.values()].join(', ')} with at most 255 dimensions below 2^32`,
      got: `${value.dtype} of shape (${value.shape.join(', ')})`,
    });
  }
  const headerSize = 4 + 4 * value.shape.length;
  const data = encodeElements(value, 'big');
  const bytes = new Uint8Array(headerSize + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, code * 256 + value.shape.length);
  value.shape.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  bytes.set(data, headerSize);
  return bytes;
}

function truncated(expected: string, length: number, where: string): FormatError {
  return new FormatError({
    what: 'IDX file',
    expected,
    got: `${length}`,
    where,
    hint: 'the file is truncated: fetch it again',
  });
}
