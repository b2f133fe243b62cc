import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as ort from 'onnxruntime-node';
import { encodeNpz } from '#credence/formats/index';
import { fromReference, referenceArray } from '#credence/graph/index';
import { fold, key, normal } from '#credence/random/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

/** Runs the command line for each line of JSON that it reads: one process for many commands, since starting one takes a second. */
const PROGRAM = `
import { createInterface } from 'node:readline';
const { run } = await import(process.argv[1]);
process.stdout.setMaxListeners(0);
const reply = process.stdout.write.bind(process.stdout);
for await (const line of createInterface({ input: process.stdin })) {
  const { folder, args } = JSON.parse(line);
  process.chdir(folder);
  const outcome = { code: 0, stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    process[name].write = (text) => {
      outcome[name] += text;
      return true;
    };
  }
  outcome.code = await run(args);
  reply(JSON.stringify(outcome) + '\\n');
}
`;

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLine {
  /** A command in a folder. */
  run(folder: string, ...args: readonly string[]): Promise<Outcome>;
  close(): void;
}

/** The command line in a process of its own. */
export function commandLine(): CommandLine {
  const library = new URL('../../dist/cli/run.js', import.meta.url).href;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, library], {
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(folder, ...args) {
      child.stdin.write(`${JSON.stringify({ folder, args })}\n`);
      const next: IteratorResult<string, unknown> = await lines.next();
      if (next.done === true) throw new Error(`credence ${args.join(' ')}: the process is gone`);
      return JSON.parse(next.value) as Outcome;
    },
    close: () => child.stdin.end(),
  };
}

export interface OwnModel {
  readonly model: Uint8Array;
  /** Beside the model, by name. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Of an example. */
  readonly shape: readonly number[];
  readonly dtype?: 'float16';
  /** Rows of a run, where they are fixed. */
  readonly rows?: number;
  /** Which output the prediction is; the first unless given. */
  readonly output?: string;
  /** What that output is; logits unless given. A label is one of 3. */
  readonly gives?: 'probabilities' | 'label';
}

export interface Workshop {
  readonly folder: string;
  /** What ONNX Runtime by itself gives for the test set, row by row. */
  readonly predictions: readonly (readonly number[])[];
  readonly test: Tensor<'float32'>;
}

/** Every fifth label is wrong, in both sets. */
export const ACCURACY = 0.8;
const SIZES = { 'val.npz': 200, 'test.npz': 80 };

/** A folder with `model.onnx` and sets of noise, `val.npz` and `test.npz`, labelled by what the model says. */
export async function workshop(name: string, own: OwnModel): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'credence-own-'));
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'model.onnx');
  await writeFile(path, own.model);
  for (const [file, content] of Object.entries(own.files ?? {})) await writeFile(join(folder, file), content);
  const width = own.shape.reduce((product, size) => product * size, 1);
  let predictions: number[][] = [];
  let test = tensor('float32', [0], new Float32Array(0));
  for (const [file, n] of Object.entries(SIZES)) {
    const data = Float32Array.from(normal(fold(key(3), name, file), n * width));
    const x = tensor('float32', [n, ...own.shape], data);
    predictions = await runPlainly(path, x, own);
    const labels = predictions.map((row, i) => {
      const best = own.gives === 'label' ? row[0]! : row.indexOf(Math.max(...row));
      return i % 5 === 0 ? (best + 1) % (own.gives === 'label' ? 3 : row.length) : best;
    });
    const y = tensor('int32', [n], Int32Array.from(labels));
    await writeFile(
      join(folder, file),
      encodeNpz(
        new Map<string, Tensor>([
          ['x', x],
          ['y', y],
        ]),
      ),
    );
    test = x;
  }
  return { folder, predictions, test };
}

/** An output of a model for all rows, by ONNX Runtime alone. */
export async function runPlainly(
  path: string,
  { shape: [n = 0, ...example], data }: Tensor<'float32'>,
  { rows = n, dtype, output }: Pick<OwnModel, 'rows' | 'dtype' | 'output'>,
): Promise<number[][]> {
  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 4 });
  const width = data.length / n;
  const result: number[][] = [];
  for (let start = 0; start < n; start += rows) {
    // The last run is filled up with its first row.
    const part = Float32Array.from({ length: rows * width }, (_, i) => {
      const row = start + Math.floor(i / width);
      return data[(row < n ? row : start) * width + (i % width)]!;
    });
    const shape = [rows, ...example];
    const half = fromReference(referenceArray('float16', shape, part)).data as Uint16Array;
    const fed =
      dtype === 'float16' ? new ort.Tensor('float16', half, shape) : new ort.Tensor('float32', part, shape);
    const name = output ?? session.outputNames[0]!;
    const value = (await session.run({ [session.inputNames[0]!]: fed }, [name]))[name]!;
    const numbers = numbersOf(value);
    const columns = numbers.length / rows;
    for (let row = 0; row < Math.min(rows, n - start); row++)
      result.push(numbers.slice(row * columns, (row + 1) * columns));
  }
  await session.release();
  return result;
}

function numbersOf({ type, data, dims }: ort.Tensor): number[] {
  if (type !== 'float16') return Array.from(data as Float32Array | BigInt64Array | Uint8Array, Number);
  const { buffer, byteOffset, length } = data as Uint16Array;
  const bits = tensor('float16', dims, new Uint16Array(buffer, byteOffset, length));
  return [...halfNumbers(bits)];
}

function halfNumbers({ data }: Tensor<'float16'>): number[] {
  return Array.from(data, (bits) => {
    const fraction = bits & 1023;
    const exponent = (bits >> 10) & 31;
    const magnitude = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
    return bits & 0x8000 ? -magnitude : magnitude;
  });
}

/** 1 - max softmax of a row of logits. */
export function mcpOf(logits: readonly number[]): number {
  const largest = Math.max(...logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  return 1 - 1 / sum;
}

export async function jsonOf<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}
