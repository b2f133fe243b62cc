import type { Page } from 'playwright-core';
import type { Graphics } from './chromium.js';
import type { PageName } from './pages.js';
import { TASKS } from './program.js';
import type { Checked, Opened, TaskName } from './program.js';

/** A library on a backend. */
export interface Candidate {
  readonly name: string;
  readonly page: PageName;
  readonly backend: string;
  readonly threads: number;
  /** Served with the headers that shared memory, and with it threads, needs. */
  readonly isolated: boolean;
  readonly tasks: readonly TaskName[];
}

/** A candidate whose page is open, and what it has shown so far. */
export interface Contender extends Candidate, Opened {
  readonly driven: Page;
  readonly checked: Checked;
}

const OURS = TASKS.filter((task) => task !== 'mc-dropout-cached');

/** What can be measured here: WebAssembly always, a graphics card where there is one. */
export function candidates(threads: number, graphics: Graphics, hasPeers: boolean): Candidate[] {
  const isolated = threads > 1;
  const all: Candidate[] = [
    { ...on('credence', 'wasm', 1), name: 'Credence, wasm, 1 thread', isolated: false },
    ...(isolated ? [{ ...on('credence', 'wasm', threads), name: `Credence, wasm, ${threads} threads` }] : []),
    ...(graphics.webgpu ? [on('credence', 'webgpu', 1)] : []),
    // Its name says no number: it asks for threads and may not get them.
    { ...on('tensorflow', 'wasm', threads), name: 'TensorFlow.js, wasm' },
    // What TensorFlow.js itself can train a convnet with, where its WebAssembly can't.
    ...(graphics.webgl
      ? [on('tensorflow', 'webgl', 1)]
      : [{ ...on('tensorflow', 'cpu', 1), tasks: ['convnet-step'] as const }]),
    on('jax', 'wasm', threads),
    ...(graphics.webgpu ? [on('jax', 'webgpu', 1)] : []),
  ];
  return all.filter(({ page }) => hasPeers || isOurs(page));
}

export function isOurs(page: PageName): boolean {
  return page === 'credence';
}

const NAMES: Readonly<Record<PageName, string>> = {
  credence: 'Credence',
  tensorflow: 'TensorFlow.js',
  jax: 'jax-js',
};

function on(page: PageName, backend: string, threads: number): Candidate {
  const name = `${NAMES[page]}, ${backend}${threads > 1 ? `, ${threads} threads` : ''}`;
  return { name, page, backend, threads, isolated: true, tasks: isOurs(page) ? OURS : TASKS };
}
