import { availableParallelism } from 'node:os';
import { parentPort, Worker, workerData } from 'node:worker_threads';

/** How many workers are worth starting: one a core. 0 where there are none, and everything runs in the calling thread. */
export function availableWorkers(): number {
  return availableParallelism();
}

export interface WorkerHandle {
  post(message: unknown): void;
  /** The next message. Rejects when the worker dies. */
  next<T>(): Promise<T>;
  terminate(): Promise<void>;
}

/** Starts a worker on a module of this package; `data` reaches it as `ownData`. */
export function startWorker(script: URL, data?: unknown): WorkerHandle {
  // The program's own flags (`--input-type`, `--import`) are not for the modules of this package.
  const worker = new Worker(script, { workerData: data, execArgv: [] });
  // Only a worker that is waited for keeps the process alive.
  worker.unref();
  const arrived: unknown[] = [];
  let waiting: { resolve: (message: unknown) => void; reject: (reason: unknown) => void } | undefined;
  let failure: Error | undefined;
  worker.on('message', (message: unknown) => {
    if (waiting === undefined) arrived.push(message);
    else waiting.resolve(message);
    waiting = undefined;
  });
  const fail = (error: Error): void => {
    failure = error;
    waiting?.reject(error);
    waiting = undefined;
  };
  worker.on('error', fail);
  worker.on('exit', (code) => fail(failure ?? new Error(`a worker ended early (exit code ${code})`)));
  return {
    post: (message) => worker.postMessage(message),
    async next<T>() {
      if (arrived.length > 0) return arrived.shift() as T;
      if (failure !== undefined) throw failure;
      worker.ref();
      return (await new Promise((resolve, reject) => (waiting = { resolve, reject })).finally(() =>
        worker.unref(),
      )) as T;
    },
    async terminate() {
      await worker.terminate();
    },
  };
}

/** In a worker: what `startWorker` was given. */
export const ownData: unknown = workerData;

/** In a worker: answers messages one at a time. */
export function serve(answer: (message: unknown) => Promise<unknown>): void {
  parentPort?.on('message', (message: unknown) => {
    void answer(message).then((reply) => parentPort?.postMessage(reply));
  });
}
