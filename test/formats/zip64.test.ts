import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FormatError } from '#credence/errors/index';
import { crc32, decodeNpz, encodeNpy } from '#credence/formats/index';
import { openSource } from '#credence/sources/node/index';
import { tensor } from '#credence/tensor/index';
import { contentOf, folderOf } from '../sources/folder.js';

type Field = readonly [bytes: 2 | 4 | 8, value: number];

function fields(...list: Field[]): Buffer {
  return Buffer.concat(
    list.map(([bytes, value]) => {
      const field = Buffer.alloc(bytes);
      if (bytes === 8) field.writeBigUInt64LE(BigInt(value));
      else field.writeUIntLE(value, 0, bytes);
      return field;
    }),
  );
}

const WIDE = 0xffffffff;

/**
 * A stored file with every size and offset in zip64 fields, as in archives beyond 4 GiB: APPNOTE.TXT 4.5.3 (extra field), 4.3.14
 * (end of the directory) and 4.3.15 (its locator).
 */
function zip64(name: string, content: Uint8Array): Buffer {
  const common: Field[] = [
    [2, 45],
    [2, 0],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, crc32(content)],
    [4, WIDE],
    [4, WIDE],
    [2, name.length],
  ];
  const sizes: Field[] = [
    [8, content.length],
    [8, content.length],
  ];
  const local = Buffer.concat([
    Buffer.from('PK\x03\x04'),
    fields(...common, [2, 20]),
    Buffer.from(name),
    fields([2, 1], [2, 16], ...sizes),
    content,
  ]);
  const central = Buffer.concat([
    Buffer.from('PK\x01\x02'),
    fields([2, 45], ...common, [2, 28 + 8], [2, 0], [2, 0], [2, 0], [4, 0], [4, WIDE]),
    Buffer.from(name),
    // Another field in front, which is passed over.
    fields([2, 0x5455], [2, 4], [4, 0]),
    fields([2, 1], [2, 24], ...sizes, [8, 0]),
  ]);
  const end = Buffer.concat([
    Buffer.from('PK\x06\x06'),
    fields([8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, 1], [8, 1], [8, central.length], [8, local.length]),
    Buffer.from('PK\x06\x07'),
    fields([4, 0], [8, local.length + central.length], [4, 1]),
    Buffer.from('PK\x05\x06'),
    fields([2, 0xffff], [2, 0xffff], [2, 0xffff], [2, 0xffff], [4, WIDE], [4, WIDE], [2, 0]),
  ]);
  return Buffer.concat([local, central, end]);
}

describe('zip64', () => {
  const array = tensor('int32', [3, 2], Int32Array.of(1, 2, 3, 4, 5, 6));
  const archive = zip64('x.npy', encodeNpy(array));

  test('is read at once and in pieces', async () => {
    expect(decodeNpz(new Uint8Array(archive)).get('x')).toEqual(array);
    const path = join(folderOf({ 'x.npz': archive }), 'x.npz');
    expect((await contentOf(await openSource(path), 2)).inputs).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('is refused without its directory, or with places beyond its end', async () => {
    const folder = folderOf({});
    const end = archive.length - 22;
    const damages: ((bytes: Buffer) => void)[] = [
      (bytes) => bytes.fill(0, end - 20, end),
      (bytes) => bytes.writeBigUInt64LE(2n ** 60n, end - 12),
      (bytes) => bytes.writeBigUInt64LE(2n ** 60n, end - 20 - 8),
      (bytes) => bytes.writeBigUInt64LE(2n ** 60n, end - 20 - 24),
      (bytes) => bytes.writeBigUInt64LE(2n ** 60n, end - 20 - 56 - 8),
      (bytes) => bytes.writeBigUInt64LE(2n ** 60n, end - 20 - 56 - 24),
    ];
    for (const damage of damages) {
      const bytes = Buffer.from(archive);
      damage(bytes);
      expect(() => decodeNpz(new Uint8Array(bytes))).toThrow(FormatError);
      writeFileSync(join(folder, 'x.npz'), bytes);
      await expect(openSource(join(folder, 'x.npz')).then(contentOf)).rejects.toThrow(FormatError);
    }
  });
});
