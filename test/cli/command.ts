import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll } from 'vitest';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Modules that are imported before the command, as paths or data URLs. */
  readonly imports?: readonly string[];
  /** Gets all of stderr so far whenever there is more of it, and the process. */
  readonly onStderr?: (stderr: string, child: { kill(signal: NodeJS.Signals): boolean }) => void;
}

/** Runs the built command as users do, without a terminal. */
export async function credence(
  args: readonly string[],
  { env = {}, imports = [], onStderr }: CommandOptions = {},
): Promise<Outcome> {
  const started = performance.now();
  const flags = imports.flatMap((module) => ['--import', module]);
  const inherited = Object.entries(process.env).filter(
    // What colours or warns in the tests' own process is not what is tested.
    ([name]) => !/^(FORCE_COLOR|NO_COLOR|CI|NODE_OPTIONS|npm_)/.test(name),
  );
  const child = spawn(process.execPath, [...flags, join('dist', 'cli', 'main.js'), ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onStderr?.(stderr, child);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr, seconds: (performance.now() - started) / 1000 };
}

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone when the tests of the file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'credence-'));
  folders.push(folder);
  return folder;
}

/** All files below a folder, relative to it, in order. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}
