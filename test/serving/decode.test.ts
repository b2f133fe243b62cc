import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CredenceError } from '#credence/errors/index';
import { encodeNpy } from '#credence/formats/index';
import type { Input } from '#credence/graph/index';
import { decodeInputs } from '#credence/serving/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

const INPUT: Input = { name: 'x', dtype: 'float32', shape: ['N', 2, 3] };
const BYTES: Input = { name: 'x', dtype: 'uint8', shape: ['N', 3] };

function json(value: unknown): Tensor<'float32'> {
  return fromText(JSON.stringify(value));
}

function fromText(text: string | Uint8Array, input = INPUT): Tensor<'float32'> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return decodeInputs({ contentType: 'application/json; charset=utf-8', shape: undefined, bytes }, input);
}

function raw(bytes: Uint8Array, shape?: string): Tensor<'float32'> {
  return decodeInputs({ contentType: 'application/octet-stream', shape, bytes }, INPUT);
}

function npy(value: Tensor | Uint8Array, input = INPUT): Tensor<'float32'> {
  const bytes = value instanceof Uint8Array ? value : encodeNpy(value);
  return decodeInputs({ contentType: 'application/x-npy', shape: undefined, bytes }, input);
}

const values = Float32Array.from({ length: 12 }, (_, i) => i / 3);
const inputs = tensor('float32', [2, 2, 3], values);
const nested = [0, 1].map((n) => [0, 1].map((r) => [...values.subarray(6 * n + 3 * r, 6 * n + 3 * r + 3)]));

describe('a tensor is the same', () => {
  test('as nested arrays, flat, raw and .npy', () => {
    expect(json({ inputs: nested })).toEqual(inputs);
    expect(json({ inputs: { shape: [2, 2, 3], data: [...values] } })).toEqual(inputs);
    expect(raw(new Uint8Array(values.buffer), '2,2, 3')).toEqual(inputs);
    expect(npy(inputs)).toEqual(inputs);
    // Neither aligned nor alone in its memory.
    const moved = new Uint8Array(1 + 48);
    moved.set(new Uint8Array(values.buffer), 1);
    expect(raw(moved.subarray(1), '2,2,3')).toEqual(inputs);
  });

  test('of other types of .npy', () => {
    const doubles = tensor('float64', [2, 2, 3], Float64Array.from(values));
    expect(npy(doubles)).toEqual(inputs);
    const bytes = tensor('uint8', [1, 3], Uint8Array.of(0, 7, 255));
    expect(npy(bytes, BYTES)).toEqual(tensor('float32', [1, 3], Float32Array.of(0, 7, 255)));
  });
});

test('what only the preprocessing makes fit is told of it', () => {
  const image: Input = { name: 'x', dtype: 'float32', shape: ['N', 1, 2, 2] };
  const bytes = encodeNpy(tensor('uint8', [2, 4, 4], new Uint8Array(32)));
  const body = { contentType: 'application/x-npy', shape: undefined, bytes };
  const preparing = { preprocess: { resize: [2, 2] }, most: 1000, asked: false } as const;
  expect(() => decodeInputs(body, image, preparing)).toThrow(/got \(2, 4, 4\); \?preprocess=true takes/);
  expect(() => decodeInputs(body, image)).toThrow(/got \(2, 4, 4\)$/);
  expect(decodeInputs(body, image, { ...preparing, asked: true }).shape).toEqual([2, 1, 2, 2]);
});

test('examples are prepared, but not without a bound', () => {
  const image: Input = { name: 'x', dtype: 'float32', shape: ['N', 1, 2, 2] };
  const stored = encodeNpy(tensor('uint8', [2, 4, 4], new Uint8Array(32).fill(255)));
  const body = { contentType: 'application/x-npy', shape: undefined, bytes: stored };
  const preprocess = { resize: [2, 2], scale: 1 / 255, mean: 0.5 } as const;
  const decode = (most: number): Tensor<'float32'> => decodeInputs(body, image, { preprocess, most });
  expect(decode(32)).toEqual(tensor('float32', [2, 1, 2, 2], new Float32Array(8).fill(0.5)));
  // 2 images of 4 float32.
  expect(() => decode(31)).toThrow(/at most 31 bytes after the preprocessing, got 32/);
});

