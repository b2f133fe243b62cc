import { ConfigurationError, FormatError } from '../errors/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import type { DType, Tensor } from '../tensor/index.js';
import { decodeElements, encodeElements, itemSize } from './elements.js';
import { readSafetensorsHeader } from './safetensors-header.js';

/** Named tensors, in the order of the file's header, and the texts beside them. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata?: Readonly<Record<string, string>>;
}

const CODES: { readonly [T in DType]: string } = {
  float32: 'F32',
  float64: 'F64',
  float16: 'F16',
  int8: 'I8',
  uint8: 'U8',
  int16: 'I16',
  uint16: 'U16',
  int32: 'I32',
  uint32: 'U32',
  int64: 'I64',
  uint64: 'U64',
  bool: 'BOOL',
};

const DTYPE_OF_CODE: ReadonlyMap<string, DType> = new Map(
  Object.entries(CODES).map(([dtype, code]) => [code, dtype as DType]),
);

/**
 * The bytes of a safetensors file. The same content in the same order gives the same bytes: the header lists the
 * tensors as given, the data lie with the widest types first (else as given), so that each tensor is aligned.
 *
 * Source: the safetensors format, version 1 (Hugging Face).
 * @throws ConfigurationError for a tensor named '__metadata__', which the format keeps for itself.
 */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  if (tensors.has('__metadata__')) {
    throw new ConfigurationError({
      what: 'encodeSafetensors: tensors',
      expected: 'names other than the reserved one',
      got: "'__metadata__'",
    });
  }
  const byWidth = [...tensors].sort(([, a], [, b]) => itemSize(b.dtype) - itemSize(a.dtype));
  const starts = new Map<string, number>();
  let size = 0;
  for (const [name, { data }] of byWidth) {
    starts.set(name, size);
    size += data.byteLength;
  }
  // Written by hand: an object would put names like '0' first.
  const fields: string[] = [];
  if (metadata !== undefined && Object.keys(metadata).length > 0) {
    fields.push(`"__metadata__":${JSON.stringify(metadata)}`);
  }
  for (const [name, { dtype, shape, data }] of tensors) {
    const start = starts.get(name) ?? 0;
    const entry = { dtype: CODES[dtype], shape, data_offsets: [start, start + data.byteLength] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  const text = new TextEncoder().encode(`{${fields.join(',')}}`);
  const headerSize = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerSize + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerSize), true);
  bytes.set(text, 8);
  bytes.fill(0x20, 8 + text.length, 8 + headerSize);
  for (const [name, value] of byWidth) {
    bytes.set(encodeElements(value, 'little'), 8 + headerSize + (starts.get(name) ?? 0));
  }
  return bytes;
}

/**
 * The content of a safetensors file, in the order of its header. A tensor shares the memory of `bytes` where its
 * alignment allows it. Nothing is allocated by what the header says before it was held against the file's length.
 *
 * @throws FormatError when the header is no valid JSON, names a tensor twice, has an element type that Credence lacks
 * (such as BF16), or when its offsets leave a gap, overlap, or do not fit the shapes or the file.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  { where = 'safetensors data' }: { where?: string } = {},
): Required<Safetensors> {
  const { entries, metadata, data } = readSafetensorsHeader(bytes, where);
  const placed = entries.map((entry) => {
    const dtype = DTYPE_OF_CODE.get(entry.dtype);
    if (dtype === undefined) {
      throw new FormatError({
        what: `dtype of '${entry.name}'`,
        expected: `one of ${[...DTYPE_OF_CODE.keys()].join(', ')}`,
        got: `'${entry.dtype}'`,
        where,
      });
    }
    const size = elementCount(entry.shape) * itemSize(dtype);
    if (entry.end - entry.start !== size) {
      throw new FormatError({
        what: `data_offsets of '${entry.name}'`,
        expected: `${size} bytes for ${entry.dtype} of shape (${entry.shape.join(', ')})`,
        got: `${entry.end - entry.start}`,
        where,
      });
    }
    return { ...entry, dtype };
  });
  let end = 0;
  for (const entry of [...placed].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (entry.start !== end) {
      throw new FormatError({
        what: `data_offsets of '${entry.name}'`,
        expected: `the data to begin at ${end}, without gap or overlap`,
        got: `${entry.start}`,
        where,
      });
    }
    end = entry.end;
  }
  if (end !== data.length) {
    throw new FormatError({
      what: 'safetensors data',
      expected: `${end} bytes after the header`,
      got: `${data.length}`,
      where,
      hint: end > data.length ? 'the file is truncated' : 'bytes follow the last tensor',
    });
  }
  const tensors = new Map<string, Tensor>();
  for (const { name, dtype, shape, start, end: stop } of placed) {
    const elements = data.subarray(start, stop);
    if (dtype === 'bool' && elements.some((byte) => byte > 1)) {
      throw new FormatError({
        what: `data of '${name}'`,
        expected: 'bytes of 0 and 1 for BOOL',
        got: 'others',
        where,
      });
    }
    tensors.set(name, tensor(dtype, shape, decodeElements(dtype, elements, 'little')));
  }
  return { tensors, metadata };
}
