import { computed, signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';

const KEY = 'credence-threads';
const MOST = 8;

/** Whether the page may share memory between threads; that needs two headers of the server. */
export const canThread: boolean = globalThis.crossOriginIsolated && navigator.hardwareConcurrency > 1;

/** What the reader chose; never on a page that cannot share memory. */
export const wantsThreads: Signal<boolean> = signal(canThread && recall());

/** How many threads the runtime may use. */
export const threads: ReadonlySignal<number> = computed(() =>
  canThread && wantsThreads.value ? Math.min(navigator.hardwareConcurrency, MOST) : 1,
);

export function chooseThreads(wanted: boolean): void {
  wantsThreads.value = wanted;
  try {
    localStorage.setItem(KEY, wanted ? 'many' : 'one');
  } catch {
    // No storage: until the page is closed.
  }
}

function recall(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'one';
  } catch {
    return true;
  }
}
