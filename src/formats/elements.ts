import { arrayOf } from '../tensor/index.js';
import type { DataOf, DType, Tensor } from '../tensor/index.js';

export type ByteOrder = 'little' | 'big';

/** How a file holds one array: what its header says, and where the elements begin. */
export interface ArrayLayout {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly order: ByteOrder;
  /** Whether the first index runs fastest. */
  readonly fortranOrder: boolean;
  /** Bytes in front of the first element. */
  readonly dataStart: number;
}

const HOST_ORDER: ByteOrder = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 'little' : 'big';

/** Bytes of one element. */
export function itemSize(dtype: DType): number {
  return arrayOf(dtype).BYTES_PER_ELEMENT;
}

/** The elements that `bytes` hold: a view where order and alignment allow one, else a copy. */
export function decodeElements<T extends DType>(dtype: T, bytes: Uint8Array, order: ByteOrder): DataOf<T> {
  const size = itemSize(dtype);
  let source = bytes;
  if (size > 1 && (order !== HOST_ORDER || bytes.byteOffset % size !== 0)) source = new Uint8Array(bytes);
  if (order !== HOST_ORDER) reverseElements(source, size);
  return new (arrayOf(dtype))(source.buffer, source.byteOffset, bytes.length / size);
}

/** The bytes of the elements: a view in the host's order, else a copy. */
export function encodeElements({ dtype, data }: Tensor, order: ByteOrder): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const size = itemSize(dtype);
  if (order === HOST_ORDER || size === 1) return bytes;
  const copy = new Uint8Array(bytes);
  reverseElements(copy, size);
  return copy;
}

function reverseElements(bytes: Uint8Array, size: number): void {
  if (size === 1) return;
  for (let start = 0; start < bytes.length; start += size) {
    for (let low = start, high = start + size - 1; low < high; low++, high--) {
      const swapped = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = swapped;
    }
  }
}
