import { batch, computed, effect, signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import { restart, run } from '../compute/index.js';
import { announce } from '../ui/index.js';
import type { Assessed, AssessInput, AssessProgress } from './model.js';
import { choices, files, ood, reading, signals } from './state.js';

/** The newest assessment; it stays while the next one is made. */
export const assessed: Signal<Assessed | undefined> = signal(undefined);
export const progress: Signal<AssessProgress | undefined> = signal(undefined);
export const failure: Signal<string | undefined> = signal(undefined);

/** A worker that says nothing for so long after a cancellation is ended. */
const PATIENCE_MS = 1500;

let runningExample = false;
let freeing: Promise<void> = Promise.resolve();
const running: Signal<AbortController | undefined> = signal(undefined);
const askedWith: Signal<AssessInput | undefined> = signal(undefined);

export const busy: ReadonlySignal<boolean> = computed(() => running.value !== undefined);
/** Whether the reader has given anything of their own. */
export const hasFiles: ReadonlySignal<boolean> = computed(
  () => Object.values(files).some(({ value }) => value !== undefined) || ood.value.length > 0,
);

/** What would be asked now; undefined while something is missing. */
const input: ReadonlySignal<AssessInput | undefined> = computed(() => {
  const asked = {
    risk: signals.risk.value,
    confidence: signals.confidence.value,
    seed: signals.seed.value,
    confidnet: signals.confidnet.value,
  };
  if (!hasFiles.value) return { given: undefined, ...asked };
  const [model, validation] = [files.model.value, files.validation.value];
  if (model === undefined || validation === undefined) return undefined;
  return {
    given: {
      model,
      validation,
      test: files.test.value,
      train: files.train.value,
      ood: ood.value.filter(({ use }) => use === 'measure'),
      tuneOod: ood.value.filter(({ use }) => use === 'tune'),
      choices: choices(),
      reading: reading(),
    },
    ...asked,
  };
});

/** What is still to be given before anything can be assessed. */
export const missing: ReadonlySignal<string | undefined> = computed(() => {
  if (input.value !== undefined) return undefined;
  return files.model.value === undefined ? 'a model' : 'a validation set';
});

/** Whether what is shown answers to something else than what is set now. */
export const isStale: ReadonlySignal<boolean> = computed(
  () => assessed.value !== undefined && !busy.value && askedWith.value !== input.value,
);

export async function start(): Promise<void> {
  const asked = input.peek();
  if (asked === undefined) return;
  cancel();
  const own = new AbortController();
  batch(() => {
    runningExample = asked.given === undefined;
    running.value = own;
    progress.value = undefined;
    failure.value = undefined;
  });
  announce('Assessing');
  const isOwn = (): boolean => running.peek() === own;
  try {
    const found = await ask(asked, own.signal, (now) => {
      if (isOwn()) progress.value = now;
    });
    if (!isOwn()) return;
    batch(() => {
      assessed.value = found;
      askedWith.value = asked;
    });
    announce(`Assessed. ${found.findings.recommendation.sentence}`);
  } catch (error) {
    if (isOwn()) failure.value = error instanceof Error ? error.message : String(error);
  } finally {
    if (isOwn()) running.value = undefined;
  }
}

/** Asks again where the worker was ended under it, for another number of threads. */
async function ask(
  asked: AssessInput,
  signal: AbortSignal,
  onProgress: (progress: AssessProgress) => void,
): Promise<Assessed> {
  for (;;) {
    await freeing;
    try {
      return await run('your-model', 'assess', asked, { signal, onProgress });
    } catch (error) {
      const isAbort = error instanceof DOMException && error.name === 'AbortError';
      if (!isAbort || signal.aborted) throw error;
    }
  }
}

export function cancel(): void {
  const own = running.peek();
  if (own === undefined) return;
  running.value = undefined;
  own.abort();
  freeing = freeWorker();
}

/** A worker in the middle of a long computation hears nothing: it is ended, for the next task to start another. */
async function freeWorker(): Promise<void> {
  const silence = setTimeout(restart, PATIENCE_MS);
  await run('your-model', 'answer', undefined).catch(() => undefined);
  clearTimeout(silence);
}

// Who brings files does not want to wait for the example.
effect(() => {
  if (hasFiles.value && runningExample) cancel();
});
