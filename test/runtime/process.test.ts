import { spawn } from 'node:child_process';
import process from 'node:process';
import { expect, test } from 'vitest';

const prelude = `
  import { dropout, activateDropout, GraphBuilder } from '#credence/graph/index';
  import { key } from '#credence/random/index';
  import { predict, samplePredictions } from '#credence/runtime/index';
  import { zeros } from '#credence/tensor/index';
  const b = new GraphBuilder('g');
  const graph = b.build({ y: dropout(b.input('x', 'float32', ['N', 4]), 0.5) });
  const data = { x: zeros('float32', [40, 4]) };
  const workers = 2;`;

interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
}

/** Runs a program to its end; one that does not end is killed after thirty seconds, and its signal says so. */
function run(program: string): Promise<Ending> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', prelude + program], {
    timeout: 30_000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, output })));
}

test('a program ends though its workers wait for more', async () => {
  const ending = await run(`
    await predict(graph, data, { workers, batchSize: 5 });
    await samplePredictions(activateDropout(graph), data, { workers, batchSize: 5, samples: 2, key: key(1) });
    console.log('done');`);
  expect(ending).toEqual({ code: 0, signal: null, output: 'done\n' });
});

test('a program does not end while its workers are at work', async () => {
  const ending = await run(`
    void predict(graph, data, { workers, batchSize: 1 }).then(({ y }) => console.log(y.shape.join()));`);
  expect(ending).toEqual({ code: 0, signal: null, output: '40,4\n' });
});

test('a program that fails in a worker ends, with the error', async () => {
  const ending = await run(`
    await predict(graph, { x: zeros('float64', [40, 4]) }, { workers, batchSize: 5 });`);
  expect(ending).toMatchObject({ code: 1, signal: null });
  expect(ending.output).toContain("ShapeError: input 'x': expected float32 (N, 4), got float64 (5, 4)");
});

test('a program that was aborted ends', async () => {
  const ending = await run(`
    const signal = AbortSignal.timeout(1);
    const endless = { x: zeros('float32', [400_000, 4]) };
    await predict(graph, endless, { workers, batchSize: 1, signal }).catch((error) => console.log(error.name));`);
  expect(ending).toEqual({ code: 0, signal: null, output: 'TimeoutError\n' });
});
