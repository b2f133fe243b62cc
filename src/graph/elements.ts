import { GraphError } from '../errors/index.js';
import { tensor } from '../tensor/index.js';
import type { DType, Tensor } from '../tensor/index.js';

/** ONNX's numbers of the element types (TensorProto.DataType). */
export const ELEMENT_TYPES: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
};

/** The other way round; undefined for strings, complex numbers and the narrow floats, which no tensor holds. */
export function elementTypeOf(number: number): DType | undefined {
  return byNumber.get(number);
}

const byNumber: ReadonlyMap<number, DType> = new Map(
  Object.entries(ELEMENT_TYPES).map(([dtype, number]) => [number, dtype as DType]),
);

/** The elements of a tensor as float64; integers beyond 2^53 are rounded. */
export function numbersIn({ dtype, data }: Tensor): Float64Array {
  const number = dtype === 'float16' ? float16Value : Number;
  return Float64Array.from(data as ArrayLike<number | bigint>, (x) => number(Number(x)));
}

/**
 * A tensor of numbers rounded to its element type; integers beyond a 64-bit type's range are clamped to it, since ONNX's
 * 'to the end' is its largest. @throws GraphError when a number that should be an integer is NaN.
 */
export function tensorOfNumbers(dtype: DType, shape: readonly number[], numbers: Float64Array): Tensor {
  if (!dtype.startsWith('float') && numbers.some(Number.isNaN)) {
    throw new GraphError({ what: `elements of type ${dtype}`, expected: 'integers', got: 'NaN' });
  }
  switch (dtype) {
    case 'float64':
      return tensor(dtype, shape, numbers);
    case 'float32':
      return tensor(dtype, shape, Float32Array.from(numbers));
    case 'float16':
      return tensor(dtype, shape, Uint16Array.from(numbers, float16Bits));
    case 'int64':
      return tensor(dtype, shape, BigInt64Array.from(numbers, toInt64));
    case 'uint64':
      return tensor(dtype, shape, BigUint64Array.from(numbers, clamped(0n, 2n ** 64n - 1n)));
    case 'int32':
      return tensor(dtype, shape, Int32Array.from(numbers));
    case 'uint32':
      return tensor(dtype, shape, Uint32Array.from(numbers));
    case 'int16':
      return tensor(dtype, shape, Int16Array.from(numbers));
    case 'uint16':
      return tensor(dtype, shape, Uint16Array.from(numbers));
    case 'int8':
      return tensor(dtype, shape, Int8Array.from(numbers));
    case 'uint8':
      return tensor(dtype, shape, Uint8Array.from(numbers));
    case 'bool':
      return tensor(
        dtype,
        shape,
        Uint8Array.from(numbers, (x) => (x === 0 ? 0 : 1)),
      );
  }
}

/** The integer, clamped to 64 bits. */
export const toInt64: (x: number) => bigint = clamped(-(2n ** 63n), 2n ** 63n - 1n);

function clamped(lowest: bigint, highest: bigint): (x: number) => bigint {
  return (x) => {
    if (x >= Number(highest)) return highest;
    return x <= Number(lowest) ? lowest : BigInt(Math.trunc(x));
  };
}

/** The number that the bits of an IEEE 754 half stand for. */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** The bits of the IEEE 754 half nearest to a number, ties to even. */
export function float16Bits(x: number): number {
  if (Number.isNaN(x)) return 0x7e00;
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(x);
  if (magnitude >= 65520) return sign | 0x7c00;
  if (magnitude < 2 ** -25) return sign;
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  // A mantissa that rounds up to 2048 carries into the exponent by itself.
  const mantissa = roundToEven(magnitude / 2 ** (exponent - 10));
  return sign + (mantissa < 1024 ? mantissa : (exponent + 14) * 1024 + mantissa);
}

/** The nearest integer, halves to the even one. */
export function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return rest < 0.5 ? floor : floor + 1;
}
