import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FormatError } from '#credence/errors/index';
import { decodeIdx, encodeIdx, gunzip, gzip } from '#credence/formats/index';
import { arbitraryDamage, arbitraryTensor, plain } from './arbitrary.js';

const tensors = arbitraryTensor(['uint8', 'int8', 'int16', 'int32', 'float32', 'float64']);

test('decoding what was encoded gives the tensor back', () => {
  fc.assert(
    fc.property(tensors, (value) => {
      expect(plain(decodeIdx(encodeIdx(value)))).toEqual(plain(value));
      expect(plain(decodeIdx(gzip(encodeIdx(value))))).toEqual(plain(value));
    }),
  );
});

test('a damaged file is read or refused with a FormatError', () => {
  fc.assert(
    fc.property(
      tensors.chain((value) => arbitraryDamage(encodeIdx(value))),
      (bytes) => readOrRefuse(() => decodeIdx(bytes)),
    ),
    { numRuns: 500 },
  );
});

test('damaged gzip data are refused, or have the content that they had', () => {
  const content = new TextEncoder().encode('some text, some text and some more text to be deflated');
  fc.assert(
    fc.property(arbitraryDamage(gzip(content)), (bytes) =>
      readOrRefuse(() => {
        // Flags and dates of the header may change without harm.
        expect(gunzip(bytes)).toEqual(content);
      }),
    ),
    { numRuns: 1000 },
  );
});

function readOrRefuse(read: () => void): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
  }
}
