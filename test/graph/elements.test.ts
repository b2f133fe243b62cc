import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GraphError } from '#credence/errors/index';
import { float16Bits, float16Value, numbersIn, roundToEven, tensorOfNumbers } from '#credence/graph/elements';

describe('float16', () => {
  test('every bit pattern is read and written back', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = float16Value(bits);
      if (Number.isNaN(value)) expect(Number.isNaN(float16Value(float16Bits(value)))).toBe(true);
      else expect(float16Bits(value)).toBe(bits);
    }
  });

  test.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [1.5 * 2 ** -25, 1],
    [2 ** -14, 0x0400],
    [1 / 3, 0x3555],
    [-0, 0x8000],
  ])('%s', (value, bits) => {
    expect(float16Bits(value)).toBe(bits);
  });

  test('numbers go to the nearest half, ties to the even one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0x7bfe }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (bits, t) => {
          const [low, high] = [float16Value(bits), float16Value(bits + 1)];
          const x = low + t * (high - low);
          const middle = (low + high) / 2;
          const expected = x < middle ? bits : x > middle ? bits + 1 : bits + (bits % 2);
          expect(float16Bits(x)).toBe(expected);
          expect(float16Bits(-x)).toBe(x === 0 ? 0x8000 : expected | 0x8000);
        },
      ),
    );
  });
});

test('halves round to the even integer', () => {
  expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49, -0.51].map(roundToEven)).toEqual([
    -2, -2, 0, 0, 2, 2, 0, -1,
  ]);
});

test('numbers of every type are kept, and clamped in 64 bits', () => {
  const types = [
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
  ] as const;
  for (const dtype of types)
    expect([...numbersIn(tensorOfNumbers(dtype, [3], Float64Array.of(0, 1, 100)))]).toEqual([0, 1, 100]);
  expect([...tensorOfNumbers('bool', [3], Float64Array.of(0, 1, 2)).data]).toEqual([0, 1, 1]);
  const far = Float64Array.of(2 ** 63, -(2 ** 63), Infinity, -Infinity);
  expect([...tensorOfNumbers('int64', [4], far).data]).toEqual([
    2n ** 63n - 1n,
    -(2n ** 63n),
    2n ** 63n - 1n,
    -(2n ** 63n),
  ]);
  expect([...tensorOfNumbers('uint64', [2], Float64Array.of(2 ** 64, -1)).data]).toEqual([
    2n ** 64n - 1n,
    0n,
  ]);
  expect(() => tensorOfNumbers('int64', [1], Float64Array.of(NaN))).toThrow(GraphError);
});
