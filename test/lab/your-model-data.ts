import { readFileSync } from 'node:fs';
import { assess } from '#credence/assessment/index';
import type { Assessment } from '#credence/assessment/index';
import { encodeIdx, encodeNpz, gzip } from '#credence/formats/index';
import { decodeOnnx, prune } from '#credence/graph/index';
import { inspectClassifier } from '#credence/inspection/index';
import { fold, key, normal, uniform } from '#credence/random/index';
import { openSession, rowsOfRun, runRows } from '#credence/runtime/index';
import { scores } from '#credence/scores/index';
import { tensorSource } from '#credence/sources/index';
import type { DataSource } from '#credence/sources/index';
import { sliceRows, tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

/** A file as the browser is handed it. */
export interface UploadedFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** A labelled set: where the model says so, or by chance something else. */
export interface LabelledSet {
  readonly inputs: Tensor<'float32'>;
  readonly labels: Int32Array;
}

export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../fixtures/models/${name}.onnx`, import.meta.url)));
}

/** n normal inputs of a model, which is wrong about a sixth of them. */
export async function labelledSet(model: string, seed: number, n: number): Promise<LabelledSet> {
  const inputs = inputsOf(model, seed, n, 1.5);
  const { graph, logits } = inspectClassifier(decodeOnnx(fixture(model)));
  await using session = await openSession(prune({ ...graph, outputs: [logits] }), { threads: 1 });
  const size = rowsOfRun(session.graph);
  const predictions: number[] = [];
  let classes = 0;
  for (let start = 0; start < n; start += size) {
    const part = sliceRows(inputs, start, Math.min(start + size, n));
    const values = (await runRows(session, part, { where: 'labels' }))[logits] as Tensor<'float32'>;
    classes = values.shape[1]!;
    for (let i = 0; i < part.shape[0]!; i++) {
      const row = values.data.subarray(i * classes, (i + 1) * classes);
      predictions.push(row.indexOf(Math.max(...row)));
    }
  }
  const chance = uniform(fold(key(seed), 'chance'), n);
  const labels = Int32Array.from(predictions, (best, i) =>
    chance[i]! < 1 / 6 ? (best + 1) % classes : best,
  );
  return { inputs, labels };
}

export function inputsOf(model: string, seed: number, n: number, deviation: number): Tensor<'float32'> {
  const shape = SHAPES[model]!;
  const size = shape.reduce((product, side) => product * side, n);
  const data = normal(fold(key(seed), 'inputs'), size);
  return tensor(
    'float32',
    [n, ...shape],
    Float32Array.from(data, (z) => deviation * z),
  );
}

const SHAPES: Readonly<Record<string, readonly number[]>> = { mlp: [12], convnet: [1, 16, 16] };

export interface Given {
  readonly model: string;
  readonly validation: LabelledSet;
  readonly test?: LabelledSet;
  readonly ood?: Readonly<Record<string, Tensor<'float32'>>>;
  readonly risk: number;
}

/** The assessment of the library in Node, as the page asks for it. */
export async function reference({ model, validation, test, ood = {}, risk }: Given): Promise<Assessment> {
  const source = (name: string, { inputs, labels }: LabelledSet): DataSource =>
    tensorSource(inputs, { name, labels });
  const found = await assess({
    model: fixture(model),
    validation: source('validation', validation),
    test: test && source('test', test),
    ood: Object.fromEntries(
      Object.entries(ood).map(([name, inputs]) => [name, tensorSource(inputs, { name })]),
    ),
    scores: scores.filter(({ name }) => name !== 'confidnet'),
    risk,
    confidence: 0.95,
    key: key(1),
    threads: 1,
  });
  await found.close();
  return found;
}

export function onnxFile(model: string): UploadedFile {
  return fileOf(`${model}.onnx`, fixture(model));
}

export function npzFile(name: string, { inputs, labels }: LabelledSet): UploadedFile {
  const arrays = new Map<string, Tensor>([
    ['x', inputs],
    ['y', tensor('int32', [labels.length], labels)],
  ]);
  return fileOf(name, encodeNpz(arrays));
}

/** Images as bytes, gzipped, as MNIST comes. */
export function idxFiles(stem: string, images: Tensor<'uint8'>, labels: Int32Array): UploadedFile[] {
  return [
    fileOf(`${stem}-images-idx3-ubyte.gz`, gzip(encodeIdx(images))),
    fileOf(
      `${stem}-labels-idx1-ubyte.gz`,
      gzip(encodeIdx(tensor('uint8', [labels.length], Uint8Array.from(labels)))),
    ),
  ];
}

export function csvFile(name: string, { shape, data }: Tensor<'float32'>): UploadedFile {
  const width = shape[1]!;
  const rows = Array.from({ length: shape[0]! }, (_, i) =>
    Array.from(data.subarray(i * width, (i + 1) * width)).join(','),
  );
  const header = Array.from({ length: width }, (_, i) => `f${i}`).join(',');
  return fileOf(name, new TextEncoder().encode(`${[header, ...rows].join('\n')}\n`));
}

export function fileOf(name: string, content: Uint8Array | string): UploadedFile {
  return { name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) };
}
