import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { CredenceError } from '#credence/errors/index';
import type { Context } from './context.js';
import { credence } from './contenders/credence.js';
import { findPython, pytorch } from './contenders/pytorch.js';
import { describeMachine, machineLines } from './machine.js';
import { parseOptions } from './options.js';
import type { Options, SuiteName } from './options.js';
import { formatSection } from './report/section.js';
import type { Section } from './report/section.js';
import { writeSets } from './sets.js';
import { browser } from './suites/browser.js';
import { kernels } from './suites/kernels.js';
import { memory } from './suites/memory.js';
import { ownModel } from './suites/own-model.js';
import { practical } from './suites/practical.js';
import { scaling } from './suites/scaling.js';
import { seeds } from './suites/seeds.js';
import { serving } from './suites/serving.js';
import type { Suite } from './suites/suite.js';
import { week3 } from './suites/week3.js';

const RUNNERS: Readonly<Record<SuiteName, Suite>> = {
  week3,
  memory,
  scaling,
  kernels,
  'own-model': ownModel,
  serving,
  browser,
  seeds,
  practical,
};
/** Those that run both sides in processes of their own, on data sets in one place. */
const SIDE_BY_SIDE: ReadonlySet<SuiteName> = new Set(['week3', 'memory', 'scaling']);

process.exitCode = await main(process.argv.slice(2));

/** Tables (or JSON) go to stdout, progress to stderr. 0: measured, met or not; 1: failed; 2: usage; 130: interrupted. */
async function main(args: readonly string[]): Promise<number> {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
  let scratch: string | undefined;
  try {
    const options = parseOptions(args);
    scratch = await mkdtemp(join(tmpdir(), 'credence-bench-'));
    await runSuites(options, scratch, abort.signal);
    return 0;
  } catch (error) {
    if (abort.signal.aborted) return 130;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const text = error instanceof CredenceError || !(error instanceof Error) ? String(error) : error.stack;
    process.stderr.write(`${text}\n`);
    return 1;
  } finally {
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  }
}

async function runSuites(options: Options, scratch: string, signal: AbortSignal): Promise<void> {
  const machine = describeMachine();
  const print = (text: string): void => void (options.json || process.stdout.write(`${text}\n`));
  print(`${machineLines(machine).join('\n')}\n`);
  const context = await prepare(options, scratch, signal);
  const sections: Section[] = [];
  for (const name of options.suites) {
    for (const section of await RUNNERS[name](context)) {
      sections.push(section);
      print(formatSection(section));
    }
  }
  if (options.json) {
    const measured = sections.map(({ name, title, notes, data }) => ({ name, title, notes, data }));
    process.stdout.write(`${JSON.stringify({ machine, options, sections: measured }, null, 2)}\n`);
  }
}

async function prepare(options: Options, scratch: string, signal: AbortSignal): Promise<Context> {
  const say = (message: string): void => void process.stderr.write(`bench: ${message}\n`);
  const isNeeded = options.suites.some((name) => SIDE_BY_SIDE.has(name));
  const sets = isNeeded
    ? await writeSets(join(scratch, 'sets'), { data: options.data, ood: options.ood, signal })
    : { mnist: '', ood: '' };
  const python = isNeeded ? findPython() : undefined;
  const peer = python === undefined ? undefined : pytorch(python, sets, signal);
  return { options, signal, scratch, ours: credence(sets, signal), peer, measured: new Map(), say };
}
