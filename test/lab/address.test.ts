import { describe, expect, it } from 'vitest';
import { decodeValues, encodeValues, formatAddress, parseAddress } from '../../lab/src/state/address.js';
import { choice, flag, integer, number, numberOf, optional, rows } from '../../lab/src/state/parameters.js';

const parameters = {
  alpha: number({ initial: 2, min: 0, max: 10 }),
  degree: integer({ initial: 3, min: 1, max: 9 }),
  set: choice(['line', 'sine'], 'line'),
  compare: flag(true),
  speed: numberOf([0.5, 1, 2], 1),
  points: optional(rows({ columns: 2, decimals: 3, limit: 4, size: 100 })),
};
const initial = decodeValues(parameters, new Map()).values;

describe('the address', () => {
  it('holds nothing of what is as it was initially', () => {
    expect(formatAddress({ panel: 'week1', query: encodeValues(parameters, initial) })).toBe('#/week1');
  });

  it('holds what differs, points as they are read', () => {
    const values = {
      ...initial,
      alpha: 0.5,
      compare: false,
      points: [
        [1, -0.25],
        [0.12345, 3],
      ],
    };
    const hash = formatAddress({ panel: 'week1', query: encodeValues(parameters, values) });
    expect(hash).toBe('#/week1?alpha=0.5&compare=0&points=1,-0.25;0.123,3');
    const { panel, query } = parseAddress(hash);
    expect(panel).toBe('week1');
    expect(decodeValues(parameters, query)).toEqual({
      values: {
        ...values,
        points: [
          [1, -0.25],
          [0.123, 3],
        ],
      },
      problems: [],
    });
  });

  it('tells no points from the initial ones', () => {
    const query = encodeValues(parameters, { ...initial, points: [] });
    expect(query.get('points')).toBe('');
    expect(decodeValues(parameters, query).values.points).toEqual([]);
  });

  it.each([
    ['alpha', ['', ' ', 'x', '-1', '11', 'NaN', 'Infinity', '1e9']],
    ['degree', ['2.5', '0', '10', '']],
    ['set', ['', 'Line', 'toString']],
    ['compare', ['true', '', '2']],
    ['speed', ['', '1.5', '0', 'x', '1e9']],
    ['points', ['1,101', '1e300,1', '-Infinity,1', '1', '1,2,3', '1,', '1,x', ';', '1,2;3,4;5,6;7,8;9,10']],
  ] as const)('keeps the initial %s where the text is none, and says so', (name, texts) => {
    for (const text of texts) {
      const { values, problems } = decodeValues(parameters, new Map([[name, text]]));
      expect(values[name], text).toEqual(initial[name]);
      expect(problems, text).toHaveLength(1);
      expect(problems[0]).toContain(`'${name}'`);
      expect(problems[0]).toContain(parameters[name].expected);
    }
  });

  it('names settings that the panel does not have', () => {
    expect(decodeValues(parameters, new Map([['beta', '3']])).problems.join()).toContain("'beta'");
  });

  it('reads a broken escape, a second question mark and a missing value as they stand', () => {
    expect(parseAddress('#/week1?a=%E0%A4&b=c?d=e&f')).toEqual({
      panel: 'week1',
      query: new Map([
        ['a', '%E0%A4'],
        ['b', 'c?d=e'],
        ['f', ''],
      ]),
    });
    expect(parseAddress('').panel).toBe('');
  });
});
