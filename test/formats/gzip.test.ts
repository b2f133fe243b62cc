import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FormatError } from '#credence/errors/index';
import { crc32 } from '#credence/formats/crc32';
import { gunzip, gzip } from '#credence/formats/index';

const CONTENT = new TextEncoder().encode('uncertainty '.repeat(200));

test('crc32 gives the published check value of "123456789"', () => {
  // The 'check' of CRC-32/ISO-HDLC in Greg Cook's catalogue of CRC algorithms.
  const digits = new TextEncoder().encode('123456789');
  expect(crc32(digits)).toBe(0xcbf43926);
  expect(crc32(digits.subarray(4), crc32(digits.subarray(0, 4)))).toBe(0xcbf43926);
});

describe('gunzip', () => {
  test('reads what zlib wrote, at every level', () => {
    for (let level = 0; level <= 9; level++) expect(gunzip(gzipSync(CONTENT, { level }))).toEqual(CONTENT);
  });

  test('passes over the optional fields of a header', () => {
    const plain = gzipSync(CONTENT);
    const header = [...plain.subarray(0, 3), 2 + 4 + 8 + 16, ...plain.subarray(4, 10)];
    const fields = [3, 0, 9, 9, 9, ...Buffer.from('name\0'), ...Buffer.from('comment\0'), 1, 2];
    expect(gunzip(Uint8Array.of(...header, ...fields, ...plain.subarray(10)))).toEqual(CONTENT);
  });

  test('refuses every truncation', () => {
    const bytes = gzip(CONTENT);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => gunzip(bytes.subarray(0, length))).toThrow(FormatError);
    }
  });

  test('refuses a wrong CRC, a wrong size and what is no gzip', () => {
    const wrong = (at: number, value: number): Uint8Array => {
      const bytes = gzip(CONTENT);
      bytes[at < 0 ? bytes.length + at : at] = value;
      return bytes;
    };
    expect(() => gunzip(wrong(-8, 0), { where: 'here' })).toThrow(
      /CRC-32 [0-9a-f]{8}, got .* \(here\); the file is corr/,
    );
    expect(() => gunzip(wrong(-4, 1))).toThrow(FormatError);
    expect(() => gunzip(wrong(2, 7))).toThrow(/method 7/);
    expect(() => gunzip(CONTENT)).toThrow(/expected gzip data, got bytes 75 6e 63 65/);
  });

  test('allocates nothing for a size that the data cannot have, or that is over the limit', () => {
    const bytes = gzip(CONTENT);
    bytes.set([255, 255, 255, 63], bytes.length - 4);
    expect(() => gunzip(bytes)).toThrow(/at most \d+ bytes out of \d+, got a stated size of 1073741823/);
    bytes[bytes.length - 1] = 255;
    expect(() => gunzip(bytes)).toThrow(/expected at most 1073741824 bytes, got 4294967295/);
    expect(() => gunzip(gzip(CONTENT), { limit: 100 })).toThrow(/expected at most 100 bytes, got 2400/);
  });
});
