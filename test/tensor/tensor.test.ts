import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError, ShapeError } from '#credence/errors/index';
import { assertFinite, elementCount, sliceRows, tensor, zeros } from '#credence/tensor/index';
import type { DType } from '#credence/tensor/index';

const bytesPerElement: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  bool: 1,
};
const dtypes = Object.keys(bytesPerElement) as DType[];

describe('elementCount', () => {
  test('is the product of the sizes, 1 for a scalar', () => {
    expect(elementCount([])).toBe(1);
    expect(elementCount([2, 3, 4])).toBe(24);
    expect(elementCount([5, 0])).toBe(0);
  });
});

describe('tensor', () => {
  test('stands over the data, not on a copy', () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const value = tensor('float32', [2, 3], data);
    expect(value.data).toBe(data);
    expect(value).toEqual({ dtype: 'float32', shape: [2, 3], data });
  });

  test('refuses data of another length', () => {
    expect(() => tensor('float32', [2, 3], new Float32Array(5))).toThrow(
      new ShapeError({ what: 'tensor: data', expected: '6 elements for shape (2, 3)', got: '5' }),
    );
    expect(() => tensor('uint8', [], new Uint8Array(0))).toThrow(ShapeError);
  });

  test.each([[-1], [1.5], [NaN], [Infinity]])('refuses size %d', (size) => {
    expect(() => tensor('float32', [size], new Float32Array(1))).toThrow(ShapeError);
  });
});

describe('zeros', () => {
  test.each(dtypes)('%s', (dtype) => {
    const value = zeros(dtype, [2, 3]);
    expect(value.shape).toEqual([2, 3]);
    expect(value.data.BYTES_PER_ELEMENT).toBe(bytesPerElement[dtype]);
    expect(Array.from(value.data as ArrayLike<number | bigint>, Number)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(zeros(dtype, [0, 3]).data).toHaveLength(0);
    expect(zeros(dtype, []).data).toHaveLength(1);
  });
});

test.each(dtypes)('zeros of %s in memory that threads share', (dtype) => {
  const value = zeros(dtype, [2, 3], { shared: true });
  expect(value.data.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(Array.from(value.data as ArrayLike<number | bigint>, Number)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(zeros(dtype, [2]).data.buffer).toBeInstanceOf(ArrayBuffer);
});

describe('sliceRows', () => {
  const value = tensor('int32', [3, 2], Int32Array.of(1, 2, 3, 4, 5, 6));

  test('shares the memory', () => {
    const rows = sliceRows(value, 1, 3);
    expect(rows).toEqual(tensor('int32', [2, 2], Int32Array.of(3, 4, 5, 6)));
    expect(rows.data.buffer).toBe(value.data.buffer);
  });

  test('rows of rows are rows', () => {
    const bounds = fc
      .array(fc.nat(12), { minLength: 2, maxLength: 2 })
      .map((pair) => pair.sort((a, b) => a - b));
    const whole = tensor(
      'float64',
      [12, 3],
      Float64Array.from({ length: 36 }, (_, i) => i),
    );
    fc.assert(
      fc.property(bounds, bounds, ([a = 0, b = 0], [c = 0, d = 0]) => {
        fc.pre(d <= b - a);
        expect(sliceRows(sliceRows(whole, a, b), c, d)).toEqual(sliceRows(whole, a + c, a + d));
      }),
    );
  });

  test('takes none, and vectors', () => {
    expect(sliceRows(value, 2, 2)).toEqual(zeros('int32', [0, 2]));
    expect(sliceRows(zeros('uint8', [4]), 1, 3).shape).toEqual([2]);
  });

  test.each([
    [-1, 1],
    [0, 4],
    [2, 1],
    [0.5, 1],
    [NaN, 1],
    [0, NaN],
  ])('refuses rows %d to %d of three', (start, end) => {
    expect(() => sliceRows(value, start, end)).toThrow(ShapeError);
  });

  test('a scalar has no rows', () => {
    expect(() => sliceRows(zeros('float32', []), 0, 0)).toThrow(/a scalar has no rows/);
  });
});

describe('assertFinite', () => {
  test.each([NaN, Infinity, -Infinity])('names the first element that is %d', (bad) => {
    for (const value of [
      tensor('float32', [2, 2], Float32Array.of(1, 2, bad, bad)),
      tensor('float64', [2, 2], Float64Array.of(1, 2, bad, bad)),
    ]) {
      const error = new DataError({
        what: 'weights',
        expected: 'finite numbers',
        got: `${bad}`,
        where: 'element 2 of shape (2, 2)',
      });
      expect(() => assertFinite('weights', value)).toThrow(error);
    }
  });

  test('passes what is finite, and integers', () => {
    expect(() => assertFinite('x', tensor('float32', [2], Float32Array.of(-0, 3.4e38)))).not.toThrow();
    // The bits of a float16 NaN are an integer here.
    expect(() => assertFinite('x', tensor('float16', [1], Uint16Array.of(0x7e00)))).not.toThrow();
    expect(() => assertFinite('x', zeros('int64', [2]))).not.toThrow();
  });
});