const NPY_START = encodeNpy(inputs).subarray(0, 128);
const text = (header: string, version: 1 | 2 = 1): Uint8Array => {
  const start = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(start + header.length);
  bytes.set([...NPY_START.subarray(0, 6), version]);
  if (version === 1) new DataView(bytes.buffer).setUint16(8, header.length, true);
  else new DataView(bytes.buffer).setUint32(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), start);
  return bytes;
};
const header = (shape: string): string => `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;

describe('says what is wrong with', () => {
  test.each<[string, () => unknown, string, RegExp]>([
    ['no JSON', () => fromText('{"inputs": [[1,'), 'E_FORMAT', /expected JSON in UTF-8/],
    ['NaN as JSON', () => fromText('{"inputs": [NaN]}'), 'E_FORMAT', /expected JSON/],
    ['what is no UTF-8', () => fromText(Uint8Array.of(0x22, 0xff, 0x22)), 'E_FORMAT', /UTF-8/],
    ['an empty body', () => fromText(''), 'E_FORMAT', /expected JSON/],
    ['a bare array', () => json(nested), 'E_FORMAT', /got an array/],
    ['a text', () => json('inputs'), 'E_FORMAT', /got a text/],
    ['null', () => json(null), 'E_FORMAT', /got null/],
    ['no inputs', () => json({ input: 1, b: 2 }), 'E_FORMAT', /got an object with 'input', 'b'/],
    ['fields of its prototype', () => fromText('{"__proto__": {"inputs": [[1]]}}'), 'E_FORMAT', /__proto__/],
    ['another field', () => json({ inputs: nested, id: 7 }), 'E_FORMAT', /got the field 'id'/],
    ['a number', () => json({ inputs: 3 }), 'E_FORMAT', /got 3/],
    [
      'ragged rows',
      () =>
        json({
          inputs: [
            [
              [1, 2, 3],
              [4, 5],
            ],
          ],
        }),
      'E_SHAPE',
      /an array of 3, as the first one, got 2 \(element \[0\]\[1\]\)/,
    ],
    [
      'a number among rows',
      () => json({ inputs: [[[1, 2, 3], 4]] }),
      'E_SHAPE',
      /got 4 \(element \[0\]\[1\]\)/,
    ],
    [
      'a row that claims gigabytes',
      () =>
        json({
          inputs: Array.from({ length: 2001 }, (_, i) => (i === 0 ? Array<number>(2000).fill(1) : [])),
        }),
      'E_SHAPE',
      /expected 4002000 numbers/,
    ],
    [
      'null in a row',
      () =>
        json({
          inputs: [
            [
              [1, 2, 3],
              [4, null, 6],
            ],
          ],
        }),
      'E_DATA',
      /expected a number, got null \(element \[0\]\[1\]\[1\]\)/,
    ],
    [
      'a text in a row',
      () =>
        json({
          inputs: [
            [
              [1, 2, 3],
              [4, '5', 6],
            ],
          ],
        }),
      'E_DATA',
      /got a text/,
    ],
    [
      'true in flat data',
      () => json({ inputs: { shape: [1], data: [true] } }),
      'E_DATA',
      /got boolean \(element \[0\]\)/,
    ],
    [
      'a depth without end',
      () => fromText(`{"inputs":${'['.repeat(1e6)}${']'.repeat(1e6)}}`),
      'E_SHAPE',
      /at most 16 axes/,
    ],
    [
      'a number beyond float32',
      () =>
        json({
          inputs: [
            [
              [1, 2, 3],
              [4, 1e39, 6],
            ],
          ],
        }),
      'E_DATA',
      /got Infinity \(element 4 of shape \(1, 2, 3\)\)/,
    ],
    [
      'a negative size',
      () => json({ inputs: { shape: [-1, 2, 3], data: [] } }),
      'E_SHAPE',
      /integers of at least 0, got \[-1,2,3\]/,
    ],
    [
      'a size that is huge',
      () => json({ inputs: { shape: [1e15, 1e15, 3], data: [1] } }),
      'E_SHAPE',
      /got 1$/,
    ],
    [
      'too many axes',
      () => json({ inputs: { shape: Array(1000).fill(1), data: [1] } }),
      'E_SHAPE',
      /at most 16/,
    ],
    ['data without a shape', () => json({ inputs: { data: [1] } }), 'E_FORMAT', /got an object with 'data'/],
    [
      'another shape',
      () => json({ inputs: [[1, 2]] }),
      'E_SHAPE',
      /expected float32 \(N, 2, 3\), got \(1, 2\)/,
    ],
    [
      'one example without its batch',
      () => json({ inputs: nested[0] }),
      'E_SHAPE',
      /one example is a batch of one/,
    ],
    [
      'no examples',
      () => json({ inputs: { shape: [0, 2, 3], data: [] } }),
      'E_DATA',
      /at least one example, got none/,
    ],
    ['an empty array', () => json({ inputs: [] }), 'E_DATA', /got none/],
    [
      'raw bytes without a shape',
      () => raw(new Uint8Array(24)),
      'E_FORMAT',
      /header tensor-shape: expected sizes .* got none/,
    ],
    ['a shape that is none', () => raw(new Uint8Array(24), '1,-2,3'), 'E_FORMAT', /got '1,-2,3'/],
    ['a shape of 1e3', () => raw(new Uint8Array(24), '1e3'), 'E_FORMAT', /got '1e3'/],
    [
      'raw bytes that are too few',
      () => raw(new Uint8Array(23), '1,2,3'),
      'E_FORMAT',
      /expected 24 bytes: float32, little-endian, of shape \(1, 2, 3\), got 23/,
    ],
    [
      'raw NaN',
      () => raw(new Uint8Array(Float32Array.of(1, NaN, 1, 1, 1, 1).buffer), '1,2,3'),
      'E_DATA',
      /got NaN/,
    ],
    ['a .npy that is none', () => npy(Uint8Array.of(1, 2, 3)), 'E_FORMAT', /magic number/],
    ['a .npy that is cut', () => npy(NPY_START.subarray(0, 50)), 'E_FORMAT', /truncated/],
    ['a .npy without its data', () => npy(NPY_START), 'E_FORMAT', /bytes of data/],
    [
      'a .npy of a huge shape',
      () => npy(text(header('(99999999999, 99999999999)'))),
      'E_FORMAT',
      /bytes of data/,
    ],
    ['a .npy of a negative size', () => npy(text(header('(-1, 3)'))), 'E_FORMAT', /header/],
    [
      'a .npy of objects',
      () => npy(text("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }")),
      'E_FORMAT',
      /dtype/,
    ],
    [
      'a .npy with a header of megabytes',
      () => npy(text('('.repeat(200_000), 2)),
      'E_FORMAT',
      /at most 65536 bytes/,
    ],
    [
      'a .npy with many axes',
      () => npy(tensor('float32', Array<number>(20).fill(1), Float32Array.of(1))),
      'E_SHAPE',
      /at most 16/,
    ],
    [
      'halves for bytes',
      () => npy(tensor('float32', [1, 3], Float32Array.of(0, 0.5, 1)), BYTES),
      'E_DATA',
      /uint8.*got 0.5/,
    ],
    [
      '256 for a byte',
      () => npy(tensor('float32', [1, 3], Float32Array.of(0, 256, 1)), BYTES),
      'E_DATA',
      /uint8/,
    ],
    [
      'another content type',
      () => decodeInputs({ contentType: 'text/plain', shape: undefined, bytes: new Uint8Array() }, INPUT),
      'E_REQUEST',
      /got 'text\/plain'/,
    ],
    [
      'no content type',
      () => decodeInputs({ contentType: undefined, shape: undefined, bytes: new Uint8Array() }, INPUT),
      'E_REQUEST',
      /got none/,
    ],
  ])('%s', (_, decode, code, message) => {
    let error: unknown;
    try {
      decode();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(CredenceError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
  });
});

/** The body is taken, or refused with an error that says why. */
function answers(contentType: string, bytes: Uint8Array, shape?: string): void {
  try {
    const rows = decodeInputs({ contentType, shape, bytes }, INPUT);
    expect(rows.shape.slice(1)).toEqual([2, 3]);
  } catch (error) {
    if (!(error instanceof CredenceError)) throw error;
    expect(['E_FORMAT', 'E_SHAPE', 'E_DATA']).toContain(error.code);
  }
}

describe('never fails in another way', () => {
  const kinds = ['application/json', 'application/octet-stream', 'application/x-npy'] as const;

  test('on any bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 300 }), fc.string(), answers),
      { numRuns: 1000 },
    );
  });

  test('on any JSON, cut anywhere', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat(200), (value, cut) => {
        const whole = JSON.stringify({ inputs: value });
        answers(kinds[0], new TextEncoder().encode(whole));
        answers(kinds[0], new TextEncoder().encode(whole.slice(0, cut)));
      }),
      { numRuns: 1000 },
    );
  });

  test('on a .npy with any byte of its header changed', () => {
    const whole = encodeNpy(inputs);
    fc.assert(
      fc.property(fc.nat(127), fc.nat(255), (at, value) => {
        const bytes = whole.slice();
        bytes[at] = value;
        answers(kinds[2], bytes);
      }),
      { numRuns: 2000 },
    );
  });
});
