import { describe, expect, test } from 'vitest';
import { digits, megabytes, range, verdict } from '../../bench/report/numbers.js';
import { formatSection } from '../../bench/report/section.js';
import { formatTable } from '../../bench/report/table.js';

describe('formatTable', () => {
  test('aligns numbers to the right and the first column to the left', () => {
    const table = {
      columns: [{ title: 'phase' }, { title: 's' }, { title: 'note', align: 'left' as const }],
      rows: [
        ['ODIN', '1.25', 'a'],
        ['the whole', '12', ''],
      ],
    };
    expect(formatTable(table)).toEqual([
      'phase         s  note',
      '---------  ----  ----',
      'ODIN       1.25  a',
      'the whole    12',
    ]);
  });

  test('a section without rows or notes is a title and a head', () => {
    const table = { columns: [{ title: 'a' }], rows: [] };
    expect(formatSection({ name: 'n', title: 'T', table, notes: [], data: null })).toBe('T\n\na\n-\n');
  });
});

describe('numbers', () => {
  test.each([
    [0, '0'],
    [123.4, '123'],
    [12.34, '12.3'],
    [1.234, '1.23'],
    [0.001234, '0.00123'],
    [1234, '1234'],
    [NaN, '-'],
    [undefined, '-'],
  ])('digits of %s', (value, text) => {
    expect(digits(value)).toBe(text);
  });

  test('megabytes are 10^6 bytes', () => {
    expect(megabytes(999_600_000)).toBe('1000');
    expect(megabytes(NaN)).toBe('-');
  });

  test('a range has two ends or none', () => {
    expect(range(1, 2)).toBe('1.00-2.00');
    expect(range(NaN, NaN)).toBe('-');
  });

  test('a floor is met by every pair, by the median alone, or not', () => {
    expect(verdict({ median: 1.5, min: 1.3 }, 1.3)).toBe('yes');
    expect(verdict({ median: 1.5, min: 1.2 }, 1.3)).toBe('by the median');
    expect(verdict({ median: 1.2, min: 1.1 }, 1.3)).toBe('NO');
    expect(verdict({ median: NaN, min: NaN }, 1.3)).toBe('-');
  });
});
