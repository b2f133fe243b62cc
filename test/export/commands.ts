import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeNpz } from '#credence/formats/index';
import { openModel } from '#credence/inspection/node/index';
import { key, normal } from '#credence/random/index';
import { predict } from '#credence/runtime/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** Exported by PyTorch: (N, 1, 16, 16), 10 classes, 20 features, two dropout layers. */
export const CONVNET: string = fileURLToPath(new URL('../fixtures/models/convnet.onnx', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as a process. */
export async function credence(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

export interface Files extends AsyncDisposable {
  readonly folder: string;
  readonly inputs: Tensor<'float32'>;
  readonly path: (name: string) => string;
}

/** A folder with val.npz (x, y) and inputs.npz (x): noise, of whose labels the convnet gets some wrong. */
export async function makeFiles(): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), 'credence-export-'));
  const path = (name: string): string => join(folder, name);
  const n = 120;
  const inputs = tensor('float32', [n, 1, 16, 16], Float32Array.from(normal(key(5), n * 256)));
  const outputs = await predict(await openModel(CONVNET), { input: inputs }, { workers: 0 });
  const logits = outputs['output']!.data as Float32Array;
  const labels = Int32Array.from({ length: n }, (_, i) => {
    const row = [...logits.subarray(10 * i, 10 * i + 10)];
    return i % 5 === 0 ? (i / 5) % 10 : row.indexOf(Math.max(...row));
  });
  const y = tensor('int32', [n], labels);
  await writeFile(
    path('val.npz'),
    encodeNpz(
      new Map<string, Tensor>([
        ['x', inputs],
        ['y', y],
      ]),
    ),
  );
  await writeFile(path('inputs.npz'), encodeNpz(new Map([['x', inputs]])));
  return { folder, inputs, path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
