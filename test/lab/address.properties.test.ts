import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeValues, encodeValues, formatAddress, parseAddress } from '../../lab/src/state/address.js';
import { choice, flag, integer, number, optional, rows } from '../../lab/src/state/parameters.js';

const parameters = {
  value: number({ initial: 1, min: -1e6, max: 1e6 }),
  count: integer({ initial: 5, min: -9, max: 9 }),
  kind: choice(['a', 'b&c=d', 'e f;g,h'], 'a'),
  on: flag(false),
  table: optional(rows({ columns: 3, decimals: 3, limit: 20, size: 1e6 })),
};
const thousandths = fc.integer({ min: -9_000_000, max: 9_000_000 }).map((value) => value / 1000);

it('gives back every value that it was given', () => {
  fc.assert(
    fc.property(
      fc.record({
        value: fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0),
        count: fc.integer({ min: -9, max: 9 }),
        kind: fc.constantFrom('a', 'b&c=d', 'e f;g,h'),
        on: fc.boolean(),
        table: fc.option(fc.array(fc.tuple(thousandths, thousandths, thousandths), { maxLength: 20 })),
      }),
      (values) => {
        const hash = formatAddress({ panel: 'p', query: encodeValues(parameters, values as never) });
        const decoded = decodeValues(parameters, parseAddress(hash).query);
        expect(decoded.problems).toEqual([]);
        expect(decoded.values).toEqual({ ...values, table: values.table?.map((row) => [...row]) ?? null });
      },
    ),
  );
});

it('never throws, whatever the address says, and its values are within bounds', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (panel, name, text) => {
      const { query } = parseAddress(`#/${panel}?${name}=${text}&value=${text}&count=${text}&table=${text}`);
      const { values } = decodeValues(parameters, query);
      expect(Math.abs(values.value)).toBeLessThanOrEqual(1e6);
      expect(Number.isInteger(values.count)).toBe(true);
      expect(values.table?.every((row) => row.length === 3) ?? true).toBe(true);
    }),
  );
});
