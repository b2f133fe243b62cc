import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FormatError } from '#credence/errors/index';
import { decodeNpy, decodeNpz, encodeNpy, encodeNpz } from '#credence/formats/index';
import { arbitraryDamage, arbitraryTensor, plain } from './arbitrary.js';

test('decoding what was encoded gives the tensor back', () => {
  fc.assert(
    fc.property(arbitraryTensor(), (value) => {
      expect(plain(decodeNpy(encodeNpy(value)))).toEqual(plain(value));
    }),
  );
});

test('big-endian and Fortran order give the same values', () => {
  fc.assert(
    fc.property(fc.nat({ max: 4 }), fc.nat({ max: 4 }), fc.boolean(), (rows, columns, big) => {
      const header = `{'descr': '${big ? '>' : '<'}i4', 'fortran_order': True, 'shape': (${rows}, ${columns}), }`;
      const bytes = new Uint8Array(10 + header.length + 4 * rows * columns);
      bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
      bytes.set(new TextEncoder().encode(header), 10);
      const view = new DataView(bytes.buffer, 10 + header.length);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) view.setInt32(4 * (j * rows + i), 1000 * i - j, !big);
      }
      const { data } = decodeNpy(bytes);
      const expected = Array.from(
        { length: rows * columns },
        (_, k) => 1000 * Math.floor(k / columns) - (k % columns),
      );
      expect([...data]).toEqual(expected);
    }),
  );
});

test('damaged files are read or refused with a FormatError', () => {
  const files = arbitraryTensor().chain((value) =>
    fc.oneof(
      arbitraryDamage(encodeNpy(value)).map((bytes) => () => decodeNpy(bytes)),
      arbitraryDamage(
        encodeNpz(
          new Map([
            ['a', value],
            ['b', value],
          ]),
        ),
      ).map((bytes) => () => decodeNpz(bytes)),
    ),
  );
  fc.assert(
    fc.property(files, (read) => {
      try {
        read();
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }),
    { numRuns: 1000 },
  );
});
