import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '#credence/errors/index';
import { CsvReader, encodeCsv } from '#credence/formats/index';
import type { CsvRecord } from '#credence/formats/index';

/** All records of a text that is handed over in these pieces. */
function readAll(pieces: readonly string[], delimiter = ','): CsvRecord[] {
  const reader = new CsvReader({ delimiter, where: 'table.csv' });
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

const fields = (text: string, delimiter?: string): (readonly string[])[] =>
  readAll([text], delimiter).map((record) => record.fields);

describe('CsvReader', () => {
  test.each<[string, string, string[][]]>([
    [
      'lines',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a last line without an end',
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'CR LF',
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'CR LF after quotes',
      '"a","b"\r\n1,"2"\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['empty lines', '\na\n\r\n\nb\n', [['a'], ['b']]],
    [
      'empty fields',
      ',\n"",""\n',
      [
        ['', ''],
        ['', ''],
      ],
    ],
    ['a byte order mark', '\ufeffa,b\n', [['a', 'b']]],
    ['quotes, delimiters and ends of lines in quotes', '"a ""b"", c\r\nd",e\n', [['a "b", c\r\nd', 'e']]],
    ['a quote inside a field', 'a"b,"c"\n', [['a"b', 'c']]],
    ['a field of one quote', '""""\n', [['"']]],
    ['nothing', '', []],
  ])('reads %s', (_, text, expected) => {
    expect(fields(text)).toEqual(expected);
  });

  test('takes another delimiter', () => {
    expect(fields('a;"b;c";1,5\n', ';')).toEqual([['a', 'b;c', '1,5']]);
  });

  test('counts lines, those inside quotes too', () => {
    expect(readAll(['a\n\n"b\nc"\n\nd\n']).map(({ line }) => line)).toEqual([1, 3, 6]);
  });

  test.each([
    ['a quote that is not closed', 'a,b\n1,"2\n3,4\n', /a closing quote.*line 2/],
    ['text after a closing quote', '"a"b\n', /after a closing quote, got 'b' \(table.csv, line 1\)/],
  ])('refuses %s', (_, text, message) => {
    expect(() => readAll([text])).toThrow(FormatError);
    expect(() => readAll([text])).toThrow(message);
  });

  test('gives up on a record without end', () => {
    const reader = new CsvReader();
    const piece = 'x'.repeat(2 ** 22);
    expect(() => {
      for (let i = 0; i < 8; i++) reader.push(i === 0 ? `"${piece}` : piece);
    }).toThrow(/a record of at most/);
  });

  test('reads what encodeCsv writes, in whatever pieces', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '1', '"', ',', '\r', '\n', ' ', '\u00e9'),
      maxLength: 5,
    });
    const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
      fc.record({
        rows: fc.array(fc.array(text, { minLength: width, maxLength: width }), {
          minLength: 1,
          maxLength: 5,
        }),
        cuts: fc.array(fc.nat({ max: 200 }), { maxLength: 6 }),
      }),
    );
    fc.assert(
      fc.property(table, ({ rows, cuts }) => {
        const columns = rows[0]!.map((_, i) => [`c${i}`, rows.map((row) => row[i]!)] as const);
        const csv = encodeCsv(Object.fromEntries(columns));
        const at = [0, ...cuts.toSorted((a, b) => a - b), csv.length];
        const pieces = at.slice(1).map((end, i) => csv.slice(at[i], end));
        expect(readAll(pieces).map((record) => record.fields)).toEqual([
          columns.map(([name]) => name),
          ...rows,
        ]);
      }),
      { numRuns: 500 },
    );
  });
});
