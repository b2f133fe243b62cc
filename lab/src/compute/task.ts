import type { Provider } from './provider.js';
import type { Workload } from './trial.js';

/** What a task is given beside its input. `Progress` is what it reports on the way: any value that can be cloned. */
export interface TaskContext<Progress = never> {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** How many threads `openSession` may ask for: 1 on a page that is not cross-origin isolated. */
  readonly threads: number;
  /**
   * Does heavy work where it is faster: on wasm or on WebGPU, measured when the workload that stands for it is first asked for, or as
   * the reader set it. Where WebGPU fails in the middle `work` is called again for the CPU, and if that goes well it stays so for the visit.
   * `ifKnown`: nothing is measured for it; the CPU, where nothing has been.
   * @throws what it ends with on the CPU; the signal's reason
   */
  faster<T>(
    workload: Workload,
    work: (provider: Provider) => Promise<T>,
    options?: { readonly ifKnown?: boolean },
  ): Promise<T>;
  report(progress: Progress): void;
  /** Lets a cancellation arrive; a loop calls it from time to time. @throws the signal's reason */
  breathe(): Promise<void>;
}

/** A computation in the worker. Input, output and progress are cloned: numbers, strings, typed arrays, plain objects. */
export type Task<Input, Output, Progress = never> = (
  input: Input,
  context: TaskContext<Progress>,
) => Output | Promise<Output>;
