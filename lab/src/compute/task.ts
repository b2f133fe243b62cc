/** What a task is given beside its input. `Progress` is what it reports on the way: any value that can be cloned. */
export interface TaskContext<Progress = never> {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** How many threads `openSession` may ask for: 1 on a page that is not cross-origin isolated. */
  readonly threads: number;
  report(progress: Progress): void;
  /** Lets a cancellation arrive; a loop calls it from time to time. @throws the signal's reason */
  breathe(): Promise<void>;
}

/** A computation in the worker. Input, output and progress are cloned: numbers, strings, typed arrays, plain objects. */
export type Task<Input, Output, Progress = never> = (
  input: Input,
  context: TaskContext<Progress>,
) => Output | Promise<Output>;
