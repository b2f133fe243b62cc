import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { RuntimeError } from '#credence/errors/index';
import { pinning } from '../cores.js';

/** Lines of a failed process's complaints that are shown. */
const SHOWN_LINES = 5;

/**
 * Runs a program on `threads` cores and gives what it wrote to stdout.
 * @throws RuntimeError with the end of its stderr when it fails.
 */
export async function outputOf(
  command: readonly string[],
  {
    threads,
    env = {},
    signal,
  }: { threads: number; env?: Readonly<Record<string, string>>; signal: AbortSignal },
): Promise<string> {
  const [program, ...args] = [...pinning(threads), ...command];
  const child = spawn(program!, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  const [stdout, stderr, [code, killedBy]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  if (code === 0) return stdout;
  throw new RuntimeError({
    what: command.slice(0, 2).join(' '),
    expected: 'exit code 0',
    got: `${killedBy ?? code}: ${stderr.trim().split('\n').slice(-SHOWN_LINES).join('\n')}`,
  });
}
