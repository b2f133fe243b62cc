import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeCsv, encodeNpz } from '#credence/formats/index';
import { key, normal } from '#credence/random/index';
import { readReference } from '#credence/serving/node/index';
import { tensor } from '#credence/tensor/index';

let folder: string;
const n = 5000;
const mcp = Float32Array.from(normal(key(1), n));
const energy = Float32Array.from(normal(key(2), n));
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credence-reference-'));
  const prediction = new Int32Array(n);
  const classes = Array.from({ length: n }, () => 'an "owl", a cat');
  await writeFile(at('s.csv'), encodeCsv({ prediction, class: classes, mcp, energy }));
  const arrays = { prediction: tensor('int32', [n], prediction), mcp: tensor('float32', [n], mcp) };
  await writeFile(
    at('s.npz'),
    encodeNpz(new Map(Object.entries({ ...arrays, energy: tensor('float32', [n], energy) }))),
  );
  const columnData = [
    { name: 'class', data: classes, type: 'STRING' as const },
    { name: 'mcp', data: mcp, type: 'FLOAT' as const },
    { name: 'energy', data: energy, type: 'FLOAT' as const },
  ];
  await writeFile(at('s.parquet'), new Uint8Array(parquetWriteBuffer({ columnData })));
  await writeFile(at('nan.csv'), 'mcp\r\n1\r\nNaN\r\n');
  await writeFile(at('s.txt'), 'no table');
});
afterAll(() => rm(folder, { recursive: true }));

test.each(['s.csv', 's.npz', 's.parquet'])('%s: the scores of the model that it has', async (name) => {
  expect(await readReference(at(name), ['mcp', 'energy', 'knn'])).toEqual({ mcp, energy });
});

test('says what is wrong with a file', async () => {
  await expect(readReference(at('s.csv'), ['knn'])).rejects.toThrow(
    /scores of the model: knn, got one with none/,
  );
  await expect(readReference(at('nan.csv'), ['mcp'])).rejects.toMatchObject({ code: 'E_DATA' });
  await expect(readReference(at('none.csv'), ['mcp'])).rejects.toMatchObject({ code: 'E_FILE' });
});
