import { describe, expect, test } from 'vitest';
import { FormatError } from '#credence/errors/index';
import { decodeNpy, decodeNpz, encodeNpy, encodeNpz } from '#credence/formats/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { fromHex } from './arbitrary.js';

/** What NumPy writes: magic, version, the header's text padded to 128 bytes, the data. */
function numpyFile(version: number, header: string, data: string): Uint8Array {
  const lengthSize = version === 1 ? 2 : 4;
  const length = 120 - lengthSize;
  const start = [0x93, ...Buffer.from('NUMPY'), version, 0, length, ...Array<number>(lengthSize - 1).fill(0)];
  return Uint8Array.of(...start, ...Buffer.from(`${header.padEnd(length - 1)}\n`), ...fromHex(data));
}

// Written by NumPy 2.4.6 with `np.save` (`np.lib.format.write_array` for versions 2 and 3), `np.savez` and
// `np.savez_compressed` of the array in the comment.
const NPY = {
  // np.array([[1.5, -2, 3], [4, 5, 6.25]], dtype='<f4')
  f4: numpyFile(
    1,
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
    '0000c03f000000c000004040000080400000a0400000c840',
  ),
  // np.array(-7, dtype='<i8')
  i8: numpyFile(1, "{'descr': '<i8', 'fortran_order': False, 'shape': (), }", 'f9ffffffffffffff'),
  // np.asfortranarray(np.arange(24, dtype='>i2').reshape(2, 3, 4))
  fortran: numpyFile(
    1,
    "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3, 4), }",
    '0000000c00040010000800140001000d00050011000900150002000e00060012000a00160003000f00070013000b0017',
  ),
  // np.array([True, False, True])
  bool: numpyFile(1, "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }", '010001'),
  // np.array([1, -0.5], dtype='>f2')
  f2: numpyFile(1, "{'descr': '>f2', 'fortran_order': False, 'shape': (2,), }", '3c00b800'),
  // np.array([1, 2], dtype='u1'), version (2, 0)
  version2: numpyFile(2, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", '0102'),
  // np.array([1, 2], dtype='u1'), version (3, 0)
  version3: numpyFile(3, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", '0102'),
  // np.zeros(1, dtype=[('a', '<i4')])
  record: numpyFile(1, "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,), }", '00000000'),
  // np.zeros(1, dtype='c8')
  complex: numpyFile(1, "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", '0000000000000000'),
};
// a=np.arange(6, dtype='<i4').reshape(2, 3)
const SAVEZ = fromHex(
  '504b03042d00000000000000210050b44d84ffffffffffffffff05001400612e6e707901001000980000000000000098' +
    '00000000000000934e554d5059010076007b276465736372273a20273c6934272c2027666f727472616e5f6f72646572' +
    '273a2046616c73652c20277368617065273a2028322c2033292c207d2020202020202020202020202020202020202020' +
    '20202020202020202020202020202020202020202020202020202020202020202020202020200a000000000100000002' +
    '000000030000000400000005000000504b01022d032d00000000000000210050b44d8498000000980000000500000000' +
    '00000000000000800100000000612e6e7079504b0506000000000100010033000000cf0000000000',
);
// a=np.arange(6, dtype='<i4').reshape(2, 3), b=np.array([0.5])
const SAVEZ_COMPRESSED = fromHex(
  '504b03042d00000008000000210050b44d84ffffffffffffffff05001400612e6e707901001000980000000000000055' +
    '000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9369a2aea3a09e965f54529498179f5f94920a' +
    '12774bcc294e058a17672416a402f91a463a0ac69a3a0ab50a64032e06206004622620660662162066056200504b0304' +
    '2d000000080000002100eac5199dffffffffffffffff05001400622e6e70790100100088000000000000004900000000' +
    '0000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9366a1aea3a09e965f54529498179f5f94920a12774bcc' +
    '294e058a17672416a402f91a863a9a3a0ab50a14002e063078600f00504b01022d032d00000008000000210050b44d84' +
    '5500000098000000050000000000000000000000800100000000612e6e7079504b01022d032d000000080000002100ea' +
    'c5199d490000008800000005000000000000000000000080018c000000622e6e7079504b050600000000020002006600' +
    '00000c0100000000',
);

/** A version 1 file of this header. */
function npy(header: string, data: readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(header);
  const magic = [0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, text.length & 255, text.length >> 8];
  return Uint8Array.of(...magic, ...text, ...data);
}

const MATRIX = tensor('float32', [2, 3], Float32Array.of(1.5, -2, 3, 4, 5, 6.25));

describe('.npy', () => {
  test('reads what NumPy wrote', () => {
    expect(decodeNpy(NPY.f4)).toEqual(MATRIX);
    expect(decodeNpy(NPY.i8)).toEqual(tensor('int64', [], BigInt64Array.of(-7n)));
    const counted = tensor(
      'int16',
      [2, 3, 4],
      Int16Array.from({ length: 24 }, (_, i) => i),
    );
    expect(decodeNpy(NPY.fortran)).toEqual(counted);
    expect(decodeNpy(NPY.bool)).toEqual(tensor('bool', [3], Uint8Array.of(1, 0, 1)));
    // 1 and -0.5 in half precision.
    expect(decodeNpy(NPY.f2)).toEqual(tensor('float16', [2], Uint16Array.of(0x3c00, 0xb800)));
    expect(decodeNpy(NPY.version2)).toEqual(tensor('uint8', [2], Uint8Array.of(1, 2)));
    expect(decodeNpy(NPY.version3)).toEqual(tensor('uint8', [2], Uint8Array.of(1, 2)));
  });

  test('writes what NumPy writes, to the byte', () => {
    for (const file of [NPY.f4, NPY.i8, NPY.bool]) expect(encodeNpy(decodeNpy(file))).toEqual(file);
  });

  test('puts a long shape into version 2', () => {
    const shape = Array<number>(30_000).fill(1);
    const value = tensor('uint8', shape, Uint8Array.of(5));
    const bytes = encodeNpy(value);
    expect(bytes[6]).toBe(2);
    expect(decodeNpy(bytes)).toEqual(value);
  });

  test('reads headers of other writers: quotes, order, no last comma, Python 2 integers', () => {
    const header = `{"shape": (2L,), 'fortran_order':False,"descr":"|u1"}`;
    expect(decodeNpy(npy(header, [1, 2]))).toEqual(tensor('uint8', [2], Uint8Array.of(1, 2)));
  });

  const fields = (descr: string, shape: string): string =>
    `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`;
  const damaged: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['an empty file', new Uint8Array(), /expected a \.npy file.*got an empty file/],
    ['a zip', Uint8Array.of(0x50, 0x4b, 3, 4), /got a zip archive/],
    [
      'version 4',
      Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 4, 0, 0, 0, 0, 0),
      /got version 4 in 12 bytes/,
    ],
    ['a cut header', NPY.f4.slice(0, 100), /a header of 128 bytes, got 100 .*truncated/],
    ['cut data', NPY.f4.slice(0, -1), /24 bytes of data for <f4 of shape \(2, 3\), got 23/],
    ['more after the data', Uint8Array.of(...NPY.f4, 0), /24 bytes of data.*got 25/],
    ['records', NPY.record, /\.npy header: .*arrays of records are not read/],
    ['complex numbers', NPY.complex, /\.npy dtype: .*got '<c8'/],
    ['pickled objects', npy(fields(`'|O'`, '(1,)')), /\.npy dtype: .*got '\|O'/],
    ['wide elements without an order', npy(fields(`'|i4'`, '(0,)')), /got '\|i4'/],
    [
      'a field too many',
      npy(`{'descr': '|u1', 'fortran_order': False, 'shape': (0,), 'x': True}`),
      /\.npy header/,
    ],
    [
      'a field twice',
      npy(`{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (0,)}`),
      /\.npy header/,
    ],
    ['a negative size', npy(fields(`'|u1'`, '(-1,)')), /\.npy header/],
    ['a size beyond 2^53', npy(fields(`'|u1'`, '(99999999999999999999,)')), /\.npy header/],
    ['a huge shape', npy(fields(`'|u1'`, '(999999999999,)')), /999999999999 bytes of data/],
    ['a nest', npy('('.repeat(60_000)), /\.npy header/],
    ['code', npy('{"descr": __import__("os")}'), /\.npy header/],
    ['a boolean of 2', npy(fields(`'|b1'`, '(1,)'), [2]), /bytes of 0 and 1 for b1/],
  ];
  test.each(damaged)('refuses %s', (_, bytes, message) => {
    expect(() => decodeNpy(bytes, { where: 'array' })).toThrow(FormatError);
    expect(() => decodeNpy(bytes, { where: 'array' })).toThrow(message);
  });
});

