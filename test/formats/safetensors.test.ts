import { describe, expect, test } from 'vitest';
import { ConfigurationError, FormatError } from '#credence/errors/index';
import { decodeSafetensors, encodeSafetensors } from '#credence/formats/index';
import { tensor, zeros } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

/** A file with this header and data; `size` overrides the stated length of the header. */
function file(header: string, data: readonly number[] = [], size?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, size ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const f32 = (shape: string, offsets: string): string =>
  `{"dtype":"F32","shape":${shape},"data_offsets":${offsets}}`;

describe('encodeSafetensors', () => {
  test('writes the bytes that the format describes', () => {
    const tensors = new Map<string, Tensor>([['w', tensor('float32', [2], Float32Array.of(1, -2))]]);
    const header = `{"__metadata__":{"epoch":"3"},"w":${f32('[2]', '[0,8]')}}`;
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    const expected = file(padded, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
    expect(encodeSafetensors({ tensors, metadata: { epoch: '3' } })).toEqual(expected);
  });

  test('keeps the order of names, and aligns each tensor', () => {
    const tensors = new Map<string, Tensor>([
      ['b', tensor('bool', [3], Uint8Array.of(1, 0, 1))],
      ['2', tensor('float32', [1], Float32Array.of(7))],
      ['1', tensor('float64', [1], Float64Array.of(8))],
      ['a', tensor('int64', [], BigInt64Array.of(-9n))],
      ['empty', zeros('float16', [0, 4])],
    ]);
    const bytes = encodeSafetensors({ tensors });
    const decoded = decodeSafetensors(bytes).tensors;
    expect([...decoded.keys()]).toEqual(['b', '2', '1', 'a', 'empty']);
    expect(decoded).toEqual(tensors);
    for (const { data } of decoded.values()) expect(data.buffer).toBe(bytes.buffer);
  });

  test('gives aligned copies where the bytes do not lie on the boundary of an element', () => {
    const bytes = encodeSafetensors({
      tensors: new Map([['w', tensor('float64', [2], Float64Array.of(1, 2))]]),
    });
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(decodeSafetensors(shifted.subarray(1)).tensors.get('w')?.data).toEqual(Float64Array.of(1, 2));
  });

  test('refuses the reserved name', () => {
    const tensors = new Map([['__metadata__', zeros('uint8', [1])]]);
    expect(() => encodeSafetensors({ tensors })).toThrow(ConfigurationError);
  });
});

describe('decodeSafetensors', () => {
  test('reads an empty file of the format', () => {
    expect(decodeSafetensors(file('{}'))).toEqual({ tensors: new Map(), metadata: {} });
  });

  test('keeps names that objects treat in their own way', () => {
    const tensors = new Map<string, Tensor>([
      ['__proto__', zeros('uint8', [1])],
      ['10', zeros('uint8', [1])],
      ['\ud800"\\\u0000é', zeros('uint8', [1])],
    ]);
    const decoded = decodeSafetensors(encodeSafetensors({ tensors, metadata: { ['__proto__']: 'x' } }));
    expect([...decoded.tensors.keys()]).toEqual([...tensors.keys()]);
    expect(Object.entries(decoded.metadata)).toEqual([['__proto__', 'x']]);
  });

  const twoTensors = (a: string, b: string): string => `{"a":${f32('[1]', a)},"b":${f32('[1]', b)}}`;
  const damaged: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['an empty file', new Uint8Array(), /got 0 bytes \(model\); it begins with an empty file/],
    ['seven bytes', new Uint8Array(7), /got 7 bytes/],
    ['a header longer than the file', file('{}', [], 3n), /got 10 bytes and a header length of 3/],
    [
      'a header length of 2^64 - 1',
      file('{}', [], 2n ** 64n - 1n),
      /a header length of 18446744073709552000/,
    ],
    ['a web page', new TextEncoder().encode('<!DOCTYPE html><html>'), /it begins with a web page/],
    ['a header that is not JSON', file('{"a":'), /safetensors header: expected JSON/],
    ['a header that is not UTF-8', file('{}', [], 1n).fill(0xff, 8), /safetensors header: expected JSON/],
    ['a list for a header', file('[]'), /expected a JSON object with each name once, got \[\]/],
    ['a name twice', file(`{"a":${f32('[0]', '[0,0]')},"\\u0061":${f32('[0]', '[0,0]')}}`), /got 'a' twice/],
    [
      'a field twice',
      file('{"a":{"dtype":"F32","dtype":"F64","shape":[0],"data_offsets":[0,0]}}'),
      /'dtype' twice/,
    ],
    ['an entry that is a number', file('{"a":1}'), /safetensors header, 'a': expected a dtype.*got 1/],
    [
      'an entry without a shape',
      file('{"a":{"dtype":"F32","data_offsets":[0,0]}}'),
      /expected a dtype, a shape/,
    ],
    ['a size of null (NaN)', file(`{"a":${f32('[null]', '[0,0]')}}`, []), /expected a dtype, a shape/],
    ['a fractional size', file(`{"a":${f32('[0.5]', '[0,2]')}}`, [0, 0]), /expected a dtype, a shape/],
    ['a negative size', file(`{"a":${f32('[-1]', '[0,4]')}}`, [0, 0, 0, 0]), /expected a dtype, a shape/],
    ['a size of 1e308', file(`{"a":${f32('[1e308]', '[0,4]')}}`, [0, 0, 0, 0]), /expected a dtype, a shape/],
    ['descending offsets', file(`{"a":${f32('[1]', '[4,0]')}}`, [0, 0, 0, 0]), /ascending data_offsets/],
    ['three offsets', file(`{"a":${f32('[1]', '[0,4,4]')}}`, [0, 0, 0, 0]), /two ascending data_offsets/],
    [
      'offsets of another size',
      file(`{"a":${f32('[2]', '[0,4]')}}`, [0, 0, 0, 0]),
      /8 bytes for F32 of shape \(2\), got 4/,
    ],
    [
      'an overlap',
      file(twoTensors('[0,4]', '[2,6]'), [0, 0, 0, 0, 0, 0]),
      /'b': expected the data to begin at 4/,
    ],
    [
      'a gap',
      file(twoTensors('[0,4]', '[5,9]'), Array<number>(9).fill(0)),
      /'b': expected the data to begin at 4/,
    ],
    [
      'a gap at the start',
      file(`{"a":${f32('[1]', '[1,5]')}}`, [0, 0, 0, 0, 0]),
      /expected the data to begin at 0/,
    ],
    [
      'cut data',
      file(`{"a":${f32('[1]', '[0,4]')}}`, [0, 0, 0]),
      /4 bytes after the header, got 3 .*truncated/,
    ],
    [
      'data after the last',
      file('{}', [0]),
      /0 bytes after the header, got 1 .*bytes follow the last tensor/,
    ],
    [
      'a huge tensor',
      file(`{"a":${f32('[1125899906842624]', '[0,4503599627370496]')}}`),
      /got 0 .*truncated/,
    ],
    [
      'an unknown type',
      file('{"a":{"dtype":"BF16","shape":[0],"data_offsets":[0,0]}}'),
      /expected one of F32.*'BF16'/,
    ],
    [
      'a BOOL of 2',
      file('{"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}', [2]),
      /bytes of 0 and 1 for BOOL/,
    ],
    [
      'metadata that are no texts',
      file('{"__metadata__":{"a":1}}'),
      /__metadata__: expected texts by name, got/,
    ],
    ['metadata that are a text', file('{"__metadata__":"a"}'), /__metadata__: expected texts by name, got/],
  ];
  test.each(damaged)('refuses %s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, { where: 'model' })).toThrow(FormatError);
    expect(() => decodeSafetensors(bytes, { where: 'model' })).toThrow(message);
  });
});
