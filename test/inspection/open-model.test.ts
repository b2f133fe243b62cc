import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FileError, FormatError } from '#credence/errors/index';
import { encodeOnnx } from '#credence/graph/index';
import { inspectClassifier } from '#credence/inspection/index';
import { openModel } from '#credence/inspection/node/index';
import { openSession } from '#credence/runtime/index';
import { tensor } from '#credence/tensor/index';
import { modelPath } from './fixtures.js';

/** What a tensor says about where its bytes are. */
type Place = Readonly<Record<string, string>>;

/** The bytes of MatMul(x, w), w (2, 3) kept in other files: one tensor an entry, all but the last unused. */
function externalModel(...places: Place[]): Uint8Array {
  const writer = new BinaryWriter();
  const message = (field: number, write: () => void): void => {
    writer.tag(field, WireType.LengthDelimited).fork();
    write();
    writer.join();
  };
  const text = (field: number, value: string): void =>
    void writer.tag(field, WireType.LengthDelimited).string(value);
  const value = (field: number, name: string, ...dims: number[]): void =>
    message(field, () => {
      text(1, name);
      message(2, () =>
        message(1, () => {
          writer.tag(1, WireType.Varint).int32(1);
          message(2, () =>
            dims.forEach((dim) => message(1, () => writer.tag(1, WireType.Varint).int64(dim))),
          );
        }),
      );
    });
  writer.tag(1, WireType.Varint).int64(8);
  message(7, () => {
    message(1, () => {
      text(1, 'x');
      text(1, `w${places.length - 1}`);
      text(2, 'y');
      text(4, 'MatMul');
    });
    places.forEach((place, i) =>
      message(5, () => {
        for (const dim of [2, 3]) writer.tag(1, WireType.Varint).int64(dim);
        writer.tag(2, WireType.Varint).int32(1);
        text(8, `w${i}`);
        for (const [key, entry] of Object.entries(place)) {
          message(13, () => {
            text(1, key);
            text(2, entry);
          });
        }
        writer.tag(14, WireType.Varint).int32(1);
      }),
    );
    value(11, 'x', 4, 2);
    value(12, 'y', 4, 3);
  });
  message(8, () => writer.tag(2, WireType.Varint).int64(18));
  return writer.finish();
}

const weights = Float32Array.from({ length: 6 }, (_, i) => i + 1);
const bytes = new Uint8Array(weights.buffer);

/** A folder `model/` with a model and its files, and what lies beside it. */
function folder(places: Place[], files: Readonly<Record<string, Uint8Array>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'credence-models-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'model', 'inner'), { recursive: true });
  writeFileSync(join(root, 'model', 'm.onnx'), externalModel(...places));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content);
  return join(root, 'model', 'm.onnx');
}

