import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJsonImages } from '#credence/data/json-images';
import { CredenceError, DataError, FileError, FormatError } from '#credence/errors/index';
import { temporaryFolder } from '../files/server.js';

async function file(text: string): Promise<string> {
  const path = join(await temporaryFolder(), 'x.json');
  await writeFile(path, text);
  return path;
}

test('reads what JSON.parse reads, without the empty rows', async () => {
  const folder = await temporaryFolder();
  const row = fc.oneof(
    { weight: 9, arbitrary: fc.array(fc.nat({ max: 255 }), { minLength: 3, maxLength: 3 }) },
    fc.constant<number[]>([]),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 2000 }), fc.nat({ max: 2500 }), async (data, most) => {
      const path = join(folder, 'x.json');
      await writeFile(path, JSON.stringify({ data }));
      const expected = data.filter(({ length }) => length > 0).slice(0, most);
      expect([...(await readJsonImages(path, 3, most))]).toEqual(expected.flat());
      expect([...(await readJsonImages(path, 3, Infinity))]).toEqual(data.flat());
    }),
    { numRuns: 30 },
  );
});

test('does not read beyond what is wanted', async () => {
  expect([...(await readJsonImages(await file('{"data":[[1,2],[3,4],broken'), 2, 2))]).toEqual([1, 2, 3, 4]);
});

test.each([
  ['', FormatError, /the end of the file after 0 bytes/],
  [
    '{"data":[[1,2],[3,',
    FormatError,
    /the end of the list, got .* after 18 bytes \(.*x\.json\); the file is truncated/,
  ],
  ['[[1,2]]', FormatError, /got '\[' at 0/],
  ['{"data": [[1,2]]}', FormatError, /got ' ' at 8/],
  ['{"data":[[1,-2]]}', FormatError, /got '-' at 12/],
  ['{"data":[[1,[2]]]}', FormatError, /got '\[' at 12/],
  ['{"data":[[1,256]]}', DataError, /image 0: expected 2 integers of 0 to 255, got 256 at 1/],
  ['{"data":[[1,2],[99999999999999999999,2]]}', DataError, /image 1: .* got 256 at 0/],
  ['{"data":[[1,,2]]}', DataError, /got none at 1/],
  ['{"data":[[1,2,3]]}', DataError, /image 0: .* got more/],
  ['{"data":[[1]]}', DataError, /image 0: expected 2 bytes, got 1/],
  ['{"data":[[1,]]}', DataError, /got none at 1/],
])('refuses %s', async (text, kind, message) => {
  const reading = readJsonImages(await file(text), 2, Infinity);
  await expect(reading).rejects.toThrow(kind);
  await expect(reading).rejects.toThrow(message);
});

test('any text is read or refused with an error of its own kind', async () => {
  const folder = await temporaryFolder();
  const tokens = fc.array(fc.constantFrom('{"data":[', '[', ']', ',', '1', '255', '}', ' ', 'x'), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(tokens, async (parts) => {
      const path = join(folder, 'x.json');
      await writeFile(path, parts.join(''));
      await readJsonImages(path, 1, Infinity).catch((error: unknown) => {
        expect(error).toBeInstanceOf(CredenceError);
      });
    }),
    { numRuns: 200 },
  );
});

test('says so when there is no file', async () => {
  await expect(readJsonImages(join(await temporaryFolder(), 'x'), 1, 1)).rejects.toThrow(FileError);
});
