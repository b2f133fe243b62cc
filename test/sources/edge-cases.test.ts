import { readFileSync, symlinkSync, truncateSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, DataError, FormatError, ShapeError } from '#credence/errors/index';
import { encodeNpz, encodePng } from '#credence/formats/index';
import { subset, tensorSource } from '#credence/sources/index';
import { jpegDecoder } from '#credence/sources/jpeg-decoder';
import { openSource } from '#credence/sources/node/index';
import { tensor, zeros } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { batchesOf, contentOf, folderOf } from './folder.js';

const png = (value: number, width = 1, height = 1): Uint8Array =>
  encodePng({ width, height, data: new Uint8Array(width * height).fill(value) });

describe('a folder of images', () => {
  test('is read without what systems hide in it', async () => {
    const hidden = { 'a/._1.png': 'AppleDouble', 'b/.thumbs/1.png': 'no image', '.git/1.png': 'no image' };
    const folder = folderOf({ 'a/1.png': png(1), 'b/1.png': png(2), ...hidden });
    const source = await openSource(folder, { preprocess: { grayscale: true } });
    expect(source.classes).toEqual(['a', 'b']);
    expect(await contentOf(source)).toMatchObject({ inputs: [1, 2], labels: [0, 1] });
  });

  test('may have links to the folders of its classes', async () => {
    const folder = folderOf({ 'all/cat/1.png': png(1), 'all/dog/1.png': png(2), 'set/dog/1.png': png(3) });
    symlinkSync(join(folder, 'all', 'cat'), join(folder, 'set', 'cat'));
    const source = await openSource(join(folder, 'set'), { preprocess: { grayscale: true } });
    expect(source.classes).toEqual(['cat', 'dog']);
    expect(await contentOf(source)).toMatchObject({ inputs: [1, 3], labels: [0, 1] });
  });

  test('a link that leads nowhere is an error, not a class less', async () => {
    const folder = folderOf({ 'dog/1.png': png(3) });
    symlinkSync(join(folder, 'nowhere'), join(folder, 'cat'));
    await expect(openSource(folder)).rejects.toMatchObject({ code: 'E_FILE' });
  });

  test('a size that no memory holds is refused before it is made', async () => {
    const path = join(folderOf({ 'line.png': png(1, 1, 2000) }), 'line.png');
    const open = openSource(path, { preprocess: { resize: 40_000 } });
    await expect(open).rejects.toThrow(ShapeError);
    await expect(open).rejects.toThrow(
      /preprocess: resize: expected at most \d+ pixels, got 80000000 x 40000/,
    );
  });
});

test('a header that claims most of a large file is refused unread', async () => {
  const head = Buffer.from('\x93NUMPY\x02\x00____', 'latin1');
  head.writeUInt32LE(2 ** 28, 8);
  const path = join(folderOf({ 'x.npy': head }), 'x.npy');
  truncateSync(path, 2 ** 29);
  const open = openSource(path);
  await expect(open).rejects.toThrow(FormatError);
  await expect(open).rejects.toThrow(/header: expected at most 1048576 bytes, got 268435468/);
});

test('labels that are named are not the inputs too', async () => {
  const inputs = tensor('float32', [2, 2], Float32Array.of(1, 2, 3, 4));
  const archive = encodeNpz(
    new Map<string, Tensor>([
      ['arr_0', tensor('uint8', [2], Uint8Array.of(1, 0))],
      ['arr_1', inputs],
    ]),
  );
  const source = await openSource(join(folderOf({ 'a.npz': archive }), 'a.npz'), { labels: 'arr_0' });
  expect(await contentOf(source)).toEqual({ shape: [2], inputs: [1, 2, 3, 4], labels: [1, 0] });
});

test('the only array of an archive is the inputs, whatever it is called', async () => {
  const archive = encodeNpz(new Map([['y', tensor('float32', [2, 2], Float32Array.of(1, 2, 3, 4))]]));
  const source = await openSource(join(folderOf({ 'a.npz': archive }), 'a.npz'));
  expect(await contentOf(source)).toEqual({ shape: [2], inputs: [1, 2, 3, 4], labels: undefined });
});

describe('subset', () => {
  const source = tensorSource(zeros('float32', [5, 1]), { labels: [0, 1, 2, 3, 4] });
  const labels = async (rows: number[]): Promise<number[] | undefined> =>
    (await contentOf(subset(source, Uint32Array.from(rows)), 2)).labels;

  test('of rows that go back is refused: they would be those of other examples', async () => {
    expect(() => subset(source, Uint32Array.of(4, 1))).toThrow(ConfigurationError);
    expect(() => subset(source, Uint32Array.of(4, 1))).toThrow(
      /rows: expected ascending ones, got 1 behind 4/,
    );
    expect(await labels([1, 1, 4])).toEqual([1, 1, 4]);
  });

  test('of rows that are not there is an error, not a smaller set', async () => {
    await expect(labels([1, 7])).rejects.toThrow(DataError);
    await expect(labels([1, 7])).rejects.toThrow(/row 7 .*5 examples/);
    expect(await labels([])).toEqual([]);
  });
});

test('a tensor with a label for which there is no class is refused', async () => {
  const inputs = zeros('float32', [2, 1]);
  const open = () => tensorSource(inputs, { labels: [0, 2], classes: ['a', 'b'], name: 'two' });
  expect(open).toThrow(ConfigurationError);
  expect(open).toThrow(/label: expected an integer of 0 to 1, got 2 \(two, example 1\)/);
  expect(await batchesOf(tensorSource(inputs, { labels: [0, 1], classes: ['a', 'b'] }), 2)).toHaveLength(1);
});

test('a JPEG decoder that could not be loaded is loaded when it is asked for again', async () => {
  const wasm = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  let tries = 0;
  const decode = jpegDecoder(async () => {
    if (tries++ === 0) throw new Error('offline');
    return WebAssembly.compile(readFileSync(wasm));
  });
  const photo = new Uint8Array(readFileSync(new URL('../fixtures/images/photo-420.jpg', import.meta.url)));
  await expect(decode(photo)).rejects.toThrow(/decoder of JPEG images: .* got offline; try again/);
  await expect(decode(photo)).resolves.toMatchObject({ width: 18, height: 13 });
  expect(tries).toBe(2);
});
