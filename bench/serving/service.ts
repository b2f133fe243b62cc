import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';

export interface ServiceProcess extends AsyncDisposable {
  readonly port: number;
  /** Sends SIGTERM; the exit code, null where a signal killed it. */
  stop(): Promise<number | null>;
}

/** `credence serve` as a process, once it listens. */
export async function startService(model: string, args: readonly string[] = []): Promise<ServiceProcess> {
  const command = ['dist/cli/main.js', 'serve', model, '--port', '0', '--json', '--quiet', ...args];
  const child: ChildProcess = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const line = await Promise.race([once(createInterface(child.stdout!), 'line'), exited]);
  if (!Array.isArray(line)) throw new Error(`credence serve ended with exit code ${line}`);
  const { port } = JSON.parse(String(line[0])) as { port: number };
  const stop = (): Promise<number | null> => {
    child.kill('SIGTERM');
    return exited;
  };
  return {
    port,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
