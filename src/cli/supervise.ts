import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import process from 'node:process';
import { RuntimeError } from '../errors/index.js';
import type { CredenceError } from '../errors/index.js';
import { interrupted } from './interruptible.js';
import { GRACE, SUPERVISOR } from './supervision.js';
import type { Notice, Order } from './supervision.js';

/** One Ctrl-C arrives twice below npx: from the terminal, and from npx, which passes on what it got. */
const SAME_SIGNAL = 300;

/** How a command ended: with a code, or by force. */
export type Ending = { readonly code: number } | { readonly error: CredenceError };

/**
 * Runs the command line in a process of its own and passes signals on. ONNX Runtime cannot be stopped within a run, nor can
 * the thread that waits for it: a command that does not stop in 1.5 s (or say that it saves what it has), or is told twice, is
 * ended, and what it was writing removed. A crash of the runtime becomes an error as any other.
 */
export async function supervise(script: string, args: readonly string[]): Promise<Ending> {
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [SUPERVISOR]: `${process.pid}` },
  });
  const command = `credence ${args[0]}`;
  const temporaries: string[] = [];
  let hint = 'nothing was written';
  let stopped: NodeJS.Signals | undefined;
  let since = NaN;
  let patience = GRACE;
  let force: NodeJS.Timeout | undefined;
  const end = (): void => void child.kill('SIGKILL');
  const wait = (): void => {
    clearTimeout(force);
    force = setTimeout(end, patience);
  };
  const stop = (signal: NodeJS.Signals): void => {
    if (stopped !== undefined) return performance.now() - since < SAME_SIGNAL ? undefined : end();
    stopped = signal;
    since = performance.now();
    const order: Order = { stop: signal };
    if (child.connected) child.send(order, () => undefined);
    wait();
  };
  child.on('message', (notice: Notice) => {
    hint = notice.hint ?? hint;
    if (notice.temporary !== undefined) temporaries.push(notice.temporary);
    patience = notice.patience ?? patience;
    if (notice.patience !== undefined && stopped !== undefined) wait();
  });
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('close', (...ending) => resolve(ending));
      child.once('error', (cause) =>
        reject(new RuntimeError({ what: 'starting a process', got: cause.message, cause })),
      );
    });
    if (code !== null) return { code };
    for (const path of temporaries) rmSync(path, { recursive: true, force: true });
    if (stopped !== undefined) return { error: interrupted(command, stopped, hint) };
    return { error: crashed(command, signal) };
  } catch (error) {
    if (error instanceof RuntimeError) return { error };
    throw error;
  } finally {
    clearTimeout(force);
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

function crashed(command: string, signal: NodeJS.Signals | null): RuntimeError {
  return new RuntimeError({
    what: command,
    expected: 'to end by itself',
    got: `an end by ${signal}`,
    hint:
      signal === 'SIGKILL'
        ? 'the system may have been out of memory: try fewer examples at a time, or --threads 1'
        : 'ONNX Runtime does not bear this model: try another export of it',
  });
}
