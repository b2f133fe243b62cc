import { once } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { CONTROL_SIZE } from '#credence/training/barrier';

const module = pathToFileURL(resolve('dist/training/barrier.js')).href;
const control = (): Int32Array => new Int32Array(new SharedArrayBuffer(4 * CONTROL_SIZE));

/** What a thread answers; a thread that waits for ever fails the test by its time. */
async function inThread(array: Int32Array, parties: number, program: string): Promise<unknown> {
  const source = `
    import { parentPort, workerData } from 'node:worker_threads';
    import { Barrier } from '${module}';
    const barrier = new Barrier(workerData, ${parties});
    ${program}`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
    workerData: array,
  });
  try {
    const [answer] = (await Promise.race([once(worker, 'message'), expired()])) as [unknown];
    return answer;
  } finally {
    await worker.terminate();
  }
}

function expired(): Promise<never> {
  return new Promise((_, reject) =>
    setTimeout(() => reject(new Error('a thread waits for ever')), 20_000).unref(),
  );
}

test('threads meet as often as they like', async () => {
  const array = control();
  // Each adds 1 between two meetings, so that all see a multiple of their number.
  const program = `
    const seen = [];
    for (let i = 0; i < 2000; i++) {
      Atomics.add(workerData, 7, 1);
      barrier.wait();
      seen.push(Atomics.load(workerData, 7));
      barrier.wait();
    }
    parentPort.postMessage(seen.every((value, i) => value === 3 * (i + 1)));`;
  const threads = [1, 2, 3].map(() => inThread(array, 3, program));
  expect(await Promise.all(threads)).toEqual([true, true, true]);
});

// The thread that comes after the failure waited for ever.
test('a failure ends the waiting of those who wait and of those who come later', async () => {
  const array = control();
  expect(await inThread(array, 2, `barrier.fail(); parentPort.postMessage(barrier.wait());`)).toBe(false);
  expect(await inThread(array, 2, `parentPort.postMessage(barrier.wait());`)).toBe(false);
  const other = control();
  const waiting = inThread(other, 2, `parentPort.postMessage(barrier.wait());`);
  await inThread(other, 2, `setTimeout(() => { barrier.fail(); parentPort.postMessage(0); }, 100);`);
  expect(await waiting).toBe(false);
});
