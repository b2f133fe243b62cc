import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, DataError, FileError, FormatError, ShapeError } from '#credence/errors/index';
import { encodeIdx, encodeNpy, encodeNpz, gzip } from '#credence/formats/index';
import { openSource } from '#credence/sources/node/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { batchesOf, contentOf, folderOf } from './folder.js';

const numbers = Array.from({ length: 28 }, (_, i) => (i * 37) % 256);
const images = tensor('uint8', [7, 2, 2], Uint8Array.from(numbers));
const labels = tensor('uint8', [7], Uint8Array.of(0, 1, 2, 0, 1, 2, 1));
const npz = (arrays: Readonly<Record<string, Tensor>>): Uint8Array =>
  encodeNpz(new Map(Object.entries(arrays)));
const whole = { shape: [2, 2], inputs: numbers, labels: [...labels.data] };

describe('openSource on arrays', () => {
  test.each<[string, Readonly<Record<string, Uint8Array>>, string, object]>([
    ['.npz', { 'a.npz': npz({ x: images, y: labels }) }, 'a.npz', {}],
    ['.npz of other names', { 'a.npz': npz({ targets: labels, images }) }, 'a.npz', {}],
    ['.npz of positions', { 'a.npz': npz({ arr_0: images, arr_1: labels }) }, 'a.npz', {}],
    [
      '.npz of two splits',
      { 'a.npz': npz({ x_train: labels, y_train: labels, x_test: images, y_test: labels }) },
      'a.npz',
      { inputs: 'x_test' },
    ],
    [
      '.npz, both named',
      { 'a.npz': npz({ a: images, b: labels, c: labels }) },
      'a.npz',
      { inputs: 'a', labels: 'b' },
    ],
    ['.npz of one pair', { 'a.npz': npz({ x_val: images, y_val: labels }) }, 'a.npz', {}],
    [
      '.npz not compressed',
      { 'a.npz': zipSync({ 'x.npy': encodeNpy(images), 'y.npy': encodeNpy(labels) }, { level: 0 }) },
      'a.npz',
      {},
    ],
    ['.npy pair', { 'x_test.npy': encodeNpy(images), 'y_test.npy': encodeNpy(labels) }, 'x_test.npy', {}],
    ['.npy pair in capitals', { 'X.npy': encodeNpy(images), 'y.npy': encodeNpy(labels) }, 'X.npy', {}],
    [
      'IDX pair',
      { 't10k-images-idx3-ubyte': encodeIdx(images), 't10k-labels-idx1-ubyte': encodeIdx(labels) },
      't10k-images-idx3-ubyte',
      {},
    ],
    [
      'IDX pair, gzipped',
      { 'images.idx3.gz': gzip(encodeIdx(images)), 'labels.idx1.gz': gzip(encodeIdx(labels)) },
      'images.idx3.gz',
      {},
    ],
    [
      'IDX, one of two gzipped',
      { 'images.gz': gzip(encodeIdx(images)), labels: encodeIdx(labels) },
      'images.gz',
      {},
    ],
  ])('reads %s', async (_, files, name, options) => {
    const source = await openSource(join(folderOf(files), name), options);
    expect(source.count).toBe(7);
    expect(await contentOf(source)).toEqual(whole);
    // Again, in batches of other sizes.
    expect(await contentOf(source, 7)).toEqual(whole);
    expect(await contentOf(source, 100)).toEqual(whole);
  });

  test('reads what NumPy wrote: big-endian in Fortran order, compressed float64', async () => {
    const path = fileURLToPath(new URL('../fixtures/arrays/numpy.npz', import.meta.url));
    const source = await openSource(path, { inputs: 'fortran', labels: 'column' });
    const expected = Array.from({ length: 24 }, (_, i) => i);
    expect(await contentOf(source)).toEqual({ shape: [3, 4], inputs: expected, labels: [1, 0] });
    expect(await contentOf(await openSource(path, { inputs: 'halves' }))).toEqual({
      shape: [2],
      inputs: [1, -0.5, 2 ** -24, 65504],
      labels: undefined,
    });
  });

  test('cuts batches of the size asked for, in memory of their own', async () => {
    const source = await openSource(join(folderOf({ 'a.npz': npz({ x: images, y: labels }) }), 'a.npz'));
    const batches = await batchesOf(source, 3);
    expect(batches.map(({ inputs }) => inputs.shape)).toEqual([
      [3, 2, 2],
      [3, 2, 2],
      [1, 2, 2],
    ]);
    expect(batches.map((batch) => batch.labels!.shape)).toEqual([[3], [3], [1]]);
    expect(new Set(batches.map(({ inputs }) => inputs.data.buffer)).size).toBe(3);
  });

  test('reads any element type', async () => {
    const values = [0, 1, 1, 0];
    for (const value of [
      tensor('float32', [2, 2], Float32Array.from(values)),
      tensor('float64', [2, 2], Float64Array.from(values)),
      tensor('int8', [2, 2], Int8Array.from(values)),
      tensor('int16', [2, 2], Int16Array.from(values)),
      tensor('uint16', [2, 2], Uint16Array.from(values)),
      tensor('int32', [2, 2], Int32Array.from(values)),
      tensor('uint32', [2, 2], Uint32Array.from(values)),
      tensor('int64', [2, 2], BigInt64Array.from(values, BigInt)),
      tensor('uint64', [2, 2], BigUint64Array.from(values, BigInt)),
      tensor('bool', [2, 2], Uint8Array.from(values)),
    ]) {
      const folder = folderOf({
        'x.npy': encodeNpy(value),
        'y.npy': encodeNpy(tensor(value.dtype, [2, 1], value.data.slice(0, 2))),
      });
      const content = await contentOf(await openSource(join(folder, 'x.npy')));
      expect(content, value.dtype).toEqual({ shape: [2], inputs: values, labels: [0, 1] });
    }
  });

  test('has no labels where there are none, or none are wanted', async () => {
    const folder = folderOf({
      'x.npy': encodeNpy(images),
      'y.npy': encodeNpy(labels),
      'alone.npy': encodeNpy(images),
    });
    for (const source of [
      await openSource(join(folder, 'alone.npy')),
      await openSource(join(folder, 'x.npy'), { labels: false }),
    ]) {
      expect(source.labelled).toBe(false);
      expect((await batchesOf(source, 10))[0]!.labels).toBeUndefined();
    }
    const named = await openSource(join(folder, 'alone.npy'), { labels: join(folder, 'y.npy') });
    expect((await contentOf(named)).labels).toEqual([...labels.data]);
  });

  test('hands the names of the classes on', async () => {
    const path = join(folderOf({ 'a.npz': npz({ x: images, y: labels }) }), 'a.npz');
    expect((await openSource(path, { classes: ['a', 'b', 'c'] })).classes).toEqual(['a', 'b', 'c']);
    expect((await openSource(path, { classes: 3 })).classes).toBeUndefined();
  });

  test('stops between two batches when it is told to', async () => {
    const source = await openSource(join(folderOf({ 'a.npz': npz({ x: images, y: labels }) }), 'a.npz'));
    const stop = new AbortController();
    let seen = 0;
    const read = async (): Promise<void> => {
      for await (const { inputs } of source.batches(2, { signal: stop.signal })) {
        seen += inputs.shape[0]!;
        stop.abort(new Error('enough'));
      }
    };
    await expect(read()).rejects.toThrow('enough');
    expect(seen).toBe(2);
  });

  const open = async (
    files: Readonly<Record<string, Uint8Array | string>>,
    name: string,
    options: object = {},
  ): Promise<unknown> => contentOf(await openSource(join(folderOf(files), name), options));

  test.each<[string, () => Promise<unknown>, abstract new (...args: never[]) => Error, RegExp]>([
    ['a missing file', () => open({ 'data.npz': '' }, 'dat.npz'), FileError, /did you mean 'data.npz'/],
    ['an empty file', () => open({ 'a.npz': '' }, 'a.npz'), FormatError, /an empty file \(.*a\.npz\)/],
    [
      'a file of another kind',
      () => open({ 'a.bin': Uint8Array.of(1, 2, 3) }, 'a.bin'),
      FormatError,
      /\.npz, \.npy, IDX, CSV/,
    ],
    [
      'an empty set',
      () => open({ 'x.npy': encodeNpy(tensor('uint8', [0, 2], new Uint8Array())) }, 'x.npy'),
      DataError,
      /at least one example/,
    ],
    [
      'a scalar',
      () => open({ 'x.npy': encodeNpy(tensor('uint8', [3], new Uint8Array(3))) }, 'x.npy'),
      DataError,
      /an array \(N, \.\.\.\)/,
    ],
    [
      'too few labels',
      () => open({ 'a.npz': npz({ x: images, y: tensor('uint8', [6], new Uint8Array(6)) }) }, 'a.npz'),
      DataError,
      /an array \(7\), one an example, got \(6\)/,
    ],
    [
      'one-hot labels',
      () => open({ 'a.npz': npz({ x: images, y: tensor('uint8', [7, 3], new Uint8Array(21)) }) }, 'a.npz'),
      DataError,
      /argmax/,
    ],
    [
      'a label that counts from 1',
      () =>
        open(
          { 'a.npz': npz({ x: images, y: tensor('uint8', [7], Uint8Array.of(1, 2, 3, 1, 2, 3, 1)) }) },
          'a.npz',
          { classes: 3 },
        ),
      DataError,
      /0 to 2, got 3 .*example 2.*count from 0/,
    ],
    [
      'a negative label',
      () =>
        open(
          { 'a.npz': npz({ x: images, y: tensor('int8', [7], Int8Array.of(0, 0, 0, 0, -1, 0, 0)) }) },
          'a.npz',
        ),
      DataError,
      /got -1 .*example 4/,
    ],
    [
      'a label that is no integer',
      () =>
        open(
          { 'a.npz': npz({ x: images, y: tensor('float32', [7], Float32Array.of(0, 0.5, 0, 0, 0, 0, 0)) }) },
          'a.npz',
        ),
      DataError,
      /got 0.5 .*example 1/,
    ],
    [
      'NaN',
      () =>
        open({ 'x.npy': encodeNpy(tensor('float32', [2, 3], Float32Array.of(0, 1, 2, 3, NaN, 5))) }, 'x.npy'),
      DataError,
      /example 1: expected finite.*got NaN .*element 1/,
    ],
    [
      'numbers beyond float32',
      () => open({ 'x.npy': encodeNpy(tensor('float64', [1, 2], Float64Array.of(0, 1e39))) }, 'x.npy'),
      DataError,
      /got Infinity/,
    ],
    [
      'an array that is not there',
      () => open({ 'a.npz': npz({ x: images, y: labels }) }, 'a.npz', { labels: 'z' }),
      ConfigurationError,
      /an array of the archive: x, y, got 'z'/,
    ],
    [
      'a mistyped array',
      () => open({ 'a.npz': npz({ images, labels }) }, 'a.npz', { labels: 'label' }),
      ConfigurationError,
      /did you mean 'labels'/,
    ],
    [
      'arrays that cannot be told',
      () => open({ 'a.npz': npz({ a: images, b: labels }) }, 'a.npz'),
      ConfigurationError,
      /got a, b/,
    ],
    [
      'inputs where there is one array',
      () => open({ 'x.npy': encodeNpy(images) }, 'x.npy', { inputs: 'x' }),
      ConfigurationError,
      /none for a file of one array/,
    ],
    [
      'a batch of none',
      async () => batchesOf(await openSource(join(folderOf({ 'x.npy': encodeNpy(images) }), 'x.npy')), 0),
      ConfigurationError,
      /batch size/,
    ],
    [
      'classes twice',
      () => open({ 'x.npy': encodeNpy(images) }, 'x.npy', { classes: ['a', 'a'] }),
      ConfigurationError,
      /each once/,
    ],
    [
      'another shape',
      () => open({ 'x.npy': encodeNpy(images) }, 'x.npy', { shape: [3, 2] }),
      ShapeError,
      /\(3, 2\), which the model reads, got \(2, 2\)/,
    ],
    [
      'a cut file',
      () => open({ 'x.npy': encodeNpy(images).subarray(0, -1) }, 'x.npy'),
      FormatError,
      /156 bytes for uint8.*at most 155/,
    ],
    [
      'a cut gzip file',
      () => open({ 'x.gz': gzip(encodeIdx(images)).subarray(0, -9) }, 'x.gz'),
      FormatError,
      /compressed data|truncated/,
    ],
    [
      'a longer file',
      () => open({ 'x.npy': Uint8Array.of(...encodeNpy(images), 0) }, 'x.npy'),
      FormatError,
      /got more/,
    ],
    [
      'labels of another kind',
      () => open({ 'x.npy': encodeNpy(images), 'y.csv': 'a,b\n' }, 'x.npy', { labels: 'nowhere.npy' }),
      FileError,
      /nowhere/,
    ],
  ])('refuses %s', async (_, read, kind, message) => {
    const error: unknown = await read().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
  });

  test('reads a damaged archive as it is or refuses it, never more', async () => {
    const intact = npz({ x: images, y: labels });
    const folder = folderOf({});
    const { writeFileSync } = await import('node:fs');
    const path = join(folder, 'a.npz');
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: intact.length - 1 }),
        fc.nat({ max: 7 }),
        fc.boolean(),
        async (at, bit, cut) => {
          const bytes = intact.slice(0, cut ? at : intact.length);
          if (!cut) bytes[at]! ^= 1 << bit;
          writeFileSync(path, bytes);
          try {
            const content = await contentOf(await openSource(path));
            // A name that was changed may hide an array; what is read has the CRC that it should.
            if (content.labels !== undefined) expect(content).toEqual(whole);
          } catch (error) {
            expect((error as { code?: string }).code).toMatch(/^E_(FORMAT|CONFIGURATION|DATA|FILE)$/);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
