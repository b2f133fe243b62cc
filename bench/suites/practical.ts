import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { SUPERVISOR } from '#credence/cli/supervision';
import { RuntimeError } from '#credence/errors/index';
import type { Context } from '../context.js';
import { digits, megabytes } from '../report/numbers.js';
import type { Section } from '../report/section.js';

const COMMAND = fileURLToPath(import.meta.resolve('#credence/cli/main'));
const POLL_MILLISECONDS = 100;

/** What is promised of `npm start` on two cores. */
const RUNS = [
  { title: 'weeks 1 and 2', weeks: '1,2', seconds: 20, bytes: 1e9 },
  { title: 'the whole practical', weeks: '1,2,3', seconds: 8 * 60, bytes: 1e9 },
] as const;

/** The practical as `npm start` runs it, everything written: seconds and peak resident memory. */
export async function practical({ options, scratch, signal, say }: Context): Promise<readonly Section[]> {
  const results = [];
  for (const promise of RUNS) {
    say(promise.title);
    const out = join(options.out ?? scratch, `weeks-${promise.weeks.replaceAll(',', '')}`);
    const args = [
      'practical',
      '--weeks',
      promise.weeks,
      '--out',
      out,
      '--threads',
      `${options.threads}`,
      '--quiet',
    ];
    if (options.data !== undefined) args.push('--data', options.data);
    if (options.ood !== undefined) args.push('--ood', options.ood);
    results.push({ ...promise, ...(await measureCommand(args, signal)) });
  }
  return [
    {
      name: 'practical',
      title: `The practical in full, ${options.threads} threads`,
      table: {
        columns: ['run', 'seconds', 'at most', 'peak MB', 'at most', 'met'].map((title) => ({ title })),
        rows: results.map((own) => [
          own.title,
          digits(own.took),
          `${own.seconds}`,
          megabytes(own.peak),
          megabytes(own.bytes),
          own.took < own.seconds && !(own.peak >= own.bytes) ? 'yes' : 'NO',
        ]),
      },
      notes: ['Seconds from the start of the process to its end, data sets read and the report written.'],
      data: results,
    },
  ];
}

async function measureCommand(
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly took: number; readonly peak: number }> {
  const started = performance.now();
  const child = spawn(process.execPath, [COMMAND, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // It is watched over from here, so that the process which is measured is the one that works.
    env: { ...process.env, [SUPERVISOR]: `${process.pid}` },
    signal,
  });
  let peak = NaN;
  // The process is gone with its last value: what it reached in the last moments is missed.
  const poll = setInterval(() => (peak = peakOf(child.pid) ?? peak), POLL_MILLISECONDS);
  try {
    const [stderr, [code]] = await Promise.all([
      text(child.stderr!),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    if (code !== 0) {
      throw new RuntimeError({
        what: `credence ${args.join(' ')}`,
        expected: 'exit code 0',
        got: `${code}: ${stderr.trim()}`,
      });
    }
    return { took: (performance.now() - started) / 1000, peak };
  } finally {
    clearInterval(poll);
  }
}

function peakOf(pid: number | undefined): number | undefined {
  try {
    const kibibytes = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
