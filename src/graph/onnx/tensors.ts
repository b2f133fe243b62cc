import { WireType } from '@bufbuild/protobuf/wire';
import { FormatError } from '../../errors/index.js';
import { arrayOf, elementCount, tensor } from '../../tensor/index.js';
import type { DType, Tensor } from '../../tensor/index.js';
import { elementTypeOf } from '../elements.js';
import { bytesField, intField, numbersField, readMessage, textField } from './reader.js';
import { ENTRY, TENSOR } from './schema.js';

/** The bytes `offset` to `offset + length` (to the end, when undefined) of a file beside the model, named in it. */
export type ExternalData = (location: string, offset: number, length: number | undefined) => Uint8Array;

/**
 * A TensorProto: its elements in raw_data, in the field of their type, or in another file. Elements that are neither numbers
 * nor booleans are an error, or give nothing where they are to be skipped.
 */
export function readTensor(
  bytes: Uint8Array,
  externalData: ExternalData | undefined,
  options: { otherTypes: 'skip' },
): { name: string; value: Tensor } | undefined;
export function readTensor(
  bytes: Uint8Array,
  externalData: ExternalData | undefined,
): { name: string; value: Tensor };
export function readTensor(
  bytes: Uint8Array,
  externalData: ExternalData | undefined,
  { otherTypes }: { otherTypes?: 'skip' } = {},
): { name: string; value: Tensor } | undefined {
  const shape: number[] = [];
  const numbers: number[] = [];
  const integers: bigint[] = [];
  const external = new Map<string, string>();
  let name = '';
  let elementType = 0;
  let raw: Uint8Array | undefined;
  let isExternal = false;
  readMessage(bytes, {
    [TENSOR.dims]: numbersField(WireType.Varint, (reader) => shape.push(Number(reader.int64()))),
    [TENSOR.dataType]: intField((value) => (elementType = value)),
    [TENSOR.name]: textField((value) => (name = value)),
    [TENSOR.rawData]: bytesField((value) => (raw = value)),
    [TENSOR.floatData]: numbersField(WireType.Bit32, (reader) => numbers.push(reader.float())),
    [TENSOR.doubleData]: numbersField(WireType.Bit64, (reader) => numbers.push(reader.double())),
    [TENSOR.int32Data]: numbersField(WireType.Varint, (reader) => numbers.push(reader.int32())),
    [TENSOR.int64Data]: numbersField(WireType.Varint, (reader) => integers.push(BigInt(reader.int64()))),
    [TENSOR.uint64Data]: numbersField(WireType.Varint, (reader) => integers.push(BigInt(reader.uint64()))),
    [TENSOR.externalData]: bytesField((entry) => {
      let [key, value] = ['', ''];
      readMessage(entry, {
        [ENTRY.key]: textField((text) => (key = text)),
        [ENTRY.value]: textField((text) => (value = text)),
      });
      external.set(key, value);
    }),
    [TENSOR.dataLocation]: intField((value) => (isExternal = value === 1)),
  });
  const what = `tensor '${name}'`;
  const dtype = elementTypeOf(elementType);
  if (dtype === undefined) {
    if (otherTypes === 'skip') return undefined;
    throw new FormatError({ what, expected: 'numbers or booleans', got: `element type ${elementType}` });
  }
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    throw new FormatError({ what, expected: 'sizes of at least 0', got: `(${shape.join(', ')})` });
  }
  if (isExternal) raw = readExternal(what, { dtype, shape }, external, externalData);
  const value =
    raw === undefined
      ? fromFields(what, dtype, shape, { numbers, integers })
      : fromBytes(what, dtype, shape, raw);
  return { name, value };
}

/** Elements in the field of their type: the integers of 64 bits and uint32 have fields of their own. */
function fromFields(
  what: string,
  dtype: DType,
  shape: readonly number[],
  { numbers, integers }: { readonly numbers: readonly number[]; readonly integers: readonly bigint[] },
): Tensor {
  switch (dtype) {
    case 'int64':
      checkCount(what, shape, integers.length, 'elements');
      return tensor(dtype, shape, BigInt64Array.from(integers));
    case 'uint64':
      checkCount(what, shape, integers.length, 'elements');
      return tensor(dtype, shape, BigUint64Array.from(integers));
    case 'uint32':
      checkCount(what, shape, integers.length, 'elements');
      return tensor(dtype, shape, Uint32Array.from(integers, Number));
    default:
      checkCount(what, shape, numbers.length, 'elements');
      return tensor(dtype, shape, ARRAYS[dtype].from(numbers));
  }
}

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  bool: Uint8Array,
} as const;

function fromBytes(what: string, dtype: DType, shape: readonly number[], raw: Uint8Array): Tensor {
  const array = arrayOf(dtype);
  checkCount(what, shape, raw.byteLength / array.BYTES_PER_ELEMENT, 'elements of raw data');
  // Copied, so that the elements are aligned and the file's bytes can go (a Buffer's slice would share them).
  const { buffer } = new Uint8Array(raw);
  return tensor(dtype, shape, new array(buffer));
}

function readExternal(
  what: string,
  { dtype, shape }: { readonly dtype: DType; readonly shape: readonly number[] },
  entries: ReadonlyMap<string, string>,
  externalData: ExternalData | undefined,
): Uint8Array {
  const location = entries.get('location');
  const [offset, length] = [entries.get('offset') ?? '0', entries.get('length')].map((entry) =>
    entry === undefined ? undefined : Number(entry),
  );
  const valid = [offset, length].every(
    (size) => size === undefined || (Number.isSafeInteger(size) && size >= 0),
  );
  if (location === undefined || !valid || !isBeside(location)) {
    throw new FormatError({
      what,
      expected: 'a file beside the model, an offset and a length',
      got: JSON.stringify([...entries]),
    });
  }
  if (externalData === undefined) {
    throw new FormatError({
      what,
      expected: 'its elements inside the file',
      got: `external data in '${location}'`,
      hint: 'open the model by its path, so that the files beside it are found',
    });
  }
  // Before anything is read: the file may be large.
  if (length !== undefined)
    checkCount(what, shape, length / arrayOf(dtype).BYTES_PER_ELEMENT, 'elements of raw data');
  return externalData(location, offset!, length);
}

/** Whether a location names a file in the model's folder or below: a model may not reach for other files. */
function isBeside(location: string): boolean {
  const parts = location.split(/[\\/]/);
  const odd = parts.some((part) => part === '' || part === '..' || part.includes('\0'));
  return !odd && !/^[A-Za-z]:/.test(location);
}

function checkCount(what: string, shape: readonly number[], count: number, of: string): void {
  const expected = elementCount(shape);
  if (count !== expected) {
    throw new FormatError({ what, expected: `${expected} ${of} for (${shape.join(', ')})`, got: `${count}` });
  }
}
