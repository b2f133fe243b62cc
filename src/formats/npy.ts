import { FormatError } from '../errors/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import type { DType, Tensor } from '../tensor/index.js';
import { decodeElements, encodeElements, itemSize } from './elements.js';
import type { ArrayLayout } from './elements.js';
import { parseNpyHeader } from './npy-header.js';
import { describeBytes } from './signature.js';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** NumPy's kind and size of each type. */
const KINDS: { readonly [T in DType]: string } = {
  float32: 'f4',
  float64: 'f8',
  float16: 'f2',
  int8: 'i1',
  uint8: 'u1',
  int16: 'i2',
  uint16: 'u2',
  int32: 'i4',
  uint32: 'u4',
  int64: 'i8',
  uint64: 'u8',
  bool: 'b1',
};

const DTYPE_OF_KIND: ReadonlyMap<string, DType> = new Map(
  Object.entries(KINDS).map(([dtype, kind]) => [kind, dtype as DType]),
);

/**
 * The array of a .npy file, format 1, 2 or 3, little- or big-endian; Fortran order is put into row-major order. The
 * result may share the memory of `bytes`. Objects (pickles), records, strings, dates and complex numbers are refused.
 *
 * Source: NumPy, "A simple file format for NumPy arrays" (NEP 1).
 * @throws FormatError
 */
export function decodeNpy(bytes: Uint8Array, { where = '.npy data' }: { where?: string } = {}): Tensor {
  const { dtype, shape, order, fortranOrder, dataStart } = npyLayout(bytes, where);
  const size = elementCount(shape) * itemSize(dtype);
  if (bytes.length - dataStart !== size) {
    const descr = `${order === 'big' ? '>' : '<'}${KINDS[dtype]}`;
    const stated = `${size} bytes of data for ${descr} of shape (${shape.join(', ')})`;
    throw wrongLength(stated, bytes.length - dataStart, where);
  }
  let data = bytes.subarray(dataStart);
  if (fortranOrder && shape.length > 1) data = toRowMajor(data, shape, itemSize(dtype));
  if (dtype === 'bool' && data.some((byte) => byte > 1)) {
    throw new FormatError({ what: '.npy data', expected: 'bytes of 0 and 1 for b1', got: 'others', where });
  }
  return tensor(dtype, shape, decodeElements(dtype, data, order));
}

/** Bytes of a .npy file in front of its data, from its first 12. */
export function npyHeaderSize(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 12) return bytes.length;
  return bytes[6] === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
}

/**
 * What the header of a .npy file says, from the bytes of the file or of its header.
 * @throws FormatError when it is none, is cut, or has an element type that Credence lacks.
 */
export function npyLayout(bytes: Uint8Array, where: string): ArrayLayout {
  const version = bytes[6] ?? 0;
  const lengthSize = version === 1 ? 2 : 4;
  const isNpy = MAGIC.every((byte, i) => bytes[i] === byte);
  if (!isNpy || version < 1 || version > 3 || bytes.length < 8 + lengthSize) {
    throw new FormatError({
      what: 'magic number',
      expected: 'a .npy file of version 1, 2 or 3',
      got: isNpy ? `version ${bytes[6]} in ${bytes.length} bytes` : describeBytes(bytes),
      where,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const dataStart = 8 + lengthSize + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (dataStart > bytes.length) throw wrongLength(`a header of ${dataStart} bytes`, bytes.length, where);
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(
    bytes.subarray(8 + lengthSize, dataStart),
  );
  const { descr, fortranOrder, shape } = parseNpyHeader(text, where);
  const dtype = /^[<>=|]/.test(descr) ? DTYPE_OF_KIND.get(descr.slice(1)) : undefined;
  if (dtype === undefined || (descr.startsWith('|') && itemSize(dtype) > 1)) {
    throw new FormatError({
      what: '.npy dtype',
      expected: `'<' or '>' and one of ${[...DTYPE_OF_KIND.keys()].join(', ')}`,
      got: `'${descr}'`,
      where,
      hint: 'convert the array with astype before saving it',
    });
  }
  return { dtype, shape, order: descr.startsWith('>') ? 'big' : 'little', fortranOrder, dataStart };
}

/** The .npy file of a tensor, to the byte as NumPy writes it: version 1, little-endian, row-major. */
export function encodeNpy(value: Tensor): Uint8Array {
  const order = itemSize(value.dtype) === 1 ? '|' : '<';
  const shape = `(${value.shape.join(', ')}${value.shape.length === 1 ? ',' : ''})`;
  const fields = `{'descr': '${order}${KINDS[value.dtype]}', 'fortran_order': False, 'shape': ${shape}, }`;
  // NumPy leaves room for a file that grows along its first axis, up to 21 digits.
  const first = value.shape[0];
  const header = first === undefined ? fields : fields + ' '.repeat(21 - String(first).length);
  // Version 1 has two bytes for the header's length, version 2 four.
  const version = header.length + 74 < 2 ** 16 ? 1 : 2;
  const lengthSize = version === 1 ? 2 : 4;
  const dataStart = Math.ceil((8 + lengthSize + header.length + 1) / 64) * 64;
  const data = encodeElements(value, 'little');
  const bytes = new Uint8Array(dataStart + data.length);
  bytes.set(MAGIC);
  bytes[6] = version;
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, dataStart - 10, true);
  else view.setUint32(8, dataStart - 12, true);
  bytes.fill(0x20, 8 + lengthSize, dataStart - 1);
  bytes.set(new TextEncoder().encode(header), 8 + lengthSize);
  bytes[dataStart - 1] = 0x0a;
  bytes.set(data, dataStart);
  return bytes;
}

/** Elements stored with the first index running fastest, copied so that the last one does. */
function toRowMajor(bytes: Uint8Array, shape: readonly number[], size: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  const strides: number[] = [];
  let stride = size;
  for (const length of shape) {
    strides.push(stride);
    stride *= length;
  }
  const index = shape.map(() => 0);
  let source = 0;
  for (let target = 0; target < out.length; target += size) {
    for (let byte = 0; byte < size; byte++) out[target + byte] = bytes[source + byte]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      source -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

function wrongLength(expected: string, got: number, where: string): FormatError {
  return new FormatError({
    what: '.npy file',
    expected,
    got: `${got}`,
    where,
    hint: 'the file is truncated, or more follows the array',
  });
}
