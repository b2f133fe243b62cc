import { FormatError } from '../errors/index.js';
import { jsonKeys } from './json-keys.js';
import { describeBytes } from './signature.js';

/** A tensor as the header describes it; types and sizes of the JSON are checked, nothing else. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes of the data, `end` exclusive. */
  readonly start: number;
  readonly end: number;
}

/** The bound of the format's reference reader. */
const LARGEST_HEADER = 100_000_000;

/** @throws FormatError */
export function readSafetensorsHeader(
  bytes: Uint8Array,
  where: string,
): {
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
} {
  const stated =
    bytes.length < 8 ? Infinity : Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (stated > Math.min(bytes.length - 8, LARGEST_HEADER)) {
    throw new FormatError({
      what: 'safetensors file',
      expected: 'the length of the header and the header',
      got:
        bytes.length < 8 ? `${bytes.length} bytes` : `${bytes.length} bytes and a header length of ${stated}`,
      where,
      hint: `it begins with ${describeBytes(bytes)}: truncated, or not a safetensors file`,
    });
  }
  const header = parseHeader(bytes.subarray(8, 8 + stated), where);
  const entries: SafetensorsEntry[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, value] of header) {
    if (name === '__metadata__') metadata = readMetadata(value, where);
    else entries.push(readEntry(name, value, where));
  }
  return { entries, metadata, data: bytes.subarray(8 + stated) };
}

/** The header's fields in the order of its text. */
function parseHeader(bytes: Uint8Array, where: string): [string, unknown][] {
  let header: unknown;
  let names: ReturnType<typeof jsonKeys>;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
    names = jsonKeys(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError({ what: 'safetensors header', expected: 'JSON', got: reason, where, cause });
  }
  const { keys, duplicate } = names;
  if (!isObject(header) || duplicate !== undefined) {
    throw new FormatError({
      what: 'safetensors header',
      expected: 'a JSON object with each name once',
      got: duplicate === undefined ? JSON.stringify(header).slice(0, 100) : `'${duplicate}' twice`,
      where,
    });
  }
  const fields = new Map(Object.entries(header));
  return keys.map((key) => [key, fields.get(key)]);
}

function readEntry(name: string, value: unknown, where: string): SafetensorsEntry {
  if (isObject(value)) {
    const { dtype, shape, data_offsets: offsets } = value;
    if (typeof dtype === 'string' && isSizes(shape) && isSizes(offsets)) {
      const [start, end] = offsets;
      if (start !== undefined && end !== undefined && offsets.length === 2 && start <= end) {
        return { name, dtype, shape, start, end };
      }
    }
  }
  throw new FormatError({
    what: `safetensors header, '${name}'`,
    expected: 'a dtype, a shape and two ascending data_offsets of integers from 0',
    got: JSON.stringify(value).slice(0, 100),
    where,
  });
}

function readMetadata(value: unknown, where: string): Readonly<Record<string, string>> {
  if (isTexts(value)) return value;
  throw new FormatError({
    what: 'safetensors header, __metadata__',
    expected: 'texts by name',
    got: JSON.stringify(value).slice(0, 100),
    where,
  });
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
