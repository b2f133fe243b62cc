import { choices, measuring, setting, take } from './choices.js';
import type { InputOf, OutputOf, PanelName, ProgressOf, Reply, Request, TaskName } from './protocol.js';
import { threads } from './threads.js';

/** An error of the library, or another one, that a task ended with; its message is meant for the reader. */
export class TaskError extends Error {
  /** The library's code; undefined for an error that is not the library's. */
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.name = 'TaskError';
    this.code = code;
  }
}

export interface RunOptions<Progress> {
  /** Cancels the task; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

interface Waiting {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: ((progress: unknown) => void) | undefined;
}

let worker: Worker | undefined;
let lastId = 0;
const waiting = new Map<number, Waiting>();

/**
 * Runs a task of a panel in the worker.
 * @throws TaskError what the task ended with
 * @throws the signal's reason
 */
export function run<P extends PanelName, T extends TaskName<P>>(
  panel: P,
  task: T,
  input: InputOf<P, T>,
  { signal, onProgress }: RunOptions<ProgressOf<P, T>> = {},
): Promise<OutputOf<P, T>> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const id = ++lastId;
    const cancel = (): void => {
      waiting.delete(id);
      send({ kind: 'cancel', id });
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    const settle = (): void => signal?.removeEventListener('abort', cancel);
    waiting.set(id, {
      resolve(output) {
        settle();
        resolve(output as OutputOf<P, T>);
      },
      reject(error) {
        settle();
        reject(error);
      },
      onProgress: onProgress as ((progress: unknown) => void) | undefined,
    });
    const computing = { setting: setting.peek(), threads: threads.peek(), kept: choices.peek() };
    send({ kind: 'run', id, panel, task, input, computing });
  });
}

/** Ends the worker and all that it does: the number of the runtime's threads is fixed when it first runs. */
export function restart(): void {
  worker?.terminate();
  worker = undefined;
  measuring.value = undefined;
  for (const { reject } of waiting.values()) reject(new DOMException('The worker was ended', 'AbortError'));
  waiting.clear();
}

function send(request: Request): void {
  worker ??= start();
  worker.postMessage(request);
}

function start(): Worker {
  const started = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'credence' });
  started.addEventListener('message', ({ data }: MessageEvent<Reply>) => receive(data));
  started.addEventListener('error', (event) => {
    event.preventDefault();
    worker = undefined;
    for (const { reject } of waiting.values()) {
      reject(new TaskError(event.message || 'the worker could not be loaded: reload the page', undefined));
    }
    waiting.clear();
  });
  return started;
}

function receive(reply: Reply): void {
  if (reply.kind === 'measure') measuring.value = reply.workload;
  if (reply.kind === 'choice') take(reply.choice, reply.setting);
  if (reply.kind === 'measure' || reply.kind === 'choice') return;
  const task = waiting.get(reply.id);
  if (task === undefined) return;
  if (reply.kind === 'progress') {
    task.onProgress?.(reply.progress);
    return;
  }
  waiting.delete(reply.id);
  if (reply.kind === 'result') task.resolve(reply.output);
  else task.reject(new TaskError(reply.message, reply.code));
}