describe('.npz', () => {
  const a = tensor('int32', [2, 3], Int32Array.of(0, 1, 2, 3, 4, 5));
  const b = tensor('float64', [1], Float64Array.of(0.5));

  test('reads what NumPy wrote, stored and deflated', () => {
    expect(decodeNpz(SAVEZ)).toEqual(new Map([['a', a]]));
    expect(decodeNpz(SAVEZ_COMPRESSED)).toEqual(
      new Map<string, Tensor>([
        ['a', a],
        ['b', b],
      ]),
    );
  });

  test('reads what it writes, and writes the same bytes each time', () => {
    const arrays = new Map<string, Tensor>([
      ['b', b],
      ['0', a],
      ['é', MATRIX],
    ]);
    const bytes = encodeNpz(arrays);
    expect([...decodeNpz(bytes)]).toEqual([...arrays]);
    expect(encodeNpz(arrays)).toEqual(bytes);
    expect(decodeNpz(encodeNpz(new Map()))).toEqual(new Map());
  });

  test('refuses every truncation', () => {
    const bytes = SAVEZ_COMPRESSED;
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeNpz(bytes.subarray(0, length))).toThrow(FormatError);
    }
  });

  test('bounds what it unpacks by the limit and by what deflate can make', () => {
    expect(() => decodeNpz(SAVEZ_COMPRESSED, { limit: 200 })).toThrow(/at most 48 bytes, got 136/);
    const hostile = SAVEZ_COMPRESSED.slice();
    const directory = Buffer.from(hostile).indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    new DataView(hostile.buffer).setUint32(directory + 24, 2 ** 29, true);
    expect(() => decodeNpz(hostile)).toThrow(/at most \d+ bytes out of 85, got a stated size of 536870912/);
  });

  test('refuses files that overlap, damaged content and what is no array', () => {
    const both = SAVEZ_COMPRESSED.slice();
    const first = Buffer.from(both).indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    const second = Buffer.from(both).indexOf(Buffer.from([0x50, 0x4b, 1, 2]), first + 1);
    const overlapping = both.slice();
    overlapping.copyWithin(second, first, second);
    expect(() => decodeNpz(overlapping)).toThrow(/each name once, got 'a\.npy'/);
    const flipped = SAVEZ.slice();
    flipped[flipped.indexOf(0x93) + 130]! ^= 1;
    expect(() => decodeNpz(flipped, { where: 'w.npz' })).toThrow(/wrong size or CRC \(w\.npz, a\.npy\)/);
    const renamed = Uint8Array.from(
      Buffer.from(Buffer.from(SAVEZ).toString('latin1').replaceAll('a.npy', 'a.txt'), 'latin1'),
    );
    expect(() => decodeNpz(renamed)).toThrow(/expected only \.npy files, got 'a\.txt'/);
    expect(() => decodeNpz(new TextEncoder().encode(`<html>${' '.repeat(50)}`))).toThrow(/got a web page/);
  });
});
