import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FormatError } from '#credence/errors/index';
import { decodeSafetensors, encodeSafetensors } from '#credence/formats/index';
import type { Tensor } from '#credence/tensor/index';
import { arbitraryDamage, arbitraryTensor, plain } from './arbitrary.js';

const names = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('0', '7', 'a.weight', '__proto__'));
const contents = fc.record({
  tensors: fc
    .uniqueArray(fc.tuple(names, arbitraryTensor()), { selector: ([name]) => name, maxLength: 5 })
    .map((entries) => new Map<string, Tensor>(entries.filter(([name]) => name !== '__metadata__'))),
  metadata: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
});

const plainAll = (tensors: ReadonlyMap<string, Tensor>): unknown =>
  [...tensors].map(([name, value]) => [name, plain(value)]);

test('decoding what was encoded gives names, order, bits and metadata back', () => {
  fc.assert(
    fc.property(contents, (content) => {
      const decoded = decodeSafetensors(encodeSafetensors(content));
      expect(plainAll(decoded.tensors)).toEqual(plainAll(content.tensors));
      expect(Object.entries(decoded.metadata).sort()).toEqual(Object.entries(content.metadata).sort());
    }),
  );
});

test('the header ends on a multiple of 8, and every tensor lies on a multiple of its element', () => {
  fc.assert(
    fc.property(contents, (content) => {
      const bytes = encodeSafetensors(content);
      expect(new DataView(bytes.buffer).getBigUint64(0, true) % 8n).toBe(0n);
      for (const { data } of decodeSafetensors(bytes).tensors.values()) {
        if (data.length > 0) expect(data.buffer).toBe(bytes.buffer);
      }
    }),
  );
});

test('a damaged file is read or refused with a FormatError', () => {
  fc.assert(
    fc.property(
      contents.chain((content) => arbitraryDamage(encodeSafetensors(content))),
      (bytes) => {
        try {
          const { tensors } = decodeSafetensors(bytes);
          // What passes is whole: all bytes of the data belong to one tensor.
          const header = Number(new DataView(bytes.buffer).getBigUint64(0, true));
          const sizes = [...tensors.values()].map(({ data }) => data.byteLength);
          expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(bytes.length - 8 - header);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test('a header of any JSON is read or refused with a FormatError', () => {
  const size = fc.oneof(fc.nat({ max: 9 }), fc.double(), fc.constantFrom(2 ** 53, 2 ** 31, -1, null));
  const entry = fc.record({
    dtype: fc.oneof(fc.constantFrom('F32', 'U8', 'BOOL', 'I64', 'BF16'), fc.string()),
    shape: fc.array(size, { maxLength: 3 }),
    data_offsets: fc.array(size, { minLength: 1, maxLength: 3 }),
  });
  const header = fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.oneof(entry, fc.jsonValue())));
  fc.assert(
    fc.property(header, fc.uint8Array({ maxLength: 16 }), (value, data) => {
      const text = new TextEncoder().encode(JSON.stringify(value));
      const bytes = Uint8Array.of(...new Uint8Array(8), ...text, ...data);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
      try {
        decodeSafetensors(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }),
    { numRuns: 1000 },
  );
});
