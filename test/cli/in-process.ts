import process from 'node:process';
import { vi } from 'vitest';

export interface InProcessOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line in this process: to start one of its own takes longer than most of what is tested. */
export async function runCommand(args: readonly string[]): Promise<InProcessOutcome> {
  // Looked at when the module is loaded.
  process.env['NO_COLOR'] = '1';
  const { run } = await import('#credence/cli/run');
  const listeners = new Set(process.stdout.listeners('error'));
  let [stdout, stderr] = ['', ''];
  const writers = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((stdout += String(text)))),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((stderr += String(text)))),
  ];
  try {
    const code = await run(args);
    return { code, stdout, stderr };
  } finally {
    for (const writer of writers) writer.mockRestore();
    // A process of its own would not live long enough for these to be too many.
    for (const own of process.stdout.listeners('error')) {
      if (!listeners.has(own)) process.stdout.off('error', own as (error: Error) => void);
    }
  }
}