describe('openModel', () => {
  test('reads a file and bytes, a Buffer too, to the same graph but for its name', async () => {
    const graph = await openModel(modelPath('mlp'));
    const buffer = readFileSync(modelPath('mlp'));
    expect(graph.name).toBe('mlp');
    for (const content of [buffer, new Uint8Array(buffer)]) {
      expect({ ...(await openModel(content)), name: 'mlp' }).toEqual(graph);
    }
  });

  test.each<[string, Place, Readonly<Record<string, Uint8Array>>]>([
    ['a file beside the model', { location: 'w.bin' }, { 'model/w.bin': bytes }],
    [
      'a part of it',
      { location: 'w.bin', offset: '8', length: '24' },
      { 'model/w.bin': Uint8Array.of(...new Uint8Array(8), ...bytes, 9) },
    ],
    ['a file in a folder below', { location: 'inner/w.bin' }, { 'model/inner/w.bin': bytes }],
    ['a path with a step of no effect', { location: './w.bin' }, { 'model/w.bin': bytes }],
  ])('reads external data from %s', async (_, place, files) => {
    const graph = await openModel(folder([place], files));
    expect([...(graph.constants.get('w0')!.data as Float32Array)]).toEqual([...weights]);
    const x = tensor('float32', [4, 2], Float32Array.of(1, 0, 0, 1, 1, 1, 2, 0));
    await using session = await openSession(graph);
    const { y } = await session.run({ x });
    expect([...(y!.data as Float32Array)]).toEqual([1, 2, 3, 4, 5, 6, 5, 7, 9, 2, 4, 6]);
    expect(inspectClassifier(graph)).toMatchObject({ classes: 3, batch: 4, features: 'x' });
  });

  test.each<[string, Place, RegExp]>([
    ['a path upwards', { location: '../secret.bin' }, /a file beside the model.*\.\.\/secret\.bin/],
    ['a path down and up', { location: 'inner/../../secret.bin' }, /beside the model/],
    ['a path upwards with backslashes', { location: '..\\secret.bin' }, /beside the model/],
    ['an absolute path', { location: '/etc/hostname' }, /beside the model/],
    ['an absolute path of Windows', { location: 'C:\\secret.bin' }, /beside the model/],
    ['a path relative to a drive', { location: 'c:secret.bin' }, /beside the model/],
    ['a share', { location: '\\\\host\\secret.bin' }, /beside the model/],
    ['a link that leaves the folder', { location: 'link.bin' }, /a link that leaves it/],
    ['a folder link that leaves the folder', { location: 'up/secret.bin' }, /a link that leaves it/],
    ['no name', { location: '' }, /beside the model/],
    ['a name with a zero byte', { location: 'w.bin\0' }, /beside the model/],
    ['an offset beyond the end', { location: 'w.bin', offset: '100' }, /got 24/],
    ['a length beyond the end', { location: 'w.bin', length: '25' }, /6 elements of raw data.*got 6.25/],
    ['a length of exabytes', { location: 'w.bin', length: '9007199254740991' }, /6 elements/],
    ["a length that is not the tensor's", { location: 'w.bin', length: '20' }, /6 elements/],
    ['an offset that is negative', { location: 'w.bin', offset: '-4' }, /an offset and a length/],
    ['an offset that is no number', { location: 'w.bin', offset: 'x' }, /an offset and a length/],
    ['no location', { offset: '0' }, /beside the model/],
  ])('refuses external data by %s', async (_, place, message) => {
    const path = folder([place], { 'model/w.bin': bytes, 'secret.bin': bytes });
    symlinkSync('../secret.bin', join(path, '..', 'link.bin'));
    symlinkSync('..', join(path, '..', 'up'));
    const error: unknown = await openModel(path).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(message);
  });

  test.skipIf(process.platform === 'win32')('refuses a pipe, which to open would take forever', async () => {
    const path = folder([{ location: 'w.pipe' }]);
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(path, '..', 'w.pipe')]);
    await expect(openModel(path)).rejects.toThrow(/expected a file, got something else of the system/);
  });

  test('refuses a small file that would become many tensors', async () => {
    const place = { location: 'w.bin' };
    await expect(
      openModel(
        folder(
          Array.from({ length: 5 }, () => place),
          { 'model/w.bin': bytes },
        ),
      ),
    ).rejects.toThrow(/at most 4 times the files' 24 bytes/);
    await expect(
      openModel(folder([place, place, place, place], { 'model/w.bin': bytes })),
    ).resolves.toBeDefined();
  });

  test('says which file is missing, and that bytes alone have none beside them', async () => {
    await expect(
      openModel(folder([{ location: 'weight.bin' }], { 'model/weights.bin': bytes })),
    ).rejects.toThrow(/cannot read .*weight\.bin.*did you mean 'weights\.bin'/);
    await expect(openModel(folder([{ location: 'inner' }]))).rejects.toThrow(FileError);
    await expect(openModel(externalModel({ location: 'w.bin' }))).rejects.toThrow(
      /open the model by its path/,
    );
    await expect(openModel(modelPath('mlp').replace('mlp', 'mpl'))).rejects.toThrow(
      /did you mean 'mlp\.onnx'/,
    );
    await expect(openModel(new Uint8Array())).rejects.toThrow(FormatError);
    await expect(openModel(Uint8Array.from({ length: 100 }, (_, i) => 7 * i))).rejects.toThrow(FormatError);
  });

  test('keeps a name that a graph has', async () => {
    const graph = await openModel(modelPath('convnet'));
    const path = folder([{ location: 'w.bin' }]);
    writeFileSync(path, encodeOnnx({ ...graph, name: 'my network' }));
    expect((await openModel(path)).name).toBe('my network');
  });
});
