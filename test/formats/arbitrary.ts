import fc from 'fast-check';
import { elementCount, zeros } from '#credence/tensor/index';
import type { DType, Tensor } from '#credence/tensor/index';

const DTYPES: readonly DType[] = [
  'float32',
  'float64',
  'float16',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
];

/** Tensors of 0 to 3 dimensions of 0 to 4, with any bits in them (NaN payloads too); booleans are 0 and 1. */
export function arbitraryTensor(dtypes: readonly DType[] = DTYPES): fc.Arbitrary<Tensor> {
  return fc
    .record({
      dtype: fc.constantFrom(...dtypes),
      shape: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
      bytes: fc.uint8Array({ minLength: 64 * 8, maxLength: 64 * 8 }),
    })
    .map(({ dtype, shape, bytes }) => {
      const value: Tensor = zeros(dtype, shape);
      const content = bytesOf(value);
      content.set(bytes.subarray(0, content.length));
      if (dtype === 'bool') for (let i = 0; i < elementCount(shape); i++) content[i]! &= 1;
      return value;
    });
}

/** The memory of a tensor's elements. */
function bytesOf({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** A tensor as a plain value that `toEqual` compares by its bits. */
export function plain(value: Tensor): { dtype: DType; shape: readonly number[]; bytes: number[] } {
  return { dtype: value.dtype, shape: value.shape, bytes: [...bytesOf(value)] };
}

/** The bytes cut short, or with one to four bits flipped, or with bytes added. */
export function arbitraryDamage(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const cut = fc.nat({ max: Math.max(0, bytes.length - 1) }).map((length) => bytes.slice(0, length));
  const flipped = fc
    .array(fc.tuple(fc.nat({ max: Math.max(0, bytes.length - 1) }), fc.nat({ max: 7 })), {
      minLength: 1,
      maxLength: 4,
    })
    .map((flips) => {
      const copy = bytes.slice();
      for (const [at, bit] of flips) copy[at]! ^= 1 << bit;
      return copy;
    });
  const longer = fc
    .uint8Array({ minLength: 1, maxLength: 9 })
    .map((tail) => Uint8Array.of(...bytes, ...tail));
  return fc.oneof(cut, flipped, longer);
}

export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}
