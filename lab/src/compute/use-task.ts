import { batch, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { run } from './client.js';
import type { InputOf, OutputOf, PanelName, ProgressOf, TaskName } from './protocol.js';

export interface TaskState<Output, Progress> {
  /** Of the newest input that has been answered; it stays while the next one is computed. */
  readonly result: ReadonlySignal<Output | undefined>;
  /** Of the task that is running. */
  readonly progress: ReadonlySignal<Progress | undefined>;
  /** The message of the error that the newest answer was. */
  readonly error: ReadonlySignal<string | undefined>;
  readonly busy: ReadonlySignal<boolean>;
}

export interface UseTaskOptions {
  /**
   * What happens to a running task when the input changes. False (the default): it may end, and the newest input follows,
   * so that a short task shows every frame of a drag. True: it is cancelled, as a long task should be.
   */
  readonly cancel?: boolean;
}

/**
 * Keeps a task's output up to date with its input. `input` reads signals and is called again when one of them changes; undefined
 * asks for nothing. The latest input wins: those in between are never computed.
 */
export function useTask<P extends PanelName, T extends TaskName<P>>(
  panel: P,
  task: T,
  input: () => InputOf<P, T> | undefined,
  { cancel = false }: UseTaskOptions = {},
): TaskState<OutputOf<P, T>, ProgressOf<P, T>> {
  const result = useSignal<OutputOf<P, T> | undefined>(undefined);
  const progress = useSignal<ProgressOf<P, T> | undefined>(undefined);
  const error = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const wanted = useComputed(input);
  const running = useRef<AbortController | null>(null);
  const stale = useRef(false);

  const start = async (): Promise<void> => {
    const given = wanted.peek();
    stale.current = false;
    if (given === undefined) return;
    const controller = new AbortController();
    running.current = controller;
    busy.value = true;
    const { signal } = controller;
    const isCurrent = (): boolean => running.current === controller;
    const onProgress = (value: ProgressOf<P, T>): void => {
      if (isCurrent()) progress.value = value;
    };
    try {
      const output = await run(panel, task, given, { signal, onProgress });
      if (!isCurrent()) return;
      batch(() => {
        result.value = output;
        error.value = undefined;
      });
    } catch (cause) {
      if (!isCurrent()) return;
      // The worker was ended under it, for another number of threads: once more.
      if (isAbort(cause)) stale.current = true;
      else error.value = cause instanceof Error ? cause.message : String(cause);
    }
    running.current = null;
    progress.value = undefined;
    if (stale.current) void start();
    else busy.value = false;
  };

  useSignalEffect(() => {
    const given = wanted.value;
    if (running.current !== null && !cancel && given !== undefined) {
      stale.current = true;
      return;
    }
    const previous = running.current;
    running.current = null;
    busy.value = false;
    progress.value = undefined;
    previous?.abort();
    void start();
  });
  useEffect(
    () => () => {
      const last = running.current;
      running.current = null;
      last?.abort();
    },
    [],
  );
  return { result, progress, error, busy };
}

function isAbort(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'AbortError';
}
