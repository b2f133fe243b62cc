// The one worker: all computing of all panels. It must not touch the document, which is not there.
import { CredenceError } from 'credence/errors';
import { faster } from './choose.js';
import { panels } from './panels.js';
import type { Reply, Request } from './protocol.js';
import type { Choice } from './provider.js';
import type { Task } from './task.js';

const running = new Map<number, AbortController>();

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  if (data.kind === 'cancel') running.get(data.id)?.abort();
  else void run(data);
});

async function run({ id, panel, task, input, computing }: Request & { kind: 'run' }): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  running.set(id, controller);
  try {
    const { tasks } = await panels[panel as keyof typeof panels]();
    const work = (tasks as Readonly<Record<string, Task<unknown, unknown, unknown>>>)[task]!;
    signal.throwIfAborted();
    const { setting, threads } = computing;
    const breathe = async (): Promise<void> => {
      await macrotask();
      signal.throwIfAborted();
    };
    const choosing = {
      signal,
      breathe,
      made: new Map<string, Choice>(),
      onMeasure: (workload: string | undefined) => answer({ kind: 'measure', workload }),
      onChoice: (choice: Choice) => answer({ kind: 'choice', choice, setting }),
    };
    const output = await work(input, {
      signal,
      threads,
      faster: (workload, run, { ifKnown = false } = {}) =>
        faster(workload, run, computing, { ...choosing, ifKnown }),
      report: (progress) => answer({ kind: 'progress', id, progress }),
      breathe,
    });
    answer({ kind: 'result', id, output });
  } catch (error) {
    if (!signal.aborted) answer({ kind: 'error', id, ...described(error) });
  } finally {
    running.delete(id);
  }
}

function answer(reply: Reply): void {
  postMessage(reply);
}

function described(error: unknown): { message: string; code: string | undefined } {
  const message = error instanceof Error ? error.message : String(error);
  return { message, code: error instanceof CredenceError ? error.code : undefined };
}

const { port1, port2 } = new MessageChannel();
const waiting: (() => void)[] = [];
port1.addEventListener('message', () => waiting.shift()?.());
port1.start();

/** A turn of the event loop, without the 4 ms that nested timers wait. */
function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    port2.postMessage(undefined);
  });
}
