import { DataError, FormatError, ShapeError } from '../errors/index.js';
import { toInput } from '../export/index.js';
import { decodeElements, decodeNpy, npyHeaderSize } from '../formats/index.js';
import { formatShape, formatType, toReference } from '../graph/index.js';
import type { Input } from '../graph/index.js';
import type { Preprocess } from '../sources/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { prepare } from './preprocessing.js';
import { decodeJson } from './decode-json.js';
import { RequestError } from './problem.js';

export const JSON_TYPE = 'application/json';
export const RAW_TYPE = 'application/octet-stream';
export const NPY_TYPE = 'application/x-npy';
/** Of a raw tensor: sizes with commas between them. */
export const SHAPE_HEADER = 'tensor-shape';

const MOST_AXES = 16;
/** NumPy's own headers have 118 bytes. */
const LONGEST_NPY_HEADER = 65_536;
const WHERE = 'request body';

export interface RequestBody {
  /** Of the header `content-type`; undefined where there was none. */
  readonly contentType: string | undefined;
  /** Of the header `tensor-shape`. */
  readonly shape: string | undefined;
  readonly bytes: Uint8Array;
}

export interface Preparing {
  readonly preprocess: Preprocess;
  /** Bytes that the inputs have afterwards, at most. */
  readonly most: number;
  /** Whether the request asks for it; false: what does not fit is told that it may. Default true. */
  readonly asked?: boolean;
}

/**
 * The inputs (n, ...) of a request, n at least 1, as the model reads them; with `preparing`, once that has
 * made them so, of so many bytes at most.
 * @throws RequestError on another content type; FormatError on a body that is not what its type says;
 *   ShapeError, DataError on inputs that the model does not take.
 */
export function decodeInputs(
  { contentType, shape, bytes }: RequestBody,
  input: Input,
  preparing?: Preparing,
): Tensor<'float32'> {
  const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
  const stored = decoderOf(type)(bytes, shape);
  if (stored.shape[0] === 0) throw noExamples();
  const isPrepared = preparing !== undefined && preparing.asked !== false;
  const rows = checkShape(
    isPrepared ? prepare(stored, input, preparing) : floats(stored),
    input,
    preparing?.asked === false ? '?preprocess=true takes examples as they are stored' : undefined,
  );
  const at = rows.data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    throw new DataError({
      what: 'inputs',
      expected: 'finite float32 numbers',
      got: `${rows.data[at]}`,
      where: `element ${at} of shape ${formatShape(rows.shape)}`,
    });
  }
  // Here, and not in a run that others share.
  if (!input.dtype.startsWith('float')) {
    toInput({ ...input, shape: ['N', ...input.shape.slice(1)] }, rows, WHERE);
  }
  return rows;
}

function decoderOf(type: string): (bytes: Uint8Array, shape: string | undefined) => Tensor {
  switch (type) {
    case JSON_TYPE:
      return decodeJson;
    case RAW_TYPE:
      return decodeRaw;
    case NPY_TYPE:
      return decodeNpyBody;
  }
  throw new RequestError('media-type', {
    what: 'content-type',
    expected: `${JSON_TYPE}, ${NPY_TYPE}, or ${RAW_TYPE} with the header ${SHAPE_HEADER}`,
    got: type === '' ? 'none' : `'${type.slice(0, 100)}'`,
  });
}

function decodeRaw(bytes: Uint8Array, header: string | undefined): Tensor<'float32'> {
  const sizes = (header ?? '').split(',').map((size) => size.trim());
  const shape = sizes.map(Number);
  const isShape = sizes.length <= MOST_AXES && sizes.every((size) => /^\d{1,15}$/.test(size));
  if (header === undefined || !isShape) {
    throw new FormatError({
      what: `header ${SHAPE_HEADER}`,
      expected: "sizes with commas between them, such as '2,1,28,28'",
      got: header === undefined ? 'none' : `'${header.slice(0, 100)}'`,
    });
  }
  const size = 4 * elementCount(shape);
  if (size !== bytes.length) {
    throw new FormatError({
      what: WHERE,
      expected: `${size} bytes: float32, little-endian, of shape ${formatShape(shape)}`,
      got: `${bytes.length}`,
    });
  }
  return tensor('float32', shape, decodeElements('float32', bytes, 'little'));
}

function decodeNpyBody(bytes: Uint8Array): Tensor {
  if (npyHeaderSize(bytes) > LONGEST_NPY_HEADER) {
    const expected = `a .npy header of at most ${LONGEST_NPY_HEADER} bytes`;
    throw new FormatError({ what: WHERE, expected, got: 'a longer one' });
  }
  const value = decodeNpy(bytes, { where: WHERE });
  if (value.shape.length > MOST_AXES) {
    const got = `${value.shape.length}`;
    throw new ShapeError({ what: 'inputs', expected: `at most ${MOST_AXES} axes`, got });
  }
  return value;
}

function floats(value: Tensor): Tensor<'float32'> {
  if (value.dtype === 'float32') return value as Tensor<'float32'>;
  return tensor('float32', value.shape, Float32Array.from(toReference(value).data));
}

function noExamples(): DataError {
  return new DataError({ what: 'inputs', expected: 'at least one example', got: 'none' });
}

function checkShape(rows: Tensor<'float32'>, input: Input, hint: string | undefined): Tensor<'float32'> {
  const [, ...example] = input.shape;
  const [n, ...own] = rows.shape;
  const fits =
    n !== undefined &&
    own.length === example.length &&
    example.every((size, axis) => typeof size === 'string' || size === own[axis]);
  if (!fits) {
    const isOne =
      rows.shape.length === example.length &&
      example.every((size, axis) => typeof size === 'string' || size === rows.shape[axis]);
    const way = isOne ? 'one example is a batch of one' : hint;
    throw new ShapeError({
      what: 'inputs',
      expected: formatType({ dtype: input.dtype, shape: ['N', ...example] }),
      got: formatShape(rows.shape),
      ...(way !== undefined && { hint: way }),
    });
  }
  return rows;
}
