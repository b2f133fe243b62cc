import { describe, expect, test } from 'vitest';
import { ShapeError } from '#credence/errors/index';
import { encodeCsv } from '#credence/formats/index';

describe('encodeCsv', () => {
  test('writes names, then rows, ended by CR LF', () => {
    expect(encodeCsv({ x: Float64Array.of(0.1, -2e-9), label: ['a', 'b'] })).toBe(
      'x,label\r\n0.1,a\r\n-2e-9,b\r\n',
    );
    expect(encodeCsv({ x: [] })).toBe('x\r\n');
  });

  test('quotes what RFC 4180 says needs quotes', () => {
    const text = encodeCsv({ 'a,b': ['say "no"', 'two\nlines', ' space '] });
    expect(text).toBe('"a,b"\r\n"say ""no"""\r\n"two\nlines"\r\n space \r\n');
    expect(encodeCsv({ a: [''] })).toBe('a\r\n""\r\n');
    expect(encodeCsv({ a: [''], b: [''] })).toBe('a,b\r\n,\r\n');
  });

  test('keeps every bit of a float64, and names what is no number', () => {
    const values = [Number.MAX_VALUE, Number.MIN_VALUE, 1 / 3, Number.NaN, -Infinity];
    const lines = encodeCsv({ v: values }).split('\r\n').slice(1, -1);
    expect(lines.map(Number)).toEqual(values);
  });

  test('refuses columns of different lengths, and none', () => {
    expect(() => encodeCsv({ x: [1, 2], y: [1] })).toThrow(ShapeError);
    expect(() => encodeCsv({ x: [1, 2], y: [1] })).toThrow(/expected 2 values in each, got 1 in 'y'/);
    expect(() => encodeCsv({})).toThrow(/expected at least one, got none/);
  });
});
